//! Settings from the environment and from files, and the mistakes in them.

use super::{expect_exit, world};
use testkit::Program;

use crate::trials::{Test, tests};

pub(crate) const TESTS: &[Test] = tests! {
    every_mistake_is_told_at_once_and_no_value_is
    a_store_set_by_half_is_a_mistake
    a_secret_is_read_from_a_mounted_file
    a_file_that_is_not_there_is_a_mistake_of_its_name
    a_file_of_settings_lies_under_the_environment
    a_file_of_settings_that_nobody_knows_is_a_mistake
    the_retired_names_are_accepted
};

const CONFIGURATION: i32 = 78;

fn every_mistake_is_told_at_once_and_no_value_is(program: &Program) {
    let mut world = world(program);
    world.set("OPENWEATHER_KEY", "");
    world.set("OPENWEATHER_URL", "planted-value");
    world.set("CITY", "");
    world.set("LAT", "north of planted-value");
    world.set("LONG", "181");
    world.set("DEADLINE_SECONDS", "planted-value");
    world.set("HTTP_TIMEOUT_SECONDS", "-1");
    world.set("SINK", "influxdb,planted-value");
    world.set("LOG_FORMAT", "planted-value");
    world.set("CA_FILE", "/no/such/file");
    let outcome = world.run(&[]);
    expect_exit(&outcome, CONFIGURATION);
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    for name in [
        "OPENWEATHER_KEY",
        "OPENWEATHER_URL",
        "LAT",
        "LONG",
        "DEADLINE_SECONDS",
        "HTTP_TIMEOUT_SECONDS",
        "SINK",
        "LOG_FORMAT",
        "CA_FILE",
    ] {
        assert!(outcome.stderr.contains(name), "{name} is not reported\n{}", outcome.stderr);
        assert!(alerts.iter().all(|alert| alert.contains(name)), "{name} is not reported: {alerts:?}");
    }
    let output = [outcome.stderr, alerts.concat(), world.termination_log()].concat();
    assert!(!output.contains("planted-value"), "{output}");
    assert!(world.source().requests().is_empty(), "nothing is asked of the source");
}

fn a_store_set_by_half_is_a_mistake(program: &Program) {
    let mut world = world(program);
    world.set("INFLUXDB_TOKEN", "");
    let outcome = world.run(&[]);
    expect_exit(&outcome, CONFIGURATION);
    assert!(outcome.stderr.contains("INFLUXDB_TOKEN is required"), "{}", outcome.stderr);
    assert_eq!(world.alerts().len(), 1);
}

fn a_secret_is_read_from_a_mounted_file(program: &Program) {
    let mut world = world(program);
    let key = world.given("key", &format!("{}\n", testkit::secrets::KEY));
    world.set("OPENWEATHER_KEY", "");
    world.set("OPENWEATHER_KEY_FILE", &key.display().to_string());
    expect_exit(&world.run(&[]), 0);
    let requests = world.source().requests();
    assert!(
        requests.iter().all(|request| request.param("appid") == Some(testkit::secrets::KEY)),
        "{requests:?}"
    );
}

fn a_file_that_is_not_there_is_a_mistake_of_its_name(program: &Program) {
    let mut world = world(program);
    world.set("OPENWEATHER_KEY", "");
    world.set("OPENWEATHER_KEY_FILE", "/no/such/file");
    let outcome = world.run(&[]);
    expect_exit(&outcome, CONFIGURATION);
    assert!(outcome.stderr.contains("OPENWEATHER_KEY_FILE names a file"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("OPENWEATHER_KEY is required"), "{}", outcome.stderr);
}

fn a_file_of_settings_lies_under_the_environment(program: &Program) {
    let mut world = world(program);
    let file = world.given("settings.toml", "city = \"Faro\"\nmeasurement = \"from_file\"\n");
    world.set("CONFIG_FILE", &file.display().to_string());
    expect_exit(&world.run(&[]), 0);
    let lines = world.lines();
    assert!(lines.starts_with("from_file,") && lines.contains("city=Lisbon"), "{lines}");
}

fn a_file_of_settings_that_nobody_knows_is_a_mistake(program: &Program) {
    let mut world = world(program);
    let file = world.given("settings.toml", "opnweather_key = \"x\"\n");
    world.set("CONFIG_FILE", &file.display().to_string());
    let outcome = world.run(&[]);
    expect_exit(&outcome, CONFIGURATION);
    assert!(outcome.stderr.contains("OPNWEATHER_KEY"), "{}", outcome.stderr);
}

fn the_retired_names_are_accepted(program: &Program) {
    let mut world = world(program);
    for (new, old, value) in [
        ("INFLUXDB_URL", "INFLUX_URL", "{{influxdb}}"),
        ("INFLUXDB_TOKEN", "INFLUX_KEY", "{{token}}"),
        ("INFLUXDB_ORG", "INFLUX_ORG", "home"),
        ("INFLUXDB_BUCKET", "BUCKET", "readings"),
    ] {
        world.set(new, "");
        world.set(old, value);
    }
    expect_exit(&world.run(&[]), 0);
    assert_eq!(world.lines().lines().count(), 1);
}
