//! Settings as a program reads them.

use std::time::Duration;

use secret::{ExposeSecret, Secret};
use settings::{Origin, Settings, Source, Variable};
use url::Url;

#[derive(Debug, Settings)]
struct Service {
    /// Key from the service's site.
    #[setting(name = "SERVICE_KEY", also = "OLD_KEY")]
    key: Secret,
    /// Base URL.
    #[setting(name = "SERVICE_URL", default = "https://service.example")]
    url: Url,
}

#[derive(Debug, Settings)]
struct Config {
    #[setting(block)]
    service: Service,
    /// Interval of looks.
    #[setting(name = "INTERVAL_SECONDS")]
    interval: Option<Duration>,
    /// Most items to take.
    #[setting(name = "LIMIT", default = "10")]
    limit: u32,
}

fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
    let mut source = Source::of(variables.iter().copied());
    let config = Config::read(&mut source);
    source.finish().map_err(|mistakes| mistakes.to_string())?;
    config.ok_or_else(|| "no config and no mistake".to_owned())
}

#[test]
fn reads_blocks_defaults_and_options() {
    let config = read(&[("SERVICE_KEY", "k"), ("INTERVAL_SECONDS", "2.5")]).unwrap();
    assert_eq!(config.service.key.expose_secret(), "k");
    assert_eq!(config.service.url.as_str(), "https://service.example/");
    assert_eq!(config.interval, Some(Duration::from_millis(2500)));
    assert_eq!(config.limit, 10);
}

#[test]
fn the_old_name_is_accepted_and_the_new_one_wins() {
    assert_eq!(read(&[("OLD_KEY", "old")]).unwrap().service.key.expose_secret(), "old");
    let both = read(&[("OLD_KEY", "old"), ("SERVICE_KEY", "new")]).unwrap();
    assert_eq!(both.service.key.expose_secret(), "new");
}

#[test]
fn all_mistakes_are_reported_at_once_and_none_shows_a_value() {
    let mistakes =
        read(&[("SERVICE_URL", "p4ssw0rd"), ("INTERVAL_SECONDS", "p4ssw0rd"), ("LIMIT", "-3")]).unwrap_err();
    assert_eq!(
        mistakes,
        "SERVICE_KEY is required: Key from the service's site.\n\
         SERVICE_URL must be an http or https URL\n\
         INTERVAL_SECONDS must be a number of seconds above 0\n\
         LIMIT must be a whole number"
    );
}

#[test]
fn an_empty_value_counts_as_none() {
    assert_eq!(read(&[("SERVICE_KEY", "k"), ("LIMIT", " ")]).unwrap().limit, 10);
}

#[test]
fn a_value_can_be_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "from a file\n").unwrap();
    let config = read(&[("SERVICE_KEY_FILE", path.to_str().unwrap())]).unwrap();
    assert_eq!(config.service.key.expose_secret(), "from a file");
    let missing = folder.path().join("none");
    let mistakes = read(&[("OLD_KEY_FILE", missing.to_str().unwrap())]).unwrap_err();
    assert_eq!(mistakes, "OLD_KEY_FILE names a file that cannot be read: entity not found");
}

#[test]
fn a_file_of_another_system_gives_its_text_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "\u{feff}from a file\r\n").unwrap();
    let config = read(&[("SERVICE_KEY_FILE", path.to_str().unwrap())]).unwrap();
    assert_eq!(config.service.key.expose_secret(), "from a file");
}

#[test]
fn a_file_without_end_is_a_mistake() {
    let mistakes = read(&[("SERVICE_KEY_FILE", "/dev/zero")]).unwrap_err();
    assert_eq!(mistakes, "SERVICE_KEY_FILE names a file that cannot be read: file too large");
}

#[test]
fn a_toml_file_lies_under_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, "limit = 3\nINTERVAL_SECONDS = 60\n[service]\nkey = \"k\"\n").unwrap();
    let file = ("CONFIG_FILE", path.to_str().unwrap());
    let config = read(&[file, ("LIMIT", "4")]).unwrap();
    assert_eq!((config.limit, config.interval), (4, Some(Duration::from_mins(1))));
    assert_eq!(config.service.key.expose_secret(), "k");
}

#[test]
fn a_name_nobody_knows_in_the_file_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, "limmit = 3\n[service]\nkey = \"k\"\n").unwrap();
    let mistakes = read(&[("CONFIG_FILE", path.to_str().unwrap())]).unwrap_err();
    assert_eq!(mistakes, "CONFIG_FILE sets LIMMIT, which this program does not know");
}

#[test]
fn a_broken_file_is_named_by_line_and_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, "limit = 3\nkey = p4ssw0rd\n").unwrap();
    let mistakes = read(&[("CONFIG_FILE", path.to_str().unwrap()), ("SERVICE_KEY", "k")]).unwrap_err();
    assert_eq!(mistakes, "CONFIG_FILE is not TOML: line 2");
}

#[test]
fn variables_describe_themselves() {
    let described = Config::variables();
    let key = &described[0];
    assert_eq!((key.name, key.also, key.required, key.secret), ("SERVICE_KEY", &["OLD_KEY"][..], true, true));
    assert_eq!(key.description, "Key from the service's site.");
    assert_eq!(
        (described[3].takes, described[3].default, described[3].required),
        ("a whole number", Some("10"), false)
    );
}

