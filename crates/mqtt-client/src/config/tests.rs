//! Tests of the settings.

use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Option<Config>, String> {
    let mut source = Source::of(variables.iter().copied());
    let config = Option::<Config>::read(&mut source);
    source.finish().map_err(|mistakes| mistakes.to_string())?;
    Ok(config.flatten())
}

fn found(variables: &[(&str, &str)]) -> Config {
    read(variables).unwrap().unwrap()
}

fn login(config: &Config) -> (Option<&str>, Option<&str>) {
    (config.user.as_deref(), config.password.as_ref().map(ExposeSecret::expose_secret))
}

#[test]
fn nothing_set_is_no_broker() {
    assert!(read(&[("MQTT_USER", "me"), ("MQTT_PASSWORD", "pw")]).unwrap().is_none());
}

#[test]
fn the_older_names_make_a_broker() {
    let older =
        [("MQTT_BROKER", "broker"), ("MQTT_PORT", "2883"), ("MQTT_USER", "me"), ("MQTT_SECRET", "pw")];
    let config = found(&older);
    assert_eq!(config.address.to_string(), "mqtt://broker:2883");
    assert_eq!(login(&config), (Some("me"), Some("pw")));
    assert_eq!(found(&[("MQTT_BROKER", "mqtts://broker")]).address.to_string(), "mqtts://broker:8883");
}

#[test]
fn the_url_takes_precedence_and_the_others_complete_it() {
    let user = ("MQTT_USER", "other");
    let password = ("MQTT_PASSWORD", "pw");
    let config = found(&[("MQTT_URL", "mqtt://me@broker"), user, password, ("MQTT_BROKER", "older")]);
    assert_eq!(config.address.to_string(), "mqtt://broker:1883");
    assert_eq!(login(&config), (Some("me"), Some("pw")));
}

#[test]
fn the_name_of_the_program_is_the_default_client_id() {
    let config = found(&[("MQTT_URL", "mqtt://broker")]).named("greenhouse");
    assert_eq!(config.client_id(), "greenhouse");
    assert_eq!(config.availability_topic(), "platform/greenhouse/availability");
    let set = [("MQTT_URL", "mqtt://b"), ("MQTT_CLIENT_ID", "id"), ("MQTT_AVAILABILITY_TOPIC", "a/b")];
    let config = found(&set).named("greenhouse");
    assert_eq!((config.client_id(), config.availability_topic().as_str()), ("id", "a/b"));
}

#[test]
fn every_limit_out_of_range_is_reported() {
    let mistakes = read(&[
        ("MQTT_URL", "mqtt://broker"),
        ("MQTT_IN_FLIGHT", "0"),
        ("MQTT_KEEP_ALIVE_SECONDS", "0"),
        ("MQTT_MAX_PACKET_BYTES", "10"),
        ("MQTT_AVAILABILITY_TOPIC", "a/#"),
    ]);
    assert_eq!(mistakes.unwrap_err().lines().count(), 4);
}

#[test]
fn a_certificate_needs_its_key_and_tls() {
    let certificate = ("MQTT_CERT", "-----BEGIN");
    let alone = read(&[("MQTT_URL", "mqtts://b"), certificate]).unwrap_err();
    assert_eq!(alone, "MQTT_KEY is required where MQTT_CERT is set");
    let plain = read(&[("MQTT_URL", "mqtt://b"), certificate, ("MQTT_KEY", "s3cr3t")]).unwrap_err();
    assert!(plain.contains("mqtts://"), "{plain}");
    let wrong = read(&[("MQTT_URL", "mqtts://b"), certificate, ("MQTT_KEY", "s3cr3t")]).unwrap_err();
    assert_eq!(wrong, "MQTT_CERT must be a certificate in PEM form");
}

#[test]
fn nothing_shows_the_password() {
    let mut source = Source::of([("MQTT_URL", "mqtt://me:hunter22@broker")]);
    let config = Config::read(&mut source).unwrap();
    assert!(!format!("{config:?}").contains("hunter22"));
    let mistakes = read(&[("MQTT_URL", "mqtt://me:hunter22@broker/path")]).unwrap_err();
    assert!(!mistakes.contains("hunter22"), "{mistakes}");
}
