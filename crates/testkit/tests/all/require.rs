//! Tests without their server.

use std::process::Output;

use testkit::servers::Missing;
use testkit::{Requirement, require};

/// Not a test by itself: the tests below run it in a process of its own, whose environment they choose.
#[test]
fn needs_a_server() {
    if std::env::var_os("TESTKIT_TEST_NEEDS").is_none() {
        return;
    }
    let missing: Result<(), _> = Err(Missing::NotInstalled(Requirement::Influxd));
    assert!(require(missing).is_none());
}

fn run(variables: &[(&str, &str)]) -> Output {
    let mut command = commands::built(std::env::current_exe().unwrap());
    command.args(["require::needs_a_server", "--exact", "--nocapture"]).env("TESTKIT_TEST_NEEDS", "1");
    command.env_remove("CI").env_remove("TESTKIT_SKIPPED").envs(variables.iter().copied());
    command.output().unwrap()
}

const LINE: &str = "SKIPPED require::needs_a_server: influxd is not installed (Debian package influxdb)\n";

#[test]
fn a_missing_server_skips_the_test_and_says_so() {
    let folder = tempfile::TempDir::new().unwrap();
    let list = folder.path().join("skipped");
    for _ in 0..2 {
        let output = run(&[("TESTKIT_SKIPPED", list.to_str().unwrap())]);
        assert!(output.status.success());
        assert!(String::from_utf8(output.stderr).unwrap().contains(LINE));
    }
    assert_eq!(std::fs::read_to_string(list).unwrap(), LINE.repeat(2));
}

#[test]
fn a_missing_server_fails_the_test_in_ci() {
    let output = run(&[("CI", "true")]);
    assert!(!output.status.success());
}

#[test]
fn a_server_that_is_there_is_handed_on() {
    assert_eq!(require(Ok(7)), Some(7));
}
