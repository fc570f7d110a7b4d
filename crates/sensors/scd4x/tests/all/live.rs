//! The driver against a live model of the sensor, whose clock its waits move.

use std::time::Duration;

use i2c_sim::{Bus, Clock, InjectedFault, Room, Scd4xSim};
use scd4x::{Error, Power, Scd4x, Setup};

fn sensor() -> (Scd4xSim, Scd4x<Bus, Clock>, Clock) {
    let clock = Clock::manual();
    let model = Scd4xSim::new(Room::default(), clock.clone());
    let sensor = Scd4x::new(model.on_bus(), clock.clone());
    (model, sensor, clock)
}

#[tokio::test]
async fn measures_the_air_of_the_room() {
    let (_, mut sensor, clock) = sensor();
    clock.advance(Duration::from_hours(13));
    sensor.begin(&Setup::default()).await.unwrap();
    for _ in 0..20 {
        let reading = sensor.read().await.unwrap();
        let air = Room::default().at(clock.now());
        assert!((f64::from(reading.co2) - air.co2).abs() < 5.0, "{reading:?} in {air:?}");
        assert!((reading.temperature - air.temperature).abs() < 0.05, "{reading:?} in {air:?}");
        assert!((reading.humidity - air.humidity).abs() < 0.1, "{reading:?} in {air:?}");
    }
}

#[tokio::test]
async fn begins_again_while_it_measures() {
    let (model, mut sensor, _) = sensor();
    sensor.begin(&Setup::default()).await.unwrap();
    sensor.read().await.unwrap();
    let setup = Setup { altitude: Some(1200), self_calibration: Some(false), ..Setup::default() };
    sensor.begin(&setup).await.unwrap();
    assert_eq!((model.altitude(), model.self_calibration()), (1200, false));
    sensor.read().await.unwrap();
}

#[tokio::test]
async fn low_power_is_waited_for() {
    let (_, mut sensor, clock) = sensor();
    sensor.begin(&Setup { power: Power::Low, ..Setup::default() }).await.unwrap();
    sensor.read().await.unwrap();
    assert!(clock.now() > Duration::from_secs(30));
}

#[tokio::test]
async fn a_flipped_bit_costs_one_measurement() {
    let (model, mut sensor, clock) = sensor();
    sensor.begin(&Setup::default()).await.unwrap();
    sensor.read().await.unwrap();
    clock.advance(Duration::from_secs(5));
    assert!(sensor.is_ready().await.unwrap());
    model.misbehave(InjectedFault::Checksum);
    assert!(matches!(sensor.measurement().await, Err(Error::Checksum { .. })));
    sensor.read().await.unwrap();
}

#[tokio::test]
async fn a_reset_is_noticed_and_mended_by_beginning_again() {
    let (model, mut sensor, _) = sensor();
    sensor.begin(&Setup::default()).await.unwrap();
    model.reset();
    assert!(matches!(sensor.read().await, Err(Error::Silent { .. })));
    sensor.begin(&Setup::default()).await.unwrap();
    sensor.read().await.unwrap();
}

#[tokio::test]
async fn a_sensor_that_is_plugged_in_again_comes_back() {
    let (model, mut sensor, _) = sensor();
    sensor.begin(&Setup::default()).await.unwrap();
    model.set_plugged(false);
    assert!(matches!(sensor.read().await, Err(Error::NoAcknowledge { .. })));
    model.set_plugged(true);
    sensor.begin(&Setup::default()).await.unwrap();
    sensor.read().await.unwrap();
}

#[tokio::test]
async fn recalibrates_after_three_minutes_and_not_before() {
    let (model, mut sensor, clock) = sensor();
    sensor.begin(&Setup::default()).await.unwrap();
    sensor.stop().await.unwrap();
    assert!(matches!(sensor.recalibrate(430).await, Err(Error::NotRecalibrated)));
    sensor.start(Power::Full).await.unwrap();
    clock.advance(Duration::from_mins(3));
    sensor.stop().await.unwrap();
    let correction = sensor.recalibrate(430).await.unwrap();
    assert!((-20..=20).contains(&correction), "{correction}");
    assert_eq!(model.recalibrated(), Some(430));
}

#[tokio::test]
async fn the_whole_course_of_a_recalibration_takes_three_minutes() {
    let (model, mut sensor, clock) = sensor();
    sensor.recalibrate_in_air(425).await.unwrap();
    assert!(clock.now() > Duration::from_mins(3));
    assert_eq!((model.recalibrated(), model.is_measuring()), (Some(425), false));
}
