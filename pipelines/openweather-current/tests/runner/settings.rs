//! Settings from the environment and from files, and the mistakes in them.

use crate::{expect_exit, world};

const CONFIGURATION: i32 = 78;

#[test]
fn every_mistake_is_reported_at_once_without_its_value() {
    let mut world = world();
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

#[test]
fn a_store_set_by_half_is_a_mistake() {
    let mut world = world();
    world.set("INFLUXDB_TOKEN", "");
    let outcome = world.run(&[]);
    expect_exit(&outcome, CONFIGURATION);
    assert!(outcome.stderr.contains("INFLUXDB_TOKEN is required"), "{}", outcome.stderr);
    assert_eq!(world.alerts().len(), 1);
}

#[test]
fn a_secret_is_read_from_a_mounted_file() {
    let mut world = world();
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

#[test]
fn a_file_that_is_not_there_is_a_mistake_of_its_name() {
    let mut world = world();
    world.set("OPENWEATHER_KEY", "");
    world.set("OPENWEATHER_KEY_FILE", "/no/such/file");
    let outcome = world.run(&[]);
    expect_exit(&outcome, CONFIGURATION);
    assert!(outcome.stderr.contains("OPENWEATHER_KEY_FILE names a file"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("OPENWEATHER_KEY is required"), "{}", outcome.stderr);
}

#[test]
fn a_file_of_settings_lies_under_the_environment() {
    let mut world = world();
    let file = world.given("settings.toml", "city = \"Faro\"\nmeasurement = \"from_file\"\n");
    world.set("CONFIG_FILE", &file.display().to_string());
    expect_exit(&world.run(&[]), 0);
    let lines = world.lines();
    assert!(lines.starts_with("from_file,") && lines.contains("city=Lisbon"), "{lines}");
}

#[test]
fn a_file_of_settings_that_nobody_knows_is_a_mistake() {
    let mut world = world();
    let file = world.given("settings.toml", "opnweather_key = \"x\"\n");
    world.set("CONFIG_FILE", &file.display().to_string());
    let outcome = world.run(&[]);
    expect_exit(&outcome, CONFIGURATION);
    assert!(outcome.stderr.contains("OPNWEATHER_KEY"), "{}", outcome.stderr);
}

#[test]
fn the_retired_names_are_accepted() {
    let mut world = world();
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
