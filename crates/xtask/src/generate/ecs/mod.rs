//! AWS ECS: a stack of `CloudFormation` for each job, with its task on Fargate and its schedule, and one that all share.

mod eventbridge;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::json;

use super::describe::Kind;
use super::file::File;
use super::manifest::Origin;
use super::model::{
    Architecture, Binding, FINAL_EXITS, GRACE_SECONDS, Model, Program, RETRIES, Schedule, USER,
};
use super::template::render;

const PROGRAM: &str = include_str!("templates/program.yaml.j2");
const PLATFORM: &str = include_str!("templates/platform.yaml.j2");
const TEMPLATES: &str = "crates/xtask/src/generate/ecs/templates";
const FOLDER: &str = "deploy/ecs";

/// Where the volume of a program is mounted.
const DATA: &str = "/data";

/// The least processor time that Fargate sells, and the amounts of memory in mebibytes that go with it. Source:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size>.
const CPU: u32 = 256;
const MEMORY: [u64; 3] = [512, 1024, 2048];

/// How old the start of a run may become before it is given up, in seconds: the bounds that `EventBridge` sets. Source:
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html>.
const AGES: (u64, u64) = (60, 86400);

/// The stacks.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    let jobs: Vec<_> = model.scheduled().filter(|(program, _)| program.kind == Kind::Job).collect();
    let egress: BTreeSet<_> = jobs.iter().flat_map(|(program, _)| &program.egress).collect();
    let told = [FINAL_EXITS[0], 75, FINAL_EXITS[1]];
    let context = json!({ "part_of": model.delivery.name, "egress": egress, "told_exits": told });
    let text = render("platform.yaml", PLATFORM, context)?;
    let origin = format!("Cargo.toml or {TEMPLATES}/platform.yaml.j2");
    let mut files = vec![File::with_hash(format!("{FOLDER}/platform.yaml"), &origin, &text)];
    for (program, schedule) in jobs {
        files.push(of_program(model, program, schedule)?);
    }
    Ok(files)
}

fn of_program(model: &Model, program: &Program, schedule: &Schedule) -> Result<File, String> {
    let name = &program.name;
    let parameters: Vec<_> = program.environment.iter().filter_map(Parameter::of).collect();
    let needed = program.resources.memory_limit.mebibytes();
    let memory = MEMORY.into_iter().find(|size| *size >= needed);
    let memory =
        memory.ok_or_else(|| format!("{name}: Fargate has no {needed}Mi with so little processor time"))?;
    let architecture = if program.architectures.contains(&Architecture::Arm64) { "ARM64" } else { "X86_64" };
    let context = json!({
        "name": name,
        "part_of": model.delivery.name,
        "description": program.description,
        "image": program.image,
        "arguments": program.arguments(),
        "architecture": architecture,
        "cpu": CPU,
        "memory": memory,
        "memory_limit": needed,
        "user": USER,
        "grace": GRACE_SECONDS,
        "literals": literals(program, schedule),
        "has_config": parameters.iter().any(|it| !it.is_secret),
        "has_secrets": parameters.iter().any(|it| it.is_secret),
        "has_optional": parameters.iter().any(|it| it.is_optional),
        "parameters": parameters,
        "storage": program.storage.is_some(),
        "data": DATA,
        "schedule": schedule.cron.to_string(),
        "expression": eventbridge::expression(&schedule.cron),
        "time_zone": schedule.time_zone,
        "retries": RETRIES,
        "age": schedule.starting_deadline_seconds().clamp(AGES.0, AGES.1),
    });
    let text = render("program.yaml", PROGRAM, context)?;
    let origin = format!("{}/Cargo.toml or {TEMPLATES}/program.yaml.j2", program.folder);
    Ok(File::with_hash(format!("{FOLDER}/{name}.yaml"), &origin, &text))
}

/// The variables whose values are known here.
fn literals(program: &Program, schedule: &Schedule) -> Vec<(String, String)> {
    let bound = program.environment.iter().filter_map(|binding| match &binding.origin {
        Origin::Literal(value) => Some((binding.variable.clone(), value.clone())),
        Origin::Config(_) | Origin::Secret(_) => None,
    });
    // EventBridge starts a run whether or not the one before has ended.
    let free = schedule.cron.shortest_pause().as_secs().saturating_sub(GRACE_SECONDS.into());
    let deadline = u64::from(schedule.deadline_seconds).min(free).to_string();
    let placed = program.placement(DATA, "0.0.0.0").into_iter();
    let placed = placed.map(|(variable, value)| match variable {
        "DEADLINE_SECONDS" => (variable.to_owned(), deadline.clone()),
        _ => (variable.to_owned(), value),
    });
    bound.chain(placed).collect()
}

/// A variable whose value an operator gives.
#[derive(Serialize)]
struct Parameter<'a> {
    /// In the form that `CloudFormation` takes, letters and digits alone.
    name: String,
    variable: &'a str,
    from: &'a str,
    key: &'a str,
    is_secret: bool,
    is_optional: bool,
}

impl<'a> Parameter<'a> {
    fn of(binding: &'a Binding) -> Option<Self> {
        let (reference, is_secret) = match &binding.origin {
            Origin::Literal(_) => return None,
            Origin::Config(reference) => (reference, false),
            Origin::Secret(reference) => (reference, true),
        };
        let words = binding.variable.split('_').map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            format!("{first}{}", rest.to_lowercase())
        });
        Some(Self {
            name: words.collect(),
            variable: &binding.variable,
            from: &reference.name,
            key: reference.key_of(&binding.variable),
            is_secret,
            is_optional: binding.is_optional,
        })
    }
}
