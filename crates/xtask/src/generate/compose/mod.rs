//! Docker Compose: a service for each program, and the settings that an operator fills in.

mod settings;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::json;

use super::describe::ProgramKind;
use super::file::File;
use super::manifest::{Origin, Reference};
use super::model::{Binding, GRACE_SECONDS, Model, Program, USER};
use super::template::render;

/// Mount path of the volume of a program.
const DATA: &str = "/data";

const SERVICES: &str = include_str!("templates/compose.pipelines.yaml.j2");

/// Sources to edit instead of the generated files.
const ORIGIN: &str = "the manifests of the programs, or crates/xtask/src/generate/compose/templates";

/// `docker/compose.pipelines.yaml` and `docker/.env.example`.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    let context = json!({
        "project": model.delivery.name,
        "registry": model.delivery.registry,
        "user": USER,
        "grace": GRACE_SECONDS,
        "data": DATA,
        "shared": model.common().into_iter().map(variable).collect::<Vec<_>>(),
        "programs": model.programs.iter().map(|it| Service::of(model, it)).collect::<Vec<_>>(),
        "secrets": secrets(model),
    });
    Ok(vec![
        File::with_hash(
            "docker/compose.pipelines.yaml",
            ORIGIN,
            &render("compose.pipelines.yaml", SERVICES, context)?,
        ),
        settings::file(model)?,
    ])
}

/// The secrets that some program reads by the names of their files, sorted, and whether any random text will do.
fn secrets(model: &Model) -> BTreeMap<String, bool> {
    let mut secrets = BTreeMap::new();
    for binding in model.programs.iter().flat_map(|program| &program.environment) {
        if let Origin::Secret(secret) = &binding.origin {
            *secrets.entry(secret.file_name()).or_default() |= secret.is_random;
        }
    }
    secrets
}

/// A program, flat enough for a template.
#[derive(Serialize)]
struct Service<'a> {
    name: &'a str,
    version: &'a str,
    description: &'a str,
    /// Profile to select, so that a bare `up` starts no program without settings.
    profile: &'static str,
    /// The variable that takes another version, as in `STATUS_PAGE_VERSION`.
    version_variable: String,
    arguments: &'static [&'static str],
    runs_once: bool,
    /// Whether it has the variables of the anchor.
    is_sharing: bool,
    /// Its other variables.
    environment: Vec<(String, String)>,
    secrets: Vec<String>,
    devices: Vec<(String, &'a str)>,
    groups: Vec<(String, u32)>,
    /// The only architecture it is for.
    architecture: Option<&'static str>,
    memory_mebibytes: u64,
    has_storage: bool,
    /// Port that it listens on.
    port: Option<u16>,
    /// The variable with the port of the machine that leads there, for what people look at.
    port_variable: Option<String>,
}

impl<'a> Service<'a> {
    fn of(model: &Model, program: &'a Program) -> Self {
        let common = if model.has_common(program) { model.common() } else { Vec::new() };
        let bound = program.environment.iter().filter(|it| !common.contains(it)).map(variable);
        let placed =
            program.placement(DATA, "0.0.0.0").into_iter().map(|(name, value)| (name.to_owned(), value));
        let secrets = program.environment.iter().filter_map(|binding| match &binding.origin {
            Origin::Secret(secret) => Some(secret.file_name()),
            Origin::Literal(_) | Origin::Config(_) => None,
        });
        let port = program.serves.as_ref().map(|endpoint| endpoint.port);
        Self {
            name: &program.name,
            version: &program.version,
            description: &program.description,
            profile: profile(program),
            version_variable: format!("{}_VERSION", shout(&program.name)),
            arguments: program.arguments(),
            runs_once: program.schedule.is_some(),
            is_sharing: !common.is_empty(),
            environment: bound.chain(placed).collect(),
            secrets: secrets.collect(),
            devices: program.devices.iter().map(|it| (device_variable(&it.name), it.path.as_str())).collect(),
            groups: groups(model, program),
            architecture: program
                .architectures
                .first()
                .filter(|_| !program.runs_everywhere())
                .map(|it| it.name()),
            memory_mebibytes: program.resources.memory_limit.mebibytes(),
            has_storage: program.storage.is_some(),
            port,
            port_variable: port
                .filter(|_| program.kind == ProgramKind::Service)
                .map(|_| port_variable(program)),
        }
    }
}

fn profile(program: &Program) -> &'static str {
    match program.kind {
        _ if program.schedule.is_some() => "jobs",
        ProgramKind::Service => "services",
        ProgramKind::Job | ProgramKind::Device => "devices",
    }
}

/// A variable and what Compose puts in: a secret is a path, and one that may be missing is a path that may be empty.
fn variable(binding: &Binding) -> (String, String) {
    let name = &binding.variable;
    match &binding.origin {
        // Compose would take a dollar for the beginning of a variable.
        Origin::Literal(text) => (name.clone(), text.replace('$', "$$")),
        Origin::Config(config) => (name.clone(), format!("${{{}:-}}", config.variable())),
        Origin::Secret(secret) if binding.is_optional => {
            (format!("{name}_FILE"), format!("${{{}:-}}", path_variable(secret)))
        }
        Origin::Secret(secret) => (format!("{name}_FILE"), path(secret)),
    }
}

/// Path of a secret in a container.
fn path(secret: &Reference) -> String {
    format!("/run/secrets/{}", secret.file_name())
}

/// The variable that holds the path of a secret that may be missing.
fn path_variable(secret: &Reference) -> String {
    format!("{}_FILE", secret.variable())
}

/// The groups that own its devices, and the variables that take another number.
fn groups(model: &Model, program: &Program) -> Vec<(String, u32)> {
    let names: BTreeSet<_> = program.devices.iter().filter_map(|device| device.group.as_deref()).collect();
    let number = |name: &str| model.delivery.groups.get(name).copied();
    names.into_iter().filter_map(|name| Some((group_variable(name), number(name)?))).collect()
}

fn device_variable(name: &str) -> String {
    format!("{}_DEVICE", shout(name))
}

fn group_variable(name: &str) -> String {
    format!("{}_GROUP", shout(name))
}

fn port_variable(program: &Program) -> String {
    format!("{}_PORT", shout(&program.name))
}

/// A name as a part of a variable's.
fn shout(name: &str) -> String {
    name.replace('-', "_").to_ascii_uppercase()
}
