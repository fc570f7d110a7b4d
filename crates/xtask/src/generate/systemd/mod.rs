//! systemd: a unit for each program, a timer for each scheduled one, the drop-in that confines all of them, and the
//! settings that an operator fills in.

mod calendar;
mod settings;
#[cfg(test)]
mod tests;
mod unit;

use serde::Serialize;
use serde_json::{Value, json};

use super::describe::Kind;
use super::file::File;
use super::manifest::Origin;
use super::model::{Binding, FINAL_EXITS, GRACE_SECONDS, Model, Program, Schedule};
use super::template::render;

macro_rules! template {
    ($name:literal) => {
        Template { name: $name, text: include_str!(concat!("templates/", $name, ".j2")) }
    };
}

/// A template beside this file.
struct Template {
    name: &'static str,
    text: &'static str,
}

const SERVICE: Template = template!("service");
const TIMER: Template = template!("timer");
const PROGRAM: Template = template!("program.conf");

/// The folder of the state of each program; systemd fills in the path.
const STATE: &str = "%S";

/// The address to listen on: this machine alone, unless an operator sets another one.
const HOST: &str = "127.0.0.1";

/// The folder of the embedded store, which all programs share, so that the watchdog and the status page can read it.
const SHARED_FOLDER: &str = "/var/lib/data-platform";

/// How often a run that failed for a passing reason is started, the first time included.
const ATTEMPTS: u32 = 3;

/// How long after a failure a program is started again, in seconds.
const JOB_PAUSE: u32 = 30;
const SERVICE_PAUSE: u32 = 5;

/// Everything below `systemd` that is generated.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    let mut files = vec![settings::shared(model)?, drop_in(model)?];
    for program in &model.programs {
        let context = context(model, program);
        files.push(SERVICE.file(program, &context)?);
        if program.schedule.is_some() {
            files.push(TIMER.file(program, &context)?);
        }
        files.extend(settings::own(model, program)?);
    }
    Ok(files)
}

/// The drop-in of all programs.
fn drop_in(model: &Model) -> Result<File, String> {
    let context = json!({
        "final_exits": FINAL_EXITS.map(|exit| exit.to_string()).join(" "),
        "grace": GRACE_SECONDS,
        "secrets": common_secrets(model),
    });
    let text = render(PROGRAM.name, PROGRAM.text, context)?;
    Ok(File::with_hash("systemd/program.conf", &format!("Cargo.toml or {}", PROGRAM.path()), &text))
}

/// The optional secrets among the common bindings.
fn common_secrets(model: &Model) -> Vec<Secret<'_>> {
    secrets(model.common()).filter(|secret| secret.is_optional).collect()
}

fn context(model: &Model, program: &Program) -> Value {
    let common = if model.has_common(program) { common_secrets(model) } else { Vec::new() };
    let own = secrets(&program.environment).filter(|secret| !common.contains(secret));
    let (required, optional): (Vec<_>, Vec<_>) = own.partition(|secret| !secret.is_optional);
    let home = format!("{STATE}/{}", program.name);
    let placement = program.placement(&home, HOST).into_iter().map(|(name, value)| match name {
        "SQLITE_PATH" => (name, format!("{SHARED_FOLDER}/platform.db")),
        "LISTEN" | "METRICS_ADDR" => (name, address(model, program).unwrap_or(value)),
        _ => (name, value),
    });
    let literals = program.environment.iter().filter_map(|binding| match &binding.origin {
        Origin::Literal(text) => Some(unit::assignment(&binding.variable, text)),
        Origin::Config(_) | Origin::Secret(_) => None,
    });
    let placed = placement.map(|(name, value)| format!("\"{name}={value}\""));
    let mut groups: Vec<_> = program.devices.iter().filter_map(|device| device.group.as_deref()).collect();
    groups.sort_unstable();
    groups.dedup();
    let architecture = program.architectures.first().filter(|_| !program.runs_everywhere());
    json!({
        "name": program.name,
        "project": model.delivery.name,
        "description": unit::text(&program.description),
        "arguments": program.arguments(),
        "has_common": model.has_common(program),
        "is_device": program.kind == Kind::Device,
        "schedule": program.schedule.as_ref().map(Run::of),
        "pause": if program.schedule.is_some() { JOB_PAUSE } else { SERVICE_PAUSE },
        "environment": literals.chain(placed).collect::<Vec<_>>(),
        "required": required,
        "optional": optional,
        "has_store": program.has_variable("SQLITE_PATH"),
        "shared_folder": SHARED_FOLDER,
        "devices": program.devices,
        "groups": groups,
        "architecture": architecture.map(|it| unit::architecture(*it)),
        "memory_mebibytes": program.resources.memory_limit.mebibytes(),
    })
}

/// The address that a program listens on. On one machine no two can have the same port, so each that follows another by name has the
/// next one.
fn address(model: &Model, program: &Program) -> Option<String> {
    let port = |program: &Program| program.serves.as_ref().map(|endpoint| endpoint.port);
    let own = port(program)?;
    let before =
        model.programs.iter().filter(|other| port(other) == Some(own) && other.name < program.name).count();
    Some(format!("{HOST}:{}", usize::from(own) + before))
}

/// A secret that a program reads from a file.
#[derive(PartialEq, Eq, Serialize)]
struct Secret<'a> {
    variable: &'a str,
    file: String,
    is_optional: bool,
}

fn secrets<'a>(bindings: impl IntoIterator<Item = &'a Binding>) -> impl Iterator<Item = Secret<'a>> {
    bindings.into_iter().filter_map(|binding| match &binding.origin {
        Origin::Secret(secret) => Some(Secret {
            variable: &binding.variable,
            file: secret.file_name(),
            is_optional: binding.is_optional,
        }),
        Origin::Literal(_) | Origin::Config(_) => None,
    })
}

/// The times of a unit and its timer.
#[derive(Serialize)]
struct Run {
    cron: String,
    calendar: String,
    attempts: u32,
    /// Within which so many attempts are made, in seconds. The next run of the schedule comes after it.
    window: u64,
    /// How long one attempt may take, in seconds.
    limit: u32,
}

impl Run {
    fn of(schedule: &Schedule) -> Self {
        Self {
            cron: schedule.cron.to_string(),
            calendar: calendar::event(schedule),
            attempts: ATTEMPTS,
            window: schedule.cron.shortest_pause().as_secs() / 10 * 9,
            limit: schedule.deadline_seconds + GRACE_SECONDS,
        }
    }
}

impl Template {
    fn file(&self, program: &Program, context: &Value) -> Result<File, String> {
        let text = render(self.name, self.text, context)?;
        let origin = format!("{}/Cargo.toml or {}", program.folder, self.path());
        Ok(File::with_hash(format!("systemd/{}.{}", program.name, self.name), &origin, &text))
    }

    /// Its path from the root.
    fn path(&self) -> String {
        format!("crates/xtask/src/generate/systemd/templates/{}.j2", self.name)
    }
}
