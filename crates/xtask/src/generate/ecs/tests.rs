//! Checks of the stack and of the parameters of a job.

use super::files;
use crate::generate::model::Model;
use crate::generate::sample;

fn text(model: &Model, path: &str) -> String {
    let files = files(model).unwrap();
    files.into_iter().find(|file| file.path == format!("deploy/ecs/{path}")).unwrap().text
}

#[test]
fn only_jobs_run_where_there_is_no_device() {
    let paths: Vec<_> = files(&sample::model()).unwrap().into_iter().map(|file| file.path).collect();
    assert_eq!(paths, ["deploy/ecs/platform.yaml", "deploy/ecs/job.yaml", "deploy/ecs/jobs/tides.conf"]);
}

#[test]
fn one_file_has_program_schedule_and_settings() {
    let text = text(&sample::model(), "jobs/tides.conf");
    for line in [
        "# The stack of tides: deploy/ecs/deploy.sh tides TidesKey=…",
        "Program=tides",
        "Image=registry.example/lego/tides:0.1.0",
        "Schedule=cron(7 * * * ? *)",
        "TimeZone=Europe/Berlin",
        "DeadlineSeconds=120",
        "MemoryLimit=64",
        "Measurement=tides",
        "AlertLevelAbove=4.5",
        "# It also takes: Station, StoreUrl, StoreToken, HeartbeatUrl.",
    ] {
        assert!(text.lines().any(|it| it == line), "no `{line}` in:\n{text}");
    }
}

#[test]
fn a_secret_is_a_reference_and_never_a_value() {
    let text = text(&sample::model(), "job.yaml");
    assert!(text.contains("!If [HasTidesKey, { Name: TIDES_KEY, ValueFrom: !Ref TidesKey }"), "{text}");
    assert!(text.contains("!If [HasStation, { Name: STATION, Value: !Ref Station }"), "{text}");
}

#[test]
fn a_program_does_not_get_a_stack_without_its_required_variables() {
    let text = text(&sample::model(), "job.yaml");
    assert!(text.contains("  TidesKey:\n    RuleCondition: !Contains [[tides], !Ref Program]\n"), "{text}");
    assert!(!text.contains("  StoreToken:\n    RuleCondition"), "{text}");
}

#[test]
fn a_run_has_ended_before_the_next_begins() {
    let mut model = sample::model();
    let tides = model.programs.iter_mut().find(|program| program.name == "tides").unwrap();
    tides.schedule.as_mut().unwrap().cron = "*/2 * * * *".parse().unwrap();
    assert!(text(&model, "jobs/tides.conf").contains("\nDeadlineSeconds=90\n"));
}

#[test]
fn a_program_without_state_has_no_file_system() {
    let mut model = sample::model();
    assert!(text(&model, "jobs/tides.conf").contains("\nStorage=yes\n"));
    model.programs.iter_mut().for_each(|program| program.storage = None);
    let text = text(&model, "jobs/tides.conf");
    assert!(text.contains("\nStorage=no\n") && !text.contains("SpoolMaxBytes"), "{text}");
}
