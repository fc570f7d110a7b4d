//! A small model for tests: a job, a device that runs on, a device on a schedule, a service.

use toml::Table;

use super::decide::{check_delivery, decide};
use super::describe::Description;
use super::join::join;
use super::manifest::{Delivery, Manifest};
use super::mistake::Mistakes;
use super::model::Model;

/// The root manifest.
pub(super) const WORKSPACE: &str = r#"
    [workspace.metadata.delivery]
    registry = "registry.example/lego"
    name = "lego"
    maintainer = "Lego <lego@example.org>"
    device-domain = "squat.ai"
    metrics-port = 9464
    egress = [443, 8086]
    groups = { dialout = 20, i2c = 998 }

    [workspace.metadata.delivery.defaults]
    time-zone = "Etc/UTC"
    architectures = ["amd64", "arm64"]
    deadline-seconds = 120
    storage = "128Mi"
    resources = { cpu = "10m", memory = "16Mi", memory-limit = "64Mi" }

    [workspace.metadata.delivery.bindings]
    STORE_URL = { config = "platform" }
    STORE_TOKEN = { secret = "store" }
    HEARTBEAT_URL = { secret = "heartbeats", key = "{program}" }
"#;

/// A job that needs a key.
pub(super) const TIDES: &str = r#"
    [package.metadata.pipeline]
    schedule = "7 * * * *"
    time-zone = "Europe/Berlin"

    [package.metadata.pipeline.demo]
    simulator = "testcases/typical"

    [package.metadata.pipeline.bindings]
    TIDES_KEY = { secret = "tides", key = "key" }
    STATION = { config = "places", key = "stations" }
    MEASUREMENT = "tides"
    ALERT_LEVEL_ABOVE = 4.5
"#;

/// A device on a serial port.
pub(super) const DUST: &str = r#"
    [package.metadata.pipeline]
    architectures = ["arm64"]
    devices = [{ name = "dust-serial", path = "/dev/ttyUSB0", group = "dialout" }]
    node-selector = { "example.com/sensor" = "dust" }

    [package.metadata.pipeline.bindings]
    PORT = "/dev/ttyUSB0"
"#;

/// A device that is asked once in a while.
pub(super) const MOIST: &str = r#"
    [package.metadata.pipeline]
    schedule = "*/15 * * * *"
    devices = [{ name = "i2c-1", path = "/dev/i2c-1", group = "i2c" }]
"#;

/// A service that keeps nothing.
pub(super) const PAGE: &str = r#"
    [package.metadata.pipeline]
    has_source = false
    serves = { port = 8080, ready = "/healthz" }
    storage = false
    shared = false
    egress = [5432]
"#;

/// Description of a program with this name and kind: its own variables, each as JSON, before those of all programs.
pub(super) fn description(name: &str, kind: &str, own: &[&str]) -> Description {
    let variable = |name: &str, more: &str| {
        format!(
            r#"{{"name": "{name}", "type": "text", "required": false, "secret": false, "description": "It."{more}}}"#
        )
    };
    let all = own.iter().map(|own| (*own).to_owned());
    let shared = [
        variable("STORE_URL", ""),
        variable("STORE_TOKEN", "").replace(r#""secret": false"#, r#""secret": true"#),
        variable("HEARTBEAT_URL", "").replace(r#""secret": false"#, r#""secret": true"#),
        variable("ALERT_<FIELD>_ABOVE", "").replace("It.", "Upper limit."),
        variable("ALERT_<FIELD>_CLEAR", ""),
        variable("SPOOL_DIR", r#", "default": "data/spool""#),
        variable("SQLITE_PATH", r#", "default": "data/platform.db""#),
    ];
    let of_kind = match kind {
        "job" => vec![variable("DEADLINE_SECONDS", "")],
        "device" => vec![variable("DEADLINE_SECONDS", ""), variable("METRICS_ADDR", "")],
        _ => vec![variable("LISTEN", "")],
    };
    let variables: Vec<_> = all.chain(shared).chain(of_kind).collect();
    let text = format!(
        r#"{{"name": "{name}", "kind": "{kind}", "version": "0.1.0", "description": "What {name} is for.",
             "has_history": false, "variables": [{}], "records": [{RECORD}]}}"#,
        variables.join(", ")
    );
    Description::parse(&text).unwrap()
}

const RECORD: &str = r#"{"name": "level", "description": "Levels.", "shape": "measurement", "columns": [
    {"name": "time", "role": "time", "type": "timestamp", "optional": false},
    {"name": "place", "role": "tag", "type": "text", "optional": false},
    {"name": "level", "role": "field", "type": "float", "optional": false, "unit": "m", "description": "Level."}]}"#;

