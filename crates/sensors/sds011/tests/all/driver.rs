//! The driver against a scripted port: every byte of every exchange, without waiting for real.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use sds011::{DeviceId, DutyCycle, Error, Reading, Reporting, Sds011, WorkingPeriod};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

const QUERY: &str = "AA B4 04 00 00 00 00 00 00 00 00 00 00 00 00 FF FF 02 AB";
const WAKE: &str = "AA B4 06 01 01 00 00 00 00 00 00 00 00 00 00 FF FF 06 AB";
const SLEEP: &str = "AA B4 06 01 00 00 00 00 00 00 00 00 00 00 00 FF FF 05 AB";
const AWAKE: &str = "AA C5 06 01 01 00 12 34 4E AB";
const ASLEEP: &str = "AA C5 06 01 00 00 12 34 4D AB";
const FIRMWARE: &str = "AA B4 07 00 00 00 00 00 00 00 00 00 00 00 00 FF FF 05 AB";
const OF_2018: &str = "AA C5 07 12 0B 10 12 34 7A AB";
/// 12.3 and 20.0 µg/m³, of the sensor 1234.
const MEASURED: &str = "AA C0 7B 00 C8 00 12 34 89 AB";
const DAMAGED: &str = "AA C0 7B 00 C8 00 12 34 88 AB";

