//! The driver against a scripted bus: every byte and every wait of every exchange.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use i2c_sim::{Script, Step};
use scd4x::{ADDRESS, Error, Power, Scd4x, Setup};

fn bytes(hex: &str) -> Vec<u8> {
    hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn writes(hex: &str) -> Step {
    Step::Write(bytes(hex))
}

fn refuses(hex: &str) -> Step {
    Step::WriteRefused(bytes(hex))
}

fn answers(hex: &str) -> Step {
    Step::Read(bytes(hex))
}

fn waits(milliseconds: u64) -> Step {
    Step::Wait(milliseconds)
}

/// Runs `work` with the whole script, and returns its result.
async fn scripted<T>(
    steps: impl IntoIterator<Item = Step>,
    work: impl AsyncFnOnce(Scd4x<Script, Script>) -> T,
) -> T {
    let script = Script::new(ADDRESS, steps);
    let result = work(Scd4x::new(script.clone(), script.clone())).await;
    script.finish();
    result
}

/// A question that is answered at once.
fn asks(command: &str, answer: &str) -> [Step; 3] {
    [writes(command), waits(1), answers(answer)]
}

const IS_READY: &str = "E4 B8";
const READY: &str = "80 06 04";
const NOT_READY: &str = "80 00 A2";
const READ: &str = "EC 05";
/// 424 ppm, 25 °C, 37 %.
const MEASURED: &str = "01 A8 30 66 67 A2 5E B9 3C";

#[tokio::test]
async fn starts_from_any_state_of_the_sensor() {
    let steps = [
        // The sensor does not acknowledge the wake-up.
        refuses("36 F6"),
        waits(30),
        writes("3F 86"),
        waits(500),
        writes("24 1D 0B 6D 6C"),
        waits(1),
        writes("24 27 02 08 E1"),
        waits(1),
        writes("24 16 00 00 81"),
        waits(1),
        writes("21 B1"),
        waits(1),
    ];
    let setup = Setup {
        altitude: Some(520),
        temperature_offset: Some(7.81),
        self_calibration: Some(false),
        power: Power::Full,
    };
    scripted(steps, async |mut sensor| sensor.begin(&setup).await).await.unwrap();
}

#[tokio::test]
async fn unset_parameters_are_left_alone() {
    let steps = [writes("36 F6"), waits(30), writes("3F 86"), waits(500), writes("21 AC"), waits(1)];
    let setup = Setup { power: Power::Low, ..Setup::default() };
    scripted(steps, async |mut sensor| sensor.begin(&setup).await).await.unwrap();
}

#[tokio::test]
async fn waits_until_a_measurement_is_ready_and_reads_it() {
    let steps = [
        &asks(IS_READY, NOT_READY)[..],
        &[waits(250)],
        // Only the eleven low bits count: the others are set in both.
        &asks(IS_READY, "F8 00 AE"),
        &[waits(250)],
        &asks(IS_READY, READY),
        &asks(READ, MEASURED),
    ];
    let reading = scripted(steps.concat(), async |mut sensor| sensor.read().await).await.unwrap();
    assert_eq!(reading.co2, 424);
    assert!((reading.temperature - 25.0).abs() < 0.01 && (reading.humidity - 37.0).abs() < 0.01);
}

#[tokio::test]
async fn a_damaged_measurement_is_given_up_for_the_next_one() {
    let damaged = "01 A8 31 66 67 A2 5E B9 3C";
    let steps = [asks(IS_READY, READY), asks(READ, damaged), asks(IS_READY, READY), asks(READ, MEASURED)];
    let reading = scripted(steps.concat(), async |mut sensor| sensor.read().await).await.unwrap();
    assert_eq!(reading.co2, 424);
}

#[tokio::test]
async fn a_checksum_is_checked_in_each_word() {
    for damaged in ["01 A8 30 66 67 A3 5E B9 3C", "01 A8 30 66 67 A2 5E B9 3D"] {
        let steps = asks(READ, damaged);
        let error = scripted(steps, async |mut sensor| sensor.measurement().await).await.unwrap_err();
        assert!(matches!(error, Error::Checksum { .. }) && !error.needs_start(), "{error}");
    }
}

#[tokio::test]
async fn three_damaged_answers_are_an_error() {
    let steps = [asks(IS_READY, "80 06 05"), asks(IS_READY, "80 06 05"), asks(IS_READY, "80 06 05")].concat();
    let error = scripted(steps, async |mut sensor| sensor.read().await).await.unwrap_err();
    assert_eq!(error.to_string(), "the answer to `get_data_ready_status` had a wrong checksum");
}

#[tokio::test]
async fn a_second_read_of_a_measurement_is_not_acknowledged() {
    let steps = [&asks(READ, MEASURED)[..], &[writes(READ), waits(1), Step::ReadRefused(9)]].concat();
    let work = async |mut sensor: Scd4x<Script, Script>| {
        sensor.measurement().await.unwrap();
        sensor.measurement().await
    };
    let error = scripted(steps, work).await.unwrap_err();
    assert_eq!(error.to_string(), "the sensor did not acknowledge `read_measurement`");
}

#[tokio::test]
async fn a_sensor_that_was_reset_never_becomes_ready() {
    // Ten seconds, looked at each quarter of one.
    let mut steps: Vec<_> =
        (0..40).flat_map(|_| [&asks(IS_READY, NOT_READY)[..], &[waits(250)]].concat()).collect();
    steps.extend(asks(IS_READY, NOT_READY));
    let error = scripted(steps, async |mut sensor| sensor.read().await).await.unwrap_err();
    assert!(matches!(error, Error::Silent { .. }) && error.needs_start());
    assert_eq!(error.to_string(), "no measurement was ready within 10 s");
}

#[tokio::test]
async fn a_missing_sensor_is_found_by_the_first_acknowledged_command() {
    let steps = [refuses("36 F6"), waits(30), refuses("3F 86"), waits(500)];
    let error = scripted(steps, async |mut sensor| sensor.begin(&Setup::default()).await).await.unwrap_err();
    assert_eq!(error.to_string(), "the sensor did not acknowledge `stop_periodic_measurement`");
}

#[tokio::test]
async fn settings_are_read_back() {
    let steps = [
        asks("23 22", "02 08 E1"),
        asks("23 18", "05 DA 29"),
        asks("23 13", "00 01 B0"),
        asks("36 82", "5A 1D 87 00 42 DE 0A 0B 85"),
    ];
    let work = async |mut sensor: Scd4x<Script, Script>| {
        assert_eq!(sensor.altitude().await?, 520);
        assert!((sensor.temperature_offset().await? - 4.0).abs() < 0.001);
        assert!(sensor.self_calibration().await?);
        assert_eq!(sensor.serial_number().await?, 0x5A1D_0042_0A0B);
        Ok::<_, Error>(())
    };
    scripted(steps.concat(), work).await.unwrap();
}

#[tokio::test]
async fn the_pressure_is_sent_in_hectopascals() {
    let steps = [writes("E0 00 03 DB 42"), waits(1)];
    scripted(steps, async |mut sensor| sensor.set_ambient_pressure(987).await).await.unwrap();
}

#[tokio::test]
async fn a_recalibration_tells_its_correction() {
    let steps = [writes("36 2F 01 A8 30"), waits(400), answers("7F CE 7B")];
    let correction = scripted(steps, async |mut sensor| sensor.recalibrate(424).await).await.unwrap();
    assert_eq!(correction, -50);
}

#[tokio::test]
async fn a_recalibration_that_failed_is_an_error_that_no_repeat_mends() {
    let steps = [writes("36 2F 01 A8 30"), waits(400), answers("FF FF AC")];
    let error = scripted(steps, async |mut sensor| sensor.recalibrate(424).await).await.unwrap_err();
    assert!(matches!(error, Error::NotRecalibrated));
    assert!(!fault::Fault::kind(&error).is_passing());
}

#[tokio::test]
async fn values_outside_the_range_of_the_sensor_are_never_sent() {
    let nothing_sent = async |mut sensor: Scd4x<Script, Script>| {
        [
            sensor.set_altitude(3001).await,
            sensor.set_temperature_offset(-0.1).await,
            sensor.set_temperature_offset(f64::NAN).await,
            sensor.set_ambient_pressure(699).await,
            sensor.recalibrate(399).await.map(drop),
        ]
    };
    for outcome in scripted([], nothing_sent).await {
        assert!(matches!(outcome, Err(Error::OutOfRange { .. })), "{outcome:?}");
    }
}