/// One variable as JSON; `traits` are among `required`, `secret`, and an older name as in `also OLD`.
pub(super) fn variable(name: &str, traits: &[&str]) -> String {
    let also: Vec<_> = traits.iter().filter_map(|it| it.strip_prefix("also ")).collect();
    serde_json::json!({
        "name": name,
        "also": also,
        "type": "text",
        "required": traits.contains(&"required"),
        "secret": traits.contains(&"secret"),
        "description": "It.",
    })
    .to_string()
}

/// The model of manifests, each with its folder and what its program says, and the mistakes in it.
pub(super) fn joined(
    workspace: &str,
    programs: Vec<(&str, &str, Description)>,
) -> (Option<Model>, Vec<String>) {
    let mut mistakes = Mistakes::default();
    let delivery = Delivery::read(&workspace.parse::<Table>().unwrap(), &mut mistakes);
    let programs = programs.into_iter().map(|(folder, manifest, description)| {
        let table = manifest.parse::<Table>().unwrap();
        (Manifest::read(folder, &table, &mut mistakes), description)
    });
    let programs: Vec<_> = programs.collect();
    let Some(delivery) = delivery else { return (None, mistakes.lines()) };
    check_delivery(&delivery, &mut mistakes);
    let decided = programs
        .into_iter()
        .map(|(manifest, description)| (decide(manifest, &delivery, &mut mistakes), description));
    let decided = decided.collect();
    let model = join(delivery, decided, &mut mistakes);
    (Some(model), mistakes.lines())
}

/// The programs of the sample.
pub(super) fn programs() -> Vec<(&'static str, &'static str, Description)> {
    let key = variable("TIDES_KEY", &["required", "secret"]);
    let station = variable("STATION", &[]);
    let measurement = variable("MEASUREMENT", &["also TIDES_MEASUREMENT"]);
    let port = variable("PORT", &["required"]);
    vec![
        ("pipelines/tides", TIDES, description("tides", "job", &[&key, &station, &measurement])),
        ("iot/dust", DUST, description("dust", "device", &[&port])),
        ("iot/moist", MOIST, description("moist", "device", &[])),
        ("services/page", PAGE, description("page", "service", &[])),
    ]
}

/// The sample, which holds no mistake.
pub(super) fn model() -> Model {
    let (model, mistakes) = joined(WORKSPACE, programs());
    assert_eq!(mistakes, [""; 0]);
    model.unwrap()
}

/// The sample, with the limit of an alert in a config.
pub(super) fn model_with_a_limit_in_a_config() -> Model {
    let in_config = "ALERT_LEVEL_ABOVE = { config = \"limits\", key = \"level\" }";
    let tides = TIDES.replace("ALERT_LEVEL_ABOVE = 4.5", in_config);
    let mut programs = programs();
    for (_, manifest, _) in programs.iter_mut().filter(|(folder, ..)| *folder == "pipelines/tides") {
        *manifest = &tides;
    }
    let (model, mistakes) = joined(WORKSPACE, programs);
    assert_eq!(mistakes, [""; 0]);
    model.unwrap()
}
