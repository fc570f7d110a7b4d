//! Airflow: for each program on a schedule, a DAG and the pod that it runs; and the pools of all.
//!
//! What the DAGs share is `k8s/airflow/dags/data_platform`, written by hand.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::json;

use super::file::File;
use super::kubernetes::pod::{self, ORIGIN};
use super::manifest::Origin;
use super::model::{GRACE_SECONDS, Model, Program, RETRIES, RETRY_SECONDS, START_SECONDS, Schedule};
use super::template::render;

const DAG: &str = include_str!("templates/dag.py.j2");
const POD: &str = include_str!("templates/pod.yaml.j2");
const TEMPLATES: &str = "crates/xtask/src/generate/airflow/templates";

/// How many programs of a pool may run at a time.
const SLOTS: u32 = 2;

/// The DAGs, the pods and the pools.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    let mut files = vec![pools(model)?];
    for (program, schedule) in model.scheduled() {
        files.extend(of_program(model, program, schedule)?);
    }
    Ok(files)
}

fn of_program(model: &Model, program: &Program, schedule: &Schedule) -> Result<[File; 2], String> {
    let (name, manifest) = (&program.name, format!("{}/Cargo.toml", program.folder));
    let context = json!({
        "name": name,
        "version": program.version,
        "component": program.kind.name(),
        "part_of": model.delivery.name,
        "description": program.description,
        "schedule": schedule.cron.to_string(),
        "time_zone": schedule.time_zone,
        "attempt": schedule.attempt_seconds(),
        "margin": START_SECONDS + GRACE_SECONDS,
        "retries": RETRIES,
        "retry_seconds": RETRY_SECONDS,
        "pool": pool(model, program),
        "arguments": program.arguments(),
        "has_history": program.has_history,
        "pod": pod::spec(model, program)?,
    });
    let dag = render("dag.py", DAG, &context)?;
    let pod = render("pod.yaml", POD, &context)?;
    Ok([
        File::with_hash(
            format!("k8s/airflow/dags/{name}.py"),
            &format!("{manifest} or {TEMPLATES}/dag.py.j2"),
            &dag,
        ),
        File::with_hash(
            format!("k8s/airflow/dags/pods/{name}.yaml"),
            &format!("{manifest}, {ORIGIN} or {TEMPLATES}/pod.yaml.j2"),
            &pod,
        ),
    ])
}

/// What a program takes turns in: those that share a key of a source are counted together by that source.
fn pool<'a>(model: &'a Model, program: &'a Program) -> &'a str {
    let required = program.environment.iter().filter(|binding| !binding.is_optional);
    let mut keys = required.filter_map(|binding| match &binding.origin {
        Origin::Secret(reference) => Some(reference.name.as_str()),
        Origin::Config(_) | Origin::Literal(_) => None,
    });
    keys.next().unwrap_or(&model.delivery.name)
}

/// In the form that `airflow pools import` takes.
fn pools(model: &Model) -> Result<File, String> {
    let pools: BTreeMap<_, _> = model
        .scheduled()
        .map(|(program, _)| {
            let name = pool(model, program);
            let description = if name == model.delivery.name {
                "Programs that need no key of a source.".to_owned()
            } else {
                format!("Programs that use the key in the Secret {name}.")
            };
            (name, json!({ "slots": SLOTS, "description": description, "include_deferred": true }))
        })
        .collect();
    let text = serde_json::to_string_pretty(&pools).map_err(|error| error.to_string())?;
    Ok(File::bare("k8s/airflow/pools.json", &text))
}
