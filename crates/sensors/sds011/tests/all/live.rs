//! The driver on a real terminal, with a simulated sensor at its other end.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use sds011::{BAUD, DutyCycle, Error, Reporting, Sds011};
use serial_sim::{Faults, Options, Port, Sds011Sim, Street};
use serial2_tokio::SerialPort;

fn sensor(faults: Faults) -> (Port, Sds011<SerialPort>) {
    let options = Options { faults, seed: 11, ..Options::default() };
    let port = Port::start_with(options, Sds011Sim::new(Street::default())).unwrap();
    let driver = Sds011::new(SerialPort::open(port.path(), BAUD).unwrap());
    (port, driver)
}

#[tokio::test]
async fn sets_up_measures_and_sleeps() {
    let (_port, mut driver) = sensor(Faults::default());
    assert_eq!(driver.firmware().await.unwrap().to_string(), "2018-11-16");
    driver.set_reporting(Reporting::Query).await.unwrap();
    assert_eq!(driver.reporting().await.unwrap(), Reporting::Query);
    let cycle = DutyCycle { warm_up: Duration::from_millis(1), samples: 1 };
    let reading = driver.sample(&cycle).await.unwrap();
    assert!(reading.pm2_5 > 1.0 && reading.pm10 > reading.pm2_5, "{reading:?}");
}

#[tokio::test]
async fn begins_with_a_sensor_that_speaks_only_when_asked() {
    let (_port, mut driver) = sensor(Faults::default());
    let number = driver.begin().await.unwrap();
    assert_eq!(number, driver.firmware().await.unwrap().device);
    assert_eq!(driver.reporting().await.unwrap(), Reporting::Query);
}

#[tokio::test]
async fn noise_damage_and_resets_make_no_false_reading() {
    let faults = Faults { noise: 0.5, bad_checksums: 0.2, resets: 0.1 };
    let (_port, mut driver) = sensor(faults);
    for _ in 0..10 {
        match driver.read().await {
            // The street at midnight, and the fan gaining speed.
            Ok(reading) => assert!((5.0..20.0).contains(&reading.pm2_5), "{reading:?}"),
            Err(error) => assert!(!error.needs_opening(), "{error}"),
        }
    }
}

#[tokio::test]
async fn a_pulled_plug_is_noticed() {
    let (mut port, mut driver) = sensor(Faults::default());
    driver.read().await.unwrap();
    port.unplug();
    let error = driver.read().await.unwrap_err();
    assert!(matches!(error, Error::Unplugged | Error::Io(_)), "{error:?}");
}
