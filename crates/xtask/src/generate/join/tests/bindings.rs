//! Bindings: the origins of variables, and refused ones.

use super::{job, mistakes};
use crate::generate::manifest::{Origin, Reference};
use crate::generate::sample;

fn bindings(lines: &str) -> String {
    job(&format!("[package.metadata.pipeline.bindings]\n{lines}"))
}

#[test]
fn variables_come_in_the_order_the_program_describes_them() {
    let model = sample::model();
    let names = |program: &str| {
        let environment = &model.program(program).unwrap().environment;
        environment.iter().map(|binding| binding.variable.clone()).collect::<Vec<_>>()
    };
    let expected = [
        "TIDES_KEY",
        "STATION",
        "MEASUREMENT",
        "STORE_URL",
        "STORE_TOKEN",
        "HEARTBEAT_URL",
        "ALERT_LEVEL_ABOVE",
    ];
    assert_eq!(names("tides"), expected);
    assert_eq!(names("page"), [""; 0]);
}

#[test]
fn optional_variables_may_be_absent() {
    let model = sample::model();
    let optional = |variable: &str| {
        let mut environment = model.program("tides").unwrap().environment.iter();
        environment.find(|binding| binding.variable == variable).unwrap().is_optional
    };
    assert!(!optional("TIDES_KEY"));
    assert!(optional("STORE_TOKEN"));
}

#[test]
fn a_shared_key_may_hold_the_name_of_the_program() {
    let model = sample::model();
    let mut environment = model.program("dust").unwrap().environment.iter();
    let heartbeat = environment.find(|binding| binding.variable == "HEARTBEAT_URL").unwrap();
    let expected = Reference {
        name: "heartbeats".to_owned(),
        key: "dust".to_owned(),
        is_whole: false,
        is_random: false,
    };
    assert_eq!(heartbeat.origin, Origin::Secret(expected));
}

#[test]
fn a_required_variable_has_to_come_from_somewhere() {
    let required = sample::variable("TIDES_KEY", &["required", "secret"]);
    let description = sample::description("tides", "job", &[&required]);
    let manifest = job("");
    let found = sample::joined(sample::WORKSPACE, vec![("pipelines/tides", &manifest, description)]).1;
    let expected = "pipelines/tides/Cargo.toml: package.metadata.pipeline.bindings.TIDES_KEY is missing: the program \
                    does not start without it";
    assert_eq!(found, [expected]);
}

#[test]
fn a_variable_that_the_program_does_not_have_is_refused() {
    let found = mistakes(&bindings("CITTY = \"Rome\"\nOLD_MEASUREMENT = \"a\"\nALERT_LEVAL_ABOVE = 3"));
    let expected = [
        "bindings.ALERT_LEVAL_ABOVE is not a variable of the program; --help lists them",
        "bindings.CITTY is not a variable of the program; --help lists them",
        "bindings.OLD_MEASUREMENT is an older name: bind MEASUREMENT",
    ];
    assert_eq!(found, expected);
    assert_eq!(mistakes(&bindings("ALERT_LEVEL_ABOVE = 3\nALERT_LEVEL_ABOVE_CLEAR = 2")), [""; 0]);
}

#[test]
fn a_secret_is_never_written_down() {
    let expected = ["bindings.TIDES_KEY is a secret: bind it to a key of a Secret"];
    assert_eq!(mistakes(&bindings("TIDES_KEY = \"abc\"")), expected);
    assert_eq!(mistakes(&bindings("TIDES_KEY = { config = \"tides\", key = \"key\" }")), expected);
}

#[test]
fn a_binding_has_one_of_three_forms() {
    let refused = |line: &str| mistakes(&bindings(line)).concat();
    assert_eq!(refused("MEASUREMENT = { config = \"a\" }"), "");
    assert!(refused("MEASUREMENT = { keys = \"a\" }").contains("must be a value, { secret"));
    assert!(
        refused("MEASUREMENT = { secret = \"a\", config = \"b\", key = \"c\" }").contains("must be a value")
    );
    assert!(refused("MEASUREMENT = [1]").starts_with("bindings.MEASUREMENT is wrong: must be a value"));
    assert!(refused("MEASUREMENT = { config = \"My Map\", key = \"c\" }").contains("names `My Map`"));
    assert!(refused("MEASUREMENT = { config = \"a\", key = \"c/d\" }").contains("has the key `c/d`"));
    assert!(refused("MEASUREMENT = \"\"").contains("is empty"));
    assert!(refused("MEASUREMENT = \"a\\nb\"").contains("a line break"));
}

#[test]
fn without_a_key_the_variable_names_it() {
    let model = sample::model();
    let mut environment = model.program("tides").unwrap().environment.iter();
    let token = environment.find(|binding| binding.variable == "STORE_TOKEN").unwrap();
    let Origin::Secret(reference) = &token.origin else { panic!("{token:?}") };
    assert_eq!(
        (reference.key_of("STORE_TOKEN"), reference.file_name()),
        ("STORE_TOKEN", "store.token".to_owned())
    );
}

#[test]
fn a_key_is_named_by_all_programs_or_by_none() {
    let found = mistakes(&bindings("STORE_TOKEN = { secret = \"store\", key = \"token\" }"));
    assert_eq!(found, [""; 0], "a program may have it for itself");
    let moist = sample::programs().remove(2);
    let own = bindings("STORE_TOKEN = { secret = \"store\", key = \"token\" }");
    let tides = ("pipelines/tides", own.as_str(), sample::description("tides", "job", &[]));
    let found = sample::joined(sample::WORKSPACE, vec![moist, tides]).1;
    let expected = "bindings.STORE_TOKEN is bound with a key here and without one elsewhere: store.token";
    assert!(found.len() == 1 && found[0].ends_with(expected), "{found:?}");
}

#[test]
fn variables_of_the_orchestrator_are_not_bound() {
    let found = mistakes(&bindings("SPOOL_DIR = \"/tmp\""));
    assert_eq!(found, ["bindings.SPOOL_DIR is not bound: it follows from where the program is put"]);
}

#[test]
fn a_shared_binding_that_nobody_has_is_a_mistake_of_the_workspace() {
    let workspace = format!("{}\nMQTT_UURL = \"mqtt://broker\"", sample::WORKSPACE);
    let found = sample::joined(&workspace, sample::programs()).1;
    let expected =
        "Cargo.toml: workspace.metadata.delivery.bindings.MQTT_UURL is not a variable of any program";
    assert_eq!(found, [expected]);
}