#[test]
fn names_that_a_person_chooses_are_found_in_every_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, "[climate]\nalert_webhook = \"c\"\n").unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "d\n").unwrap();
    let mut source = Source::of([
        ("CONFIG_FILE", file.to_str().unwrap()),
        ("DEVICE_ALERT_WEBHOOK_FILE", secret.to_str().unwrap()),
        ("_ALERT_WEBHOOK", "no middle"),
    ]);
    let names = source.names("", "_ALERT_WEBHOOK");
    assert_eq!(Vec::from_iter(&names), ["CLIMATE_ALERT_WEBHOOK", "DEVICE_ALERT_WEBHOOK"]);
    let webhooks = names.iter().filter_map(|name| source.named::<Secret>(name));
    assert_eq!(webhooks.map(|secret| secret.expose_secret().to_owned()).collect::<Vec<_>>(), ["c", "d"]);
    assert_eq!(source.finish(), Ok(()));
}

#[test]
fn effective_settings_are_shown_without_secrets() {
    let set = [("OLD_KEY", "hidden"), ("INTERVAL_SECONDS_FILE", "/run/interval"), ("ALERT_TEMP_ABOVE", "5")];
    let source = Source::of(set);
    let variables = Config::variables();
    let effective = |name: &str| {
        let shown = source.shown(variables.iter().find(|variable| variable.name == name).unwrap());
        shown.first().cloned().unwrap()
    };
    let key = effective("SERVICE_KEY");
    assert_eq!((&*key.name, key.value, key.origin), ("OLD_KEY", None, Origin::Environment));
    let limit = effective("LIMIT");
    assert_eq!((limit.value.as_deref(), limit.origin), (Some("10"), Origin::Default));
    let interval = effective("INTERVAL_SECONDS");
    assert_eq!(
        (&*interval.name, interval.value.as_deref()),
        ("INTERVAL_SECONDS_FILE", Some("/run/interval"))
    );
    let pattern = Variable { name: "ALERT_<FIELD>_ABOVE", ..variables[0].clone() };
    let names: Vec<_> = source.shown(&pattern).into_iter().map(|shown| shown.name).collect();
    assert_eq!(names, ["ALERT_TEMP_ABOVE"]);
}

#[test]
fn a_field_may_have_any_name() {
    #[derive(Settings)]
    struct Odd {
        /// Its origin.
        #[setting(name = "ODD_SOURCE")]
        source: String,
        /// Kind.
        #[setting(name = "ODD_TYPE")]
        r#type: String,
    }

    let mut source = Source::of([("ODD_SOURCE", "a"), ("ODD_TYPE", "b")]);
    let odd = Odd::read(&mut source).unwrap();
    assert_eq!((odd.source.as_str(), odd.r#type.as_str()), ("a", "b"));
}

/// A sensor with limits.
#[derive(Debug, PartialEq, Settings)]
struct Sensor {
    /// Height above the sea.
    #[setting(name = "ALTITUDE_METERS", range = 0..=3000, unit = "m")]
    altitude: Option<u16>,
    /// Excess of its temperature over that of the room.
    #[setting(name = "OFFSET", range = -20..=20.5)]
    offset: Option<f64>,
    /// Time of the warm-up.
    #[setting(name = "WARM_UP_SECONDS", default = "30", range = 1.., unit = "s")]
    warm_up: Duration,
}

fn sensor(variables: &[(&str, &str)]) -> Result<Sensor, String> {
    let mut source = Source::of(variables.iter().copied());
    let sensor = Sensor::read(&mut source);
    source.finish().map_err(|mistakes| mistakes.to_string())?;
    sensor.ok_or_else(|| "nothing read and no mistake".to_owned())
}

#[test]
fn both_ends_of_a_range_are_in_it() {
    let sensor = sensor(&[("ALTITUDE_METERS", "3000"), ("OFFSET", "-20")]).unwrap();
    assert_eq!((sensor.altitude, sensor.offset), (Some(3000), Some(-20.0)));
    assert_eq!(sensor.warm_up, Duration::from_secs(30));
}

#[test]
fn a_number_out_of_its_range_is_a_mistake_that_has_range_and_unit() {
    let mistakes =
        sensor(&[("ALTITUDE_METERS", "3001"), ("OFFSET", "NaN"), ("WARM_UP_SECONDS", "0.5")]).unwrap_err();
    assert_eq!(
        mistakes,
        "ALTITUDE_METERS must be a whole number from 0 to 3000 m\n\
         OFFSET must be a number from -20 to 20.5\n\
         WARM_UP_SECONDS must be a number of seconds above 0, at least 1 s"
    );
    let wrong = sensor(&[("ALTITUDE_METERS", "high")]).unwrap_err();
    assert_eq!(wrong, "ALTITUDE_METERS must be a whole number from 0 to 3000 m");
}

#[test]
fn a_range_is_described_beside_the_type() {
    let described = serde_json::to_value(Sensor::variables()).unwrap();
    let altitude = &described[0];
    assert_eq!(altitude["type"], "a whole number");
    assert_eq!(
        (&altitude["min"], &altitude["max"], &altitude["unit"]),
        (&0.0.into(), &3000.0.into(), &"m".into())
    );
    assert!(described[2].get("max").is_none());
}
