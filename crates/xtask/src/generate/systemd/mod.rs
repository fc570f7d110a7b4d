//! systemd: a unit for each program, confined as far as the program allows, a timer for each that runs on a schedule, and
//! example settings. They are part of packages (`cargo xtask package`) and not committed, but for the timers of Compose.

mod calendar;
mod settings;
#[cfg(test)]
mod tests;
mod unit;

use serde::Serialize;
use serde_json::{Value, json};

use super::describe::{CallOption, ExitCode, ProgramKind, Variable};
use super::file::File;
use super::manifest::Origin;
use super::model::{FINAL_EXITS, GRACE_SECONDS, Model, Program, Schedule};
use super::template::render;

const SERVICE: &str = include_str!("templates/service.j2");
const TIMER: &str = include_str!("templates/timer.j2");

/// Folder of the programs of packages.
const FOLDER: &str = "/usr/bin";

/// The folder of the state of each program, whose path systemd expands.
const STATE: &str = "%S";

/// Default address to listen on, which only this machine reaches.
const HOST: &str = "127.0.0.1";

/// The folder of the embedded store, which all programs share, and which the status page reads.
const SHARED_FOLDER: &str = "/var/lib/data-platform";

/// Number of attempts of a run that fails for a passing reason, the first one included.
const ATTEMPTS: u32 = 3;

/// Pause before a program is started again after a failure, in seconds.
const JOB_PAUSE: u32 = 30;
const SERVICE_PAUSE: u32 = 5;

/// All that a machine with systemd needs of one program, beside the program itself.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) name: String,
    /// Its folder from the root of the workspace.
    pub(crate) folder: String,
    /// A sentence, with its full stop.
    pub(crate) description: String,
    /// Name and address of the maintainer of its package.
    pub(crate) maintainer: String,
    /// The text of `NAME.service`.
    pub(crate) service: String,
    /// The text of `NAME.timer`, where the program runs on a schedule.
    pub(crate) timer: Option<String>,
    /// Example settings, by the name of the file in `/etc/data-platform`.
    pub(crate) settings: Vec<(String, String)>,
    /// The schedule for a person, as in `3-59/10 * * * * (Etc/UTC)`.
    pub(crate) schedule: Option<String>,
    /// Every variable that the program takes.
    pub(crate) variables: Vec<Variable>,
    /// Every option that it takes.
    pub(crate) options: Vec<CallOption>,
    pub(crate) exit_codes: Vec<ExitCode>,
}

/// The units of all programs that ship, sorted by name.
pub(crate) fn units() -> Result<Vec<Unit>, String> {
    of_model(&super::programs::model(&crate::workspace::root())?)
}

/// The timers of jobs that Compose runs: the schedule of a machine with containers, where no package is installed.
pub(super) fn timers(model: &Model) -> Result<Vec<File>, String> {
    let timer = |(program, _): (&Program, &Schedule)| {
        let text = render("timer", TIMER, context(model, program))?;
        let origin =
            format!("{}/Cargo.toml or crates/xtask/src/generate/systemd/templates/timer.j2", program.folder);
        Ok(File::with_hash(format!("docker/timers/{}.timer", program.name), &origin, &text))
    };
    model.scheduled().map(timer).collect()
}

fn of_model(model: &Model) -> Result<Vec<Unit>, String> {
    model.programs.iter().map(|program| unit_of(model, program)).collect()
}

fn unit_of(model: &Model, program: &Program) -> Result<Unit, String> {
    let context = context(model, program);
    let timer = program.schedule.as_ref().map(|_| render("timer", TIMER, &context)).transpose()?;
    let schedule = program.schedule.as_ref().map(|it| format!("{} ({})", it.cron, it.time_zone));
    Ok(Unit {
        name: program.name.clone(),
        folder: program.folder.clone(),
        description: program.description.clone(),
        maintainer: model.delivery.maintainer.clone(),
        service: render("service", SERVICE, &context)?,
        timer,
        settings: [Some(settings::shared(model)?), settings::own(model, program)?]
            .into_iter()
            .flatten()
            .collect(),
        schedule,
        variables: program.variables.clone(),
        options: program.options.clone(),
        exit_codes: program.exit_codes.clone(),
    })
}

fn context(model: &Model, program: &Program) -> Value {
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
        "is_device": program.kind == ProgramKind::Device,
        "schedule": program.schedule.as_ref().map(Run::of),
        "pause": if program.schedule.is_some() { JOB_PAUSE } else { SERVICE_PAUSE },
        "grace": GRACE_SECONDS,
        "final_exits": FINAL_EXITS.map(|exit| exit.to_string()).join(" "),
        "environment": literals.chain(placed).collect::<Vec<_>>(),
        "secrets": secrets(program).collect::<Vec<_>>(),
        "folder": FOLDER,
        "has_store": program.has_variable("SQLITE_PATH"),
        "shared_folder": SHARED_FOLDER,
        "devices": program.devices,
        "groups": groups,
        "architecture": architecture.map(|it| unit::architecture(*it)),
        "memory_mebibytes": program.resources.memory_limit.mebibytes(),
    })
}

/// Address that a program listens on. On one machine no two can have the same port, so each that follows
/// another by name has the next one.
fn address(model: &Model, program: &Program) -> Option<String> {
    let port = |program: &Program| program.serves.as_ref().map(|endpoint| endpoint.port);
    let own = port(program)?;
    let before =
        model.programs.iter().filter(|other| port(other) == Some(own) && other.name < program.name).count();
    Some(format!("{HOST}:{}", usize::from(own) + before))
}

/// A secret that a program reads from a file.
#[derive(Serialize)]
struct Secret<'a> {
    variable: &'a str,
    file: String,
}

fn secrets(program: &Program) -> impl Iterator<Item = Secret<'_>> {
    program.environment.iter().filter_map(|binding| match &binding.origin {
        Origin::Secret(secret) => Some(Secret { variable: &binding.variable, file: secret.file_name() }),
        Origin::Literal(_) | Origin::Config(_) => None,
    })
}

/// Schedule of a unit and its timer.
#[derive(Serialize)]
struct Run {
    cron: String,
    calendar: String,
    attempts: u32,
    /// Time for these attempts, in seconds. The next run of the schedule comes after it.
    window: u64,
    /// Time limit of one attempt, in seconds.
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
