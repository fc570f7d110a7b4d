//! `.env.example`: every setting that Compose puts into the programs, with what it is for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::json;

use super::{ORIGIN, Service, device_variable, path, path_variable};
use crate::generate::file::File;
use crate::generate::manifest::{Origin, Reference};
use crate::generate::model::{Binding, Model, Program};
use crate::generate::template::render;

const TEMPLATE: &str = include_str!("templates/env.example.j2");

/// Values for the services of `compose.yaml`, by config and key.
const OWN: [(&str, &str, &str); 6] = [
    ("platform", "alertmanager-url", "http://alertmanager:9093"),
    ("platform", "dashboard-url", "http://localhost:3000/dashboards"),
    ("platform", "influxdb-bucket", "platform"),
    ("platform", "influxdb-org", "home"),
    ("platform", "influxdb-url", "http://influxdb:8086"),
    ("platform", "log-level", "info"),
];

/// The secrets that `prepare.sh` makes, since they are those of the services of `compose.yaml`.
const MADE: [(&str, &str); 3] = [("influxdb", "token"), ("mqtt", "url"), ("postgres", "url")];

/// The file.
pub(super) fn file(model: &Model) -> Result<File, String> {
    let services: Vec<_> = model.programs.iter().map(|program| Service::of(model, program)).collect();
    let devices: BTreeMap<_, _> = model
        .programs
        .iter()
        .flat_map(|it| &it.devices)
        .map(|it| (device_variable(&it.name), &it.path))
        .collect();
    let groups: BTreeSet<_> = services.iter().flat_map(|it| &it.groups).collect();
    let context = json!({
        "registry": model.delivery.registry,
        "configs": configs(model)?,
        "paths": paths(model)?,
        "ports": services.iter().filter_map(|it| Some((it.port_variable.as_ref()?, it.port?))).collect::<Vec<_>>(),
        "devices": devices,
        "groups": groups,
        "versions": services.iter().map(|it| (&it.version_variable, it.version)).collect::<Vec<_>>(),
    });
    Ok(File::with_hash("docker/.env.example", ORIGIN, &render(".env.example", TEMPLATE, context)?))
}

/// A line of the file, with the comment above it.
#[derive(Serialize)]
struct Line {
    variable: String,
    value: String,
    /// Whether it holds as it is; else an operator fills it in, or takes it out of its comment.
    is_set: bool,
    /// Description in the program.
    description: String,
    readers: Vec<String>,
}

/// The keys of every config.
fn configs(model: &Model) -> Result<Vec<Line>, String> {
    let references = uses(model, |binding| match &binding.origin {
        Origin::Config(reference) => Some(reference),
        Origin::Secret(_) | Origin::Literal(_) => None,
    });
    let line = |reference: &Reference| {
        let own = OWN.iter().find(|(name, key, _)| is(reference, name, key)).map(|(_, _, value)| *value);
        (reference.variable(), own.unwrap_or_default().to_owned(), own.is_some())
    };
    lines(references, line)
}

/// The paths of the secrets that programs start without. The others are always mounted.
fn paths(model: &Model) -> Result<Vec<Line>, String> {
    let references = uses(model, |binding| match &binding.origin {
        Origin::Secret(reference) if binding.is_optional => Some(reference),
        Origin::Secret(_) | Origin::Config(_) | Origin::Literal(_) => None,
    });
    let line = |reference: &Reference| {
        let is_made = MADE.iter().any(|(name, key)| is(reference, name, key));
        (path_variable(reference), path(reference), is_made)
    };
    lines(references, line)
}

fn is(reference: &Reference, name: &str, key: &str) -> bool {
    reference.name == name && reference.key == key
}

/// Programs that use a reference, with the description of the bound variable.
type Uses<'a> = BTreeMap<&'a Reference, Vec<(&'a Program, &'a str)>>;

fn uses<'a>(model: &'a Model, pick: impl Fn(&'a Binding) -> Option<&'a Reference>) -> Uses<'a> {
    let mut uses = Uses::new();
    for program in &model.programs {
        for binding in &program.environment {
            let Some(reference) = pick(binding) else { continue };
            uses.entry(reference).or_default().push((program, binding.description.as_str()));
        }
    }
    uses
}

/// A line for each reference. Two that would get the same variable are a mistake.
fn lines(uses: Uses<'_>, line: impl Fn(&Reference) -> (String, String, bool)) -> Result<Vec<Line>, String> {
    let mut seen: BTreeMap<String, &Reference> = BTreeMap::new();
    let mut lines = Vec::new();
    for (reference, readers) in uses {
        let (variable, value, is_set) = line(reference);
        if let Some(other) = seen.insert(variable.clone(), reference) {
            let (one, other) = (reference.file_name(), other.file_name());
            return Err(format!("{other} and {one} would both be {variable} for Compose; rename one"));
        }
        let description = readers.iter().map(|(_, description)| *description).find(|it| !it.is_empty());
        lines.push(Line {
            variable,
            value,
            is_set,
            description: description.unwrap_or_default().to_owned(),
            readers: readers.iter().map(|(program, _)| program.name.clone()).collect(),
        });
    }
    Ok(lines)
}
