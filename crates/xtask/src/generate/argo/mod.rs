//! Argo Workflows: one file for each scheduled program, with its template and its schedule, and the alert for a pod that
//! died.

#[cfg(test)]
mod tests;

use serde_json::json;

use super::file::File;
use super::kubernetes::pod::{self, Beside, ORIGIN, with};
use super::model::{FINAL_EXITS, Model, Program, RETRIES, RETRY_SECONDS, Schedule};
use super::template::render;

/// The exit codes after which the program itself has alerted.
const REPORTED_EXITS: [u8; 3] = [FINAL_EXITS[0], 75, FINAL_EXITS[1]];

/// The folder and the file of the run report, for the steps that follow.
const REPORT_FOLDER: &str = "/report";
const REPORT_FILE: &str = "/report/run.json";

/// Memory of Argo's own process, which starts the program, within the container.
const EXECUTOR_MEBIBYTES: u64 = 128;

/// The variable with the path of the report.
const REPORT_VARIABLE: &str = "XCOM_FILE";

const TEMPLATES: &str = "crates/xtask/src/generate/argo/templates";

const OF_PROGRAM: &str = include_str!("templates/workflow-template.yaml.j2");

/// The files that all programs share.
const OF_ALL: [(&str, &str); 2] = [
    ("kustomization.yaml", include_str!("templates/group.yaml.j2")),
    ("pod-died/workflow-template.yaml", include_str!("templates/pod-died.yaml.j2")),
];

/// Everything below `k8s/argo` that is not written by hand.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    let names: Vec<_> = model.scheduled().map(|(program, _)| &program.name).collect();
    let exits: Vec<_> = REPORTED_EXITS.iter().map(ToString::to_string).collect();
    let context = json!({ "names": names, "part_of": model.delivery.name, "reported_exits": exits });
    let mut files = Vec::new();
    for (name, template) in OF_ALL {
        let stem = if name == "kustomization.yaml" { "group.yaml" } else { "pod-died.yaml" };
        let text = render(stem, template, &context)?;
        files.push(File::with_hash(format!("k8s/argo/{name}"), &format!("{TEMPLATES}/{stem}.j2"), &text));
    }
    for (program, schedule) in model.scheduled() {
        files.push(of_program(model, program, schedule)?);
    }
    Ok(files)
}

fn of_program(model: &Model, program: &Program, schedule: &Schedule) -> Result<File, String> {
    let reports = program.has_variable(REPORT_VARIABLE);
    let beside = Beside {
        settings: if reports { &[(REPORT_VARIABLE, REPORT_FILE)] } else { &[] },
        mounts: if reports { &[("report", REPORT_FOLDER)] } else { &[] },
        mebibytes: EXECUTOR_MEBIBYTES,
    };
    let final_exits: Vec<_> = FINAL_EXITS.iter().map(|exit| format!("'{exit}'")).collect();
    let own = json!({
        "labels": pod::labels(model, program),
        "pod_labels": pod::pod_labels(model, program),
        "description": program.description,
        "schedule": schedule.cron.to_string(),
        "time_zone": schedule.time_zone,
        "starting_deadline": schedule.starting_deadline_seconds(),
        "attempt_deadline": schedule.attempt_seconds(),
        "active_deadline": schedule.all_attempts_seconds(),
        "resolved_after": schedule.starting_deadline_seconds() + u64::from(schedule.all_attempts_seconds()),
        "retries": RETRIES,
        "retry_seconds": RETRY_SECONDS,
        "final_exits": final_exits.join(", "),
        "reports": reports,
        "report_file": REPORT_FILE,
        "container": pod::container(model, program, beside)?,
    });
    let members = own.as_object().into_iter().flatten();
    let context = members.fold(pod::parts(model, program), |all, (key, value)| with(all, key, value));
    let text = render("workflow-template.yaml", OF_PROGRAM, &context)?;
    let origin = format!("{}/Cargo.toml, {ORIGIN} or {TEMPLATES}/workflow-template.yaml.j2", program.folder);
    Ok(File::with_hash(format!("k8s/argo/{}.yaml", program.name), &origin, &text))
}
