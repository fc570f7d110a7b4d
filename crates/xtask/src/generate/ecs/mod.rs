//! AWS ECS: one parameterized stack of `CloudFormation` for every job, a file of parameters for each job, and a stack that
//! all jobs share.

mod eventbridge;
mod parameter;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::json;

use super::describe::ProgramKind;
use super::file::File;
use super::manifest::Origin;
use super::model::{
    Architecture, Binding, FINAL_EXITS, GRACE_SECONDS, Model, Program, RETRIES, Schedule, USER,
};
use super::template::render;

const JOB: &str = include_str!("templates/job.yaml.j2");
const CONF: &str = include_str!("templates/job.conf.j2");
const PLATFORM: &str = include_str!("templates/platform.yaml.j2");
const TEMPLATES: &str = "crates/xtask/src/generate/ecs/templates";
const FOLDER: &str = "deploy/ecs";

/// The mount path of the volume of a program.
const DATA: &str = "/data";

/// The least processor time that Fargate sells, and the amounts of memory in mebibytes that go with it. Source:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size>.
const CPU: u32 = 256;
const MEMORY: [u64; 3] = [512, 1024, 2048];

/// Bounds by `EventBridge` of the age at which the start of a run is given up, in seconds. Source:
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html>.
const AGES: (u64, u64) = (60, 86400);

/// The two stacks, and the parameters of each job.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    let jobs: Vec<_> = model.scheduled().filter(|(program, _)| program.kind == ProgramKind::Job).collect();
    let programs: Vec<_> = jobs.iter().map(|(program, _)| *program).collect();
    let mut files = vec![platform(model, &programs)?, stack(model, &programs)?];
    for (program, schedule) in jobs {
        files.push(conf(program, schedule)?);
    }
    Ok(files)
}

fn platform(model: &Model, jobs: &[&Program]) -> Result<File, String> {
    let egress: BTreeSet<_> = jobs.iter().flat_map(|program| &program.egress).collect();
    let exits = [FINAL_EXITS[0], 75, FINAL_EXITS[1]];
    let context = json!({ "part_of": model.delivery.name, "egress": egress, "reported_exits": exits });
    let text = render("platform.yaml", PLATFORM, context)?;
    let origin = format!("Cargo.toml or {TEMPLATES}/platform.yaml.j2");
    Ok(File::with_hash(format!("{FOLDER}/platform.yaml"), &origin, &text))
}

fn stack(model: &Model, jobs: &[&Program]) -> Result<File, String> {
    let parameters = parameter::all(jobs)?;
    let context = json!({
        "part_of": model.delivery.name,
        "cpu": CPU,
        "user": USER,
        "grace": GRACE_SECONDS,
        "data": DATA,
        "retries": RETRIES,
        "rules": parameter::rules(jobs),
        "parameters": parameters,
    });
    let text = render("job.yaml", JOB, context)?;
    let origin = format!("the manifests of the programs, or {TEMPLATES}/job.yaml.j2");
    Ok(File::with_hash(format!("{FOLDER}/job.yaml"), &origin, &text))
}

fn conf(program: &Program, schedule: &Schedule) -> Result<File, String> {
    let name = &program.name;
    let needed = program.resources.memory_limit.mebibytes();
    let memory = MEMORY.into_iter().find(|size| *size >= needed);
    let memory =
        memory.ok_or_else(|| format!("{name}: Fargate has no {needed}Mi with so little processor time"))?;
    let architecture = if program.architectures.contains(&Architecture::Arm64) { "ARM64" } else { "X86_64" };
    let given = program.environment.iter().filter(|it| !matches!(it.origin, Origin::Literal(_)));
    let (optional, required): (Vec<&Binding>, Vec<_>) = given.partition(|binding| binding.is_optional);
    let names = |bindings: Vec<&Binding>| -> Vec<_> {
        bindings.into_iter().map(|binding| parameter::name(&binding.variable)).collect()
    };
    let placement = program.placement(DATA, "0.0.0.0");
    let spool = placement.iter().find(|(variable, _)| *variable == "SPOOL_MAX_BYTES").map(|(_, value)| value);
    let context = json!({
        "name": name,
        "description": program.description,
        "image": program.image,
        "schedule": schedule.cron.to_string(),
        "expression": eventbridge::expression(&schedule.cron),
        "time_zone": schedule.time_zone,
        "age": schedule.starting_deadline_seconds().clamp(AGES.0, AGES.1),
        "deadline": deadline(schedule),
        "architecture": architecture,
        "memory": memory,
        "memory_limit": needed,
        "storage": program.storage.is_some(),
        "spool_bytes": spool,
        "literals": literals(program),
        "needed": names(required),
        "optional": names(optional),
    });
    let text = render("job.conf", CONF, context)?;
    let origin = format!("{}/Cargo.toml or {TEMPLATES}/job.conf.j2", program.folder);
    Ok(File::with_hash(format!("{FOLDER}/jobs/{name}.conf"), &origin, &text))
}

/// The deadline of a run: `EventBridge` starts the next run whether or not this one has ended.
fn deadline(schedule: &Schedule) -> u64 {
    let free = schedule.cron.shortest_pause().as_secs().saturating_sub(GRACE_SECONDS.into());
    u64::from(schedule.deadline_seconds).min(free)
}

/// The parameters whose values are written in the manifest.
fn literals(program: &Program) -> Vec<(String, &str)> {
    let bound = program.environment.iter();
    let literal = bound.filter_map(|binding| match &binding.origin {
        Origin::Literal(value) => Some((parameter::name(&binding.variable), value.as_str())),
        Origin::Config(_) | Origin::Secret(_) => None,
    });
    literal.collect()
}
