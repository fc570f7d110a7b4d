//! The catalogue: a page with every program, its schedule, its records and its requirements.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::describe::ProgramKind;
use super::file::File;
use super::manifest::{Origin, Reference};
use super::model::{Model, Program};
use super::template::render;

/// Placeholder of the name of a program.
const PROGRAM: &str = "{program}";

const TEMPLATE: &str = include_str!("catalogue.md.j2");

/// The page.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    let of_kind = |kind: ProgramKind| {
        let programs = model.programs.iter().filter(move |program| program.kind == kind);
        programs.map(Row::of).collect::<Vec<_>>()
    };
    let context = json!({
        "jobs": of_kind(ProgramKind::Job),
        "devices": of_kind(ProgramKind::Device),
        "services": of_kind(ProgramKind::Service),
        "secrets": sources(model, |origin| if let Origin::Secret(it) = origin { Some(it) } else { None }),
        "configs": sources(model, |origin| if let Origin::Config(it) = origin { Some(it) } else { None }),
    });
    let text = render("catalogue.md", TEMPLATE, context)?;
    let origin = "the manifests of the programs, or crates/xtask/src/generate/catalogue.md.j2";
    Ok(vec![File::page("docs/catalogue.md", origin, &text)])
}

/// A program in a table.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    folder: &'a str,
    description: &'a str,
    schedule: Option<String>,
    time_zone: Option<&'a str>,
    port: Option<u16>,
    devices: Vec<&'a str>,
    is_everywhere: bool,
    records: Vec<&'a str>,
    required: Vec<&'a str>,
    has_history: bool,
}

impl<'a> Row<'a> {
    fn of(program: &'a Program) -> Self {
        let own = program.records.iter().map(|record| record.name.as_ref());
        let required = program.variables.iter().filter(|it| it.required && it.default.is_none());
        let schedule = program.schedule.as_ref();
        Self {
            name: &program.name,
            folder: &program.folder,
            description: &program.description,
            schedule: schedule.map(|schedule| schedule.cron.to_string()),
            time_zone: schedule.map(|schedule| schedule.time_zone.as_str()),
            port: program.serves.as_ref().map(|endpoint| endpoint.port),
            devices: program.devices.iter().map(|device| device.path.as_str()).collect(),
            is_everywhere: program.every_node.is_some(),
            // Every program has it.
            records: own.filter(|name| *name != "pipeline_runs").collect(),
            required: required.map(|variable| variable.name.as_str()).collect(),
            has_history: program.has_history,
        }
    }
}

/// A key of a Secret or of a `ConfigMap`, and its readers.
#[derive(Serialize)]
struct Source<'a> {
    name: &'a str,
    key: String,
    /// The name of the file where secrets are files: under systemd and Docker Compose.
    file: String,
    variable: &'a str,
    /// Empty where all that share bindings read it.
    readers: Vec<&'a str>,
    /// Programs that do not start without it.
    needed_by: Vec<&'a str>,
}

fn sources<'a>(model: &'a Model, pick: impl Fn(&'a Origin) -> Option<&'a Reference>) -> Vec<Source<'a>> {
    let mut sources: BTreeMap<(&str, String, &str), Source<'_>> = BTreeMap::new();
    for program in &model.programs {
        for binding in &program.environment {
            let Some(reference) = pick(&binding.origin) else { continue };
            let variable = binding.variable.as_str();
            let key = key(reference, program, variable);
            let source = sources.entry((&reference.name, key.clone(), variable)).or_insert_with(|| Source {
                name: &reference.name,
                key,
                file: file(reference, program),
                variable,
                readers: Vec::new(),
                needed_by: Vec::new(),
            });
            if !binding.is_optional {
                source.needed_by.push(&program.name);
            }
            if !model.is_shared(program, binding) {
                source.readers.push(&program.name);
            }
        }
    }
    sources.into_values().collect()
}

/// The key as it is written in a shared binding: one row, not one for each program.
fn key(reference: &Reference, program: &Program, variable: &str) -> String {
    if reference.key == program.name { PROGRAM.to_owned() } else { reference.key_of(variable).to_owned() }
}

/// The file of the key, with the same placeholder.
fn file(reference: &Reference, program: &Program) -> String {
    let key = if reference.key == program.name { PROGRAM } else { &reference.key };
    format!("{}.{key}", reference.name)
}
