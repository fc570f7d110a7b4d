//! Tests of Argo's definitions: schedules, retries and alerts; and that mistakes are found.

use super::files;
use crate::generate::sample;
use crate::test::manifests::{argo, faults, objects::Object};

/// A file of the sample.
fn text(path: &str) -> String {
    let files = files(&sample::model()).unwrap();
    files.into_iter().find(|file| file.path == format!("k8s/argo/{path}")).unwrap().text
}

/// All that Argo gets for a program of the sample.
fn objects(program: &str) -> String {
    let own = text(&format!("{program}.yaml"));
    format!("{own}\n---\n{}", text("pod-died/workflow-template.yaml"))
}

fn found(text: &str) -> String {
    argo::faults(&Object::parse(text).unwrap()).join("; ")
}

/// The faults where `from` became `to`.
fn broken(from: &str, to: &str) -> String {
    let text = objects("tides");
    assert!(text.contains(from), "there is no `{from}`:\n{text}");
    found(&text.replace(from, to))
}

#[test]
fn a_program_is_started_by_its_schedule_in_its_time_zone() {
    let text = text("tides.yaml");
    assert!(text.contains("schedules: [\"7 * * * *\"]\n  timezone: Europe/Berlin\n"), "{text}");
    assert!(text.contains("concurrencyPolicy: Forbid") && text.contains("startingDeadlineSeconds: 3600"));
}

#[test]
fn devices_and_services_are_left_to_kubernetes() {
    let files = files(&sample::model()).unwrap();
    assert!(!files.iter().any(|file| file.path.contains("/dust.") || file.path.contains("/page.")));
}

#[test]
fn a_run_that_cannot_be_mended_is_not_repeated() {
    let text = text("tides.yaml");
    assert!(text.contains("expression: \"!(lastRetry.exitCode in ['65', '78'])\""), "{text}");
    assert!(text.contains("limit: 2") && text.contains("retryPolicy: Always"));
    assert!(
        text.contains("  activeDeadlineSeconds: 570\n")
            && text.contains("      activeDeadlineSeconds: 180\n")
    );
}

#[test]
fn each_failure_is_reported_once() {
    let text = text("pod-died/workflow-template.yaml");
    let when =
        "{{= workflow.status != 'Succeeded' && !(workflow.failures matches 'exit code (65|75|78)[)]') }}";
    assert!(text.contains(&format!("when: \"{when}\"")), "{text}");
}

#[test]
fn a_device_with_a_schedule_takes_one_reading_where_its_node_is() {
    let text = text("moist.yaml");
    assert!(text.contains("args: [\"--once\"]\n"), "{text}");
    assert!(text.contains("squat.ai/i2c-1: 1") && text.contains("supplementalGroups: [998]"), "{text}");
}

#[test]
fn the_pods_that_argo_makes_keep_to_the_rules() {
    for program in ["tides", "moist"] {
        let objects = Object::parse(&objects(program)).unwrap();
        assert_eq!(argo::faults(&objects), [""; 0], "{program}");
        let jobs = argo::jobs(&objects);
        assert_eq!(jobs.len(), 1);
        // The account, the volume and the policies are in other files.
        let is_open =
            |fault: &String| !["needs the ", "no NetworkPolicy"].iter().any(|it| fault.contains(it));
        let faults: Vec<_> = faults(&jobs).into_iter().filter(is_open).collect();
        assert_eq!(faults, [""; 0], "{program}");
    }
}

#[test]
fn a_pod_of_argo_that_is_not_restricted_is_found() {
    for (from, to) in [
        ("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
        ("enableServiceLinks: false", "enableServiceLinks: true"),
        ("        fsGroup: 65532", "        fsGroup: 0"),
    ] {
        let text = objects("tides").replace(from, to);
        let jobs = argo::jobs(&Object::parse(&text).unwrap());
        assert!(faults(&jobs).iter().any(|fault| fault.contains(" is not ")), "{from}");
    }
}

#[test]
fn names_that_lead_nowhere_are_found() {
    assert!(broken("entrypoint: tides", "entrypoint: ebb").contains("begins with no template of its own"));
    assert!(
        broken("workflowTemplateRef: { name: tides }", "workflowTemplateRef: { name: ebb }")
            .contains("`ebb`")
    );
    assert!(broken("template: alert-if-died }", "template: alert-all }").contains("calls `alert-all`"));
    assert!(
        broken("{ name: resolved-after, value: 4170s }", "{ name: after, value: 1s }")
            .contains("after, resolved-after")
    );
}

#[test]
fn rights_and_secrets_in_the_wrong_place_are_found() {
    assert!(
        broken("serviceAccountName: argo-executor\n  auto", "serviceAccountName: program\n  auto")
            .contains("does not run as")
    );
    assert!(
        broken("      serviceAccountName: program", "      serviceAccountName: argo-executor")
            .contains("has the rights")
    );
    let header = "{ name: Content-Type, value: application/json }";
    assert!(broken(header, "{ name: Authorization, value: Bearer abc }").contains("written down"));
}
