//! Tests of the services of Compose for each kind of program.

use super::files;
use crate::generate::manifest::Origin;
use crate::generate::sample;

/// The file of that name for the sample.
fn file(name: &str) -> String {
    let files = files(&sample::model()).unwrap();
    files.into_iter().find(|file| file.path == format!("docker/{name}")).unwrap().text
}

/// The part of the file that is about one program.
fn service(program: &str) -> String {
    let text = file("compose.pipelines.yaml");
    let from = text.find(&format!("\n  {program}:\n")).unwrap();
    let rest = &text[from + 1..];
    rest[..rest.find("\n\n").unwrap()].to_owned()
}

fn assert_has(text: &str, part: &str) {
    assert!(text.contains(part), "no `{part}` in:\n{text}");
}

#[test]
fn the_file_is_yaml_in_which_every_program_is_confined() {
    let project: serde_json::Value = serde_saphyr::from_str(&file("compose.pipelines.yaml")).unwrap();
    for program in ["tides", "dust", "moist", "page"] {
        let service = &project["services"][program];
        assert_eq!(service["read_only"], true, "{program}");
        assert_eq!(service["cap_drop"][0], "ALL", "{program}");
        assert_eq!(service["user"], "65532:65532", "{program}");
        assert_eq!(service["mem_limit"], "64m", "{program}");
        assert_eq!(service["privileged"], serde_json::Value::Null, "{program}");
    }
}

#[test]
fn a_job_waits_for_its_timer_and_writes_to_it() {
    let tides = service("tides");
    assert_has(&tides, "image: ${REGISTRY:-registry.example/lego}/tides:${TIDES_VERSION:-0.1.0}\n");
    assert_has(&tides, "profiles: [jobs]\n");
    assert_has(&tides, "restart: \"no\"\n    logging: { driver: none }\n");
    assert_has(&tides, "DEADLINE_SECONDS: \"120\"\n");
}

#[test]
fn values_come_from_settings_and_secrets_from_files() {
    let tides = service("tides");
    assert_has(&tides, "TIDES_KEY_FILE: \"/run/secrets/tides.key\"\n");
    assert_has(&tides, "STATION: \"${PLACES_STATIONS:-}\"\n");
    assert_has(&tides, "MEASUREMENT: \"tides\"\n");
    assert_has(&tides, "    secrets: [tides.key, store.token, heartbeats.tides]\n");
    // A program starts without it: then the path is empty, which counts as none.
    assert_has(&tides, "      <<: *environment\n");
    assert_has(&file("compose.pipelines.yaml"), "  STORE_TOKEN_FILE: \"${STORE_TOKEN_FILE:-}\"\n");
    assert!(!tides.contains("STORE_TOKEN_FILE") && !service("page").contains("*environment"));
    assert_has(&tides, "HEARTBEAT_URL_FILE: \"${HEARTBEATS_TIDES_FILE:-}\"\n");
}

#[test]
fn a_limit_of_an_alert_has_a_description() {
    let files = files(&sample::model_with_a_limit_in_a_config()).unwrap();
    let example = files.into_iter().find(|file| file.path == "docker/.env.example").unwrap().text;
    assert_has(&example, "# Upper limit.\n# Read by tides.\n# LIMITS_LEVEL=\n");
}

#[test]
fn a_dollar_in_a_value_stays_one() {
    let mut model = sample::model();
    let tides = model.programs.iter_mut().find(|program| program.name == "tides").unwrap();
    let measurement = tides.environment.iter_mut().find(|binding| binding.variable == "MEASUREMENT").unwrap();
    measurement.origin = Origin::Literal("a$b${c}".to_owned());
    let text = files(&model).unwrap().remove(0).text;
    assert_has(&text, "MEASUREMENT: \"a$$b$${c}\"\n");
}

#[test]
fn a_device_gets_its_node_and_its_group_and_no_more() {
    let dust = service("dust");
    assert_has(&dust, "    devices:\n      - ${DUST_SERIAL_DEVICE:-/dev/ttyUSB0}:/dev/ttyUSB0\n");
    assert_has(&dust, "    group_add:\n      - \"${DIALOUT_GROUP:-20}\"\n");
    assert_has(&dust, "profiles: [devices]\n    restart: unless-stopped\n");
    assert_has(&dust, "platform: linux/arm64\n");
    assert_has(&dust, "METRICS_ADDR: \"0.0.0.0:9464\"\n");
    assert_has(&dust, "    expose:\n      - \"9464\"\n");
}

#[test]
fn a_device_on_a_schedule_is_a_job() {
    let moist = service("moist");
    assert_has(&moist, "profiles: [jobs]\n");
    assert_has(&moist, "command: [\"--once\"]\n");
    assert_has(&moist, "- ${I2C_1_DEVICE:-/dev/i2c-1}:/dev/i2c-1\n");
    assert!(!moist.contains("expose"), "{moist}");
}

#[test]
fn a_service_is_published_on_loopback_and_has_a_tmpfs() {
    let page = service("page");
    assert_has(&page, "- \"${PUBLISH_ADDRESS:-127.0.0.1}:${PAGE_PORT:-}:8080\"\n");
    assert_has(&page, "LISTEN: \"0.0.0.0:8080\"\n");
    assert_has(&page, "    tmpfs:\n      - /data:size=16m,mode=0700,uid=65532,gid=65532\n");
    let volumes = file("compose.pipelines.yaml");
    assert!(volumes.ends_with("\nvolumes:\n  dust:\n  moist:\n  tides:\n"), "{volumes}");
}

#[test]
fn the_settings_name_each_value_its_readers_and_where_a_sensor_is() {
    let text = file(".env.example");
    assert_has(&text, "# It.\n# Read by tides.\n# PLACES_STATIONS=\n");
    assert_has(&text, "# Read by dust, moist, tides.\n# PLATFORM_STORE_URL=\n");
    assert_has(&text, "# STORE_TOKEN_FILE=/run/secrets/store.token\n");
    assert!(!text.contains("TIDES_KEY"), "it is always mounted:\n{text}");
    assert_has(&text, "# DUST_SERIAL_DEVICE=/dev/ttyUSB0\n# I2C_1_DEVICE=/dev/i2c-1\n");
    assert_has(&text, "# DIALOUT_GROUP=20\n# I2C_GROUP=998\n");
    assert_has(&text, "# TIDES_VERSION=0.1.0\n");
}

#[test]
fn two_values_with_one_name_are_refused() {
    let mut model = sample::model();
    let tides = model.programs.iter_mut().find(|program| program.name == "tides").unwrap();
    for (variable, name, key) in [("STATION", "a-b", "c"), ("MEASUREMENT", "a", "b-c")] {
        let binding = tides.environment.iter_mut().find(|binding| binding.variable == variable).unwrap();
        binding.origin =
            toml::from_str::<toml::Table>(&format!("it = {{ config = \"{name}\", key = \"{key}\" }}"))
                .unwrap()
                .remove("it")
                .unwrap()
                .try_into()
                .unwrap();
    }
    assert_eq!(files(&model).unwrap_err(), "a.b-c and a-b.c would both be A_B_C for Compose; rename one");
}
