//! Airflow: the pools of all scheduled programs. The DAGs themselves are made from the `CronJobs` by
//! `k8s/airflow/dags/jobs.py`, which is written by hand.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::json;

use super::file::File;
use super::manifest::Origin;
use super::model::{Model, Program};

/// Number of programs of a pool that may run at a time.
const SLOTS: u32 = 2;

/// The pools.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    Ok(vec![pools(model)?])
}

/// The pool of a program: programs that share a key of a source are rate-limited together by that source.
pub(super) fn pool<'a>(model: &'a Model, program: &'a Program) -> &'a str {
    let required = program.environment.iter().filter(|binding| !binding.is_optional);
    let mut keys = required.filter_map(|binding| match &binding.origin {
        Origin::Secret(reference) => Some(reference.name.as_str()),
        Origin::Config(_) | Origin::Literal(_) => None,
    });
    keys.next().unwrap_or(&model.delivery.name)
}

/// The pools in the format of `airflow pools import`.
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
