//! What ECS and `EventBridge` are asked for.

use super::files;
use crate::generate::manifest::Origin;
use crate::generate::model::Model;
use crate::generate::sample;

fn text(model: &Model, path: &str) -> String {
    let files = files(model).unwrap();
    files.into_iter().find(|file| file.path == format!("deploy/ecs/{path}")).unwrap().text
}

#[test]
fn only_jobs_run_where_there_is_no_device() {
    let paths: Vec<_> = files(&sample::model()).unwrap().into_iter().map(|file| file.path).collect();
    assert_eq!(paths, ["deploy/ecs/platform.yaml", "deploy/ecs/tides.yaml"]);
}

#[test]
fn a_secret_is_a_parameter_and_never_a_value() {
    let text = text(&sample::model(), "tides.yaml");
    assert!(text.contains("- { Name: TIDES_KEY, ValueFrom: !Ref TidesKey }"), "{text}");
    assert!(text.contains("!If [HasStoreToken, { Name: STORE_TOKEN, ValueFrom: !Ref StoreToken }"), "{text}");
    assert!(text.contains("!If [HasStation, { Name: STATION, Value: !Ref Station }"), "{text}");
    assert!(text.contains("- { Name: MEASUREMENT, Value: \"tides\" }"), "{text}");
}

#[test]
fn a_run_has_ended_before_the_next_begins() {
    let mut model = sample::model();
    let deadline = |model: &Model| {
        let text = text(model, "tides.yaml");
        let (_, rest) = text.split_once("Name: DEADLINE_SECONDS, Value: \"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    assert_eq!(deadline(&model), "120");
    let tides = model.programs.iter_mut().find(|program| program.name == "tides").unwrap();
    tides.schedule.as_mut().unwrap().cron = "*/2 * * * *".parse().unwrap();
    assert_eq!(deadline(&model), "90");
}

#[test]
fn a_program_that_keeps_nothing_has_no_file_system() {
    let mut model = sample::model();
    assert!(text(&model, "tides.yaml").contains("AWS::EFS::AccessPoint"));
    model.programs.iter_mut().for_each(|program| program.storage = None);
    let text = text(&model, "tides.yaml");
    assert!(!text.contains("EFS") && !text.contains("MountPoints"), "{text}");
}

#[test]
fn a_program_without_any_variable_has_no_empty_list() {
    let mut model = sample::model();
    for program in &mut model.programs {
        program.environment.retain(|binding| matches!(binding.origin, Origin::Literal(_)));
    }
    let text = text(&model, "tides.yaml");
    assert!(!text.contains("Secrets:") && !text.contains("Conditions:"), "{text}");
}