enum Step {
    /// The driver sends exactly these bytes.
    Receives(&'static str),
    /// The sensor sends these bytes.
    Sends(&'static str),
    /// The sensor waits so many milliseconds.
    Waits(u64),
    /// The adapter is pulled out.
    Unplugged,
}
use Step::{Receives, Sends, Unplugged, Waits};

fn bytes(hex: &str) -> Vec<u8> {
    hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// Plays the sensor's part. Gives the port back, since dropping it would unplug the sensor.
async fn play(mut port: DuplexStream, script: &[Step]) -> Option<DuplexStream> {
    for (number, step) in script.iter().enumerate() {
        match step {
            Receives(hex) => {
                let mut received = vec![0; bytes(hex).len()];
                port.read_exact(&mut received).await.unwrap();
                assert_eq!(received, bytes(hex), "step {number}: {received:02X?}");
            }
            Sends(hex) => port.write_all(&bytes(hex)).await.unwrap(),
            Waits(milliseconds) => tokio::time::sleep(Duration::from_millis(*milliseconds)).await,
            Unplugged => return None,
        }
    }
    Some(port)
}

/// Runs `work` with the whole script, and returns its result.
async fn scripted<T>(script: &[Step], work: impl AsyncFnOnce(&mut Sds011<DuplexStream>) -> T) -> T {
    let (host, device) = duplex(4096);
    let work = async {
        let mut sensor = Sds011::new(host);
        // Then the port is dropped, so that a script that expects more fails instead of waiting.
        work(&mut sensor).await
    };
    let (result, port) = tokio::join!(work, play(device, script));
    if let Some(mut port) = port {
        let mut rest = Vec::new();
        port.read_to_end(&mut rest).await.unwrap();
        assert!(rest.is_empty(), "more was sent than the script has: {rest:02X?}");
    }
    result
}

const READING: Reading = Reading { pm2_5: 12.3, pm10: 20.0 };

#[tokio::test(start_paused = true)]
async fn reads_the_requested_values() {
    let reading = scripted(&[Receives(QUERY), Sends(MEASURED)], async |sensor| sensor.read().await).await;
    assert_eq!(reading.unwrap(), READING);
}

#[tokio::test(start_paused = true)]
async fn an_old_measurement_is_not_a_reading() {
    let old = "AA C0 01 00 01 00 12 34 48 AB";
    let script = [Sends(old), Sends(old), Sends("AA C0 01"), Receives(QUERY), Sends(MEASURED)];
    assert_eq!(scripted(&script, async |sensor| sensor.read().await).await.unwrap(), READING);
}

#[tokio::test(start_paused = true)]
async fn a_frame_in_pieces_between_noise_is_one_frame() {
    let script = [
        Receives(QUERY),
        Sends("00 FF AA AA"),
        Sends("AA C0 7B 00"),
        Waits(5),
        Sends("C8 00 12 34 89 AB 00"),
    ];
    assert_eq!(scripted(&script, async |sensor| sensor.read().await).await.unwrap(), READING);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_frame_is_asked_for_again() {
    let script = [Receives(QUERY), Sends(DAMAGED), Receives(QUERY), Sends(MEASURED)];
    assert_eq!(scripted(&script, async |sensor| sensor.read().await).await.unwrap(), READING);
}

#[tokio::test(start_paused = true)]
async fn damaged_frames_differ_from_silence() {
    let script = [Receives(QUERY), Sends(DAMAGED), Receives(QUERY), Receives(QUERY), Sends(DAMAGED)];
    let error = scripted(&script, async |sensor| sensor.read().await).await.unwrap_err();
    assert!(matches!(error, Error::Damaged { frames: 2, .. }), "{error}");
    assert!(!error.needs_opening());
}

#[tokio::test(start_paused = true)]
async fn a_silent_sensor_is_given_up_after_three_questions() {
    let script = [Receives(QUERY), Receives(QUERY), Receives(QUERY)];
    let error = scripted(&script, async |sensor| sensor.read().await).await.unwrap_err();
    assert!(matches!(error, Error::Silent { .. }) && error.needs_opening());
    assert_eq!(error.to_string(), "the sensor was silent for 4.5 s");
}

#[tokio::test(start_paused = true)]
async fn an_end_of_the_port_is_an_unplugged_sensor() {
    let error =
        scripted(&[Receives(QUERY), Unplugged], async |sensor| sensor.read().await).await.unwrap_err();
    assert!(matches!(error, Error::Unplugged) && error.needs_opening());
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_another_command_is_not_taken() {
    let script = [Receives(FIRMWARE), Sends(MEASURED), Sends(AWAKE), Sends(OF_2018)];
    let firmware = scripted(&script, async |sensor| sensor.firmware().await).await;
    assert_eq!(firmware.unwrap().date, [18, 11, 16]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_says_something_else_is_not_taken() {
    let script = [Receives(WAKE), Sends(ASLEEP), Receives(WAKE), Sends(AWAKE)];
    scripted(&script, async |sensor| sensor.wake().await).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_reset_in_the_middle_of_an_answer_costs_one_more_question() {
    let script = [Receives(WAKE), Sends("AA C5 06 01"), Receives(WAKE), Sends("00 00 F8"), Sends(AWAKE)];
    scripted(&script, async |sensor| sensor.wake().await).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn settings_are_asked_for_and_changed() {
    let script = [
        Receives("AA B4 02 00 00 00 00 00 00 00 00 00 00 00 00 FF FF 00 AB"),
        Sends("AA C5 02 00 00 00 12 34 48 AB"),
        Receives("AA B4 02 01 01 00 00 00 00 00 00 00 00 00 00 FF FF 02 AB"),
        Sends("AA C5 02 01 01 00 12 34 4A AB"),
        Receives("AA B4 08 00 00 00 00 00 00 00 00 00 00 00 00 FF FF 06 AB"),
        Sends("AA C5 08 00 05 00 12 34 53 AB"),
        Receives("AA B4 08 01 00 00 00 00 00 00 00 00 00 00 00 FF FF 07 AB"),
        Sends("AA C5 08 01 00 00 12 34 4F AB"),
    ];
    let work = async |sensor: &mut Sds011<DuplexStream>| {
        assert_eq!(sensor.reporting().await?, Reporting::Active);
        sensor.set_reporting(Reporting::Query).await?;
        assert_eq!(sensor.working_period().await?.as_minutes(), 5);
        sensor.set_working_period(WorkingPeriod::CONTINUOUS).await
    };
    scripted(&script, work).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_firmware_has_a_date_and_the_sensor_a_number() {
    let script = [Receives(FIRMWARE), Sends(OF_2018)];
    let firmware = scripted(&script, async |sensor| sensor.firmware().await).await.unwrap();
    assert_eq!((firmware.to_string().as_str(), firmware.device.to_string().as_str()), ("2018-11-16", "1234"));
}

#[tokio::test(start_paused = true)]
async fn frames_of_another_sensor_are_ignored() {
    let (host, device) = duplex(4096);
    let mut sensor = Sds011::new(host).addressing(DeviceId([0x12, 0x34]));
    let script = [
        Receives("AA B4 04 00 00 00 00 00 00 00 00 00 00 00 00 12 34 4A AB"),
        Sends("AA C0 01 00 01 00 56 78 D0 AB"),
        Sends(MEASURED),
    ];
    let (reading, _port) = tokio::join!(sensor.read(), play(device, &script));
    assert_eq!(reading.unwrap(), READING);
}

#[tokio::test(start_paused = true)]
async fn a_duty_cycle_wakes_warms_up_samples_and_sleeps() {
    let script = [
        Receives(WAKE),
        Sends(AWAKE),
        // Measurements during the warm-up are discarded.
        Waits(29_000),
        Sends("AA C0 E8 03 E8 03 12 34 1C AB"),
        Receives(QUERY),
        Sends("AA C0 7A 00 C7 00 12 34 87 AB"),
        Receives(QUERY),
        Sends("AA C0 0F 27 0F 27 12 34 B2 AB"),
        Receives(QUERY),
        Sends(MEASURED),
        Receives(SLEEP),
        Sends(ASLEEP),
    ];
    let cycle = DutyCycle { warm_up: Duration::from_secs(30), samples: 3 };
    let started = tokio::time::Instant::now();
    let reading = scripted(&script, async |sensor| sensor.sample(&cycle).await).await.unwrap();
    assert_eq!(reading, READING);
    assert!(started.elapsed() >= Duration::from_secs(32));
}

#[tokio::test(start_paused = true)]
async fn an_awake_sensor_is_measured_without_warming_up() {
    let script = [
        Receives(WAKE),
        Sends(AWAKE),
        Receives(QUERY),
        Sends(MEASURED),
        Receives(QUERY),
        Sends(MEASURED),
        Receives(SLEEP),
    ];
    let cycle = DutyCycle { warm_up: Duration::from_secs(30), samples: 1 };
    let work = async |sensor: &mut Sds011<DuplexStream>| {
        sensor.measure(&cycle).await?;
        let second = tokio::time::Instant::now();
        sensor.measure(&cycle).await?;
        assert!(second.elapsed() < Duration::from_secs(1));
        tokio::time::timeout(Duration::from_secs(1), sensor.sleep()).await.unwrap_err();
        Ok::<_, Error>(())
    };
    scripted(&script, work).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_sensor_whose_answer_to_sleeping_was_lost_is_woken_up_for_the_next_reading() {
    let damaged = "AA C5 06 01 00 00 12 34 4C AB";
    let script = [
        Receives(WAKE),
        Sends(AWAKE),
        Receives(QUERY),
        Sends(MEASURED),
        Receives(SLEEP),
        Sends(damaged),
        Receives(SLEEP),
        Receives(SLEEP),
        Receives(WAKE),
        Sends(AWAKE),
        Receives(QUERY),
        Sends(MEASURED),
    ];
    let cycle = DutyCycle { warm_up: Duration::from_secs(30), samples: 1 };
    let work = async |sensor: &mut Sds011<DuplexStream>| {
        sensor.sample(&cycle).await?;
        sensor.measure(&cycle).await
    };
    assert_eq!(scripted(&script, work).await.unwrap(), READING);
}
