//! The simulated SDS011, spoken to in bytes.

use super::*;

const QUERY: [u8; 3] = [4, 0, 0];
const SLEEP: [u8; 3] = [6, 1, 0];
const WAKE: [u8; 3] = [6, 1, 1];
const REPORT_WHEN_ASKED: [u8; 3] = [2, 1, 1];

fn command([code, sets, value]: [u8; 3]) -> Vec<u8> {
    let mut bytes = vec![0; 19];
    bytes[..5].copy_from_slice(&[0xAA, 0xB4, code, sets, value]);
    bytes[15..].copy_from_slice(&[0xFF, 0xFF, 0, 0xAB]);
    bytes[17] = bytes[2..17].iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte));
    bytes
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn sensor() -> Sds011Sim {
    Sds011Sim::new(Street::default())
}

#[test]
fn it_reports_once_a_second_from_the_factory() {
    let mut sensor = sensor();
    assert!(sensor.speak(&[], Duration::from_millis(900)).is_empty());
    let report = sensor.speak(&[], seconds(1));
    assert_eq!((report.len(), report[0][..2].to_vec()), (1, vec![0xAA, 0xC0]));
    assert!(sensor.speak(&[], seconds(1)).is_empty());
    assert_eq!(sensor.due(), Some(seconds(2)));
}

#[test]
fn asleep_it_answers_nothing_but_being_woken() {
    let mut sensor = sensor();
    assert_eq!(
        sensor.speak(&command(SLEEP), seconds(0)),
        [vec![0xAA, 0xC5, 6, 1, 0, 0, 0xA1, 0x60, 0x08, 0xAB]]
    );
    assert_eq!(sensor.due(), None);
    for deaf in [QUERY, SLEEP, [7, 0, 0], [6, 0, 0]] {
        assert!(sensor.speak(&command(deaf), seconds(5)).is_empty());
    }
    assert_eq!(
        sensor.speak(&command(WAKE), seconds(6)),
        [vec![0xAA, 0xC5, 6, 1, 1, 0, 0xA1, 0x60, 0x09, 0xAB]]
    );
    assert_eq!(sensor.due(), Some(seconds(7)));
}

#[test]
fn it_measures_on_query_and_stops_reporting_in_query_mode() {
    let mut sensor = sensor();
    assert_eq!(sensor.speak(&command(REPORT_WHEN_ASKED), seconds(0))[0][..5], [0xAA, 0xC5, 2, 1, 1]);
    assert_eq!(sensor.due(), None);
    assert_eq!(sensor.speak(&command(QUERY), seconds(1))[0][..2], [0xAA, 0xC0]);
}

#[test]
fn its_measurements_settle() {
    let pm2_5 = |frame: &[Vec<u8>]| u16::from_le_bytes([frame[0][2], frame[0][3]]);
    let mut sensor = sensor();
    sensor.speak(&command(SLEEP), seconds(0));
    sensor.speak(&command(WAKE), seconds(100));
    let (cold, warm) =
        (sensor.speak(&command(QUERY), seconds(100)), sensor.speak(&command(QUERY), seconds(130)));
    // The warm one is a report that was due; the answer stands behind it.
    assert!(pm2_5(&cold) > pm2_5(&warm) + 20, "{cold:?} {warm:?}");
}

#[test]
fn in_a_working_period_it_reports_once() {
    let mut sensor = sensor();
    sensor.speak(&command([8, 1, 5]), seconds(0));
    assert_eq!(sensor.due(), Some(seconds(300)));
    assert_eq!(sensor.speak(&[], seconds(300)).len(), 1);
    assert_eq!(sensor.due(), Some(seconds(600)));
}

#[test]
fn a_reset_wakes_it_and_keeps_how_it_reports() {
    let mut sensor = sensor();
    sensor.speak(&command(REPORT_WHEN_ASKED), seconds(0));
    sensor.speak(&command(SLEEP), seconds(0));
    sensor.reset(seconds(1));
    assert_eq!(sensor.due(), None);
    assert_eq!(sensor.speak(&command(QUERY), seconds(2)).len(), 1);
}

#[test]
fn a_recording_is_played_question_by_question() {
    let recording = Recording::parse("AA C0 01 # cut\n-\n\n# twice\nFF FF").unwrap();
    let mut sensor = Sds011Sim::replaying(recording);
    let mut ask = || sensor.speak(&command(QUERY), seconds(9));
    assert_eq!(ask(), [vec![0xAA, 0xC0, 0x01]]);
    assert!(ask().is_empty());
    assert_eq!(ask(), [vec![0xFF, 0xFF]]);
    assert!(ask().is_empty());
    assert_eq!(Recording::parse("AA 100").unwrap_err(), "`100` is no byte, in `AA 100`");
}
