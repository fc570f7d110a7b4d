//! Kubernetes: a kustomize base for each program, for each kind of workload, and for what all of them stand in.

pub(super) mod pod;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_json::{Value, json};

use super::describe::Kind;
use super::file::File;
use super::model::{FINAL_EXITS, Model, Program, RETRIES, Schedule};
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

const CRON_JOB: Template = template!("cron-job.yaml");
const DAEMON_SET: Template = template!("daemon-set.yaml");
const DEPLOYMENT: Template = template!("deployment.yaml");
const KUSTOMIZATION: Template = template!("kustomization.yaml");
const NETWORK_POLICY: Template = template!("network-policy.yaml");
const SERVICE: Template = template!("service.yaml");
const SERVICE_ACCOUNT: Template = template!("service-account.yaml");
const VOLUME_CLAIM: Template = template!("persistent-volume-claim.yaml");

const NAMESPACE: Template = template!("platform/namespace.yaml");
const DEFAULT_DENY: Template = template!("platform/default-deny.yaml");
const PLATFORM: Template = template!("platform/kustomization.yaml");
const GROUP: Template = template!("group.yaml");

/// The folder of the bases of a kind of workload. Those on a schedule go out by themselves, devices by hand.
const GROUPS: [&str; 3] = ["cronjobs", "devices", "services"];

/// Everything below `k8s` that is not an overlay.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    let mut files = platform(model)?;
    for group in GROUPS {
        files.push(group_file(model, group)?);
    }
    for program in &model.programs {
        files.extend(Base { model, program }.files()?);
    }
    Ok(files)
}

/// The folder that the base of a program is in.
fn group(program: &Program) -> &'static str {
    match program.kind {
        _ if program.schedule.is_some() => "cronjobs",
        Kind::Service => "services",
        Kind::Job | Kind::Device => "devices",
    }
}

/// What all programs stand in: the namespace, and that nothing may be reached that is not asked for.
fn platform(model: &Model) -> Result<Vec<File>, String> {
    let context = json!({ "name": model.delivery.name });
    [&NAMESPACE, &DEFAULT_DENY, &PLATFORM]
        .into_iter()
        .map(|template| template.file(&format!("k8s/{}", template.name), "", &context))
        .collect()
}

/// The bases of one kind of workload, so that an overlay need not list them.
fn group_file(model: &Model, folder: &str) -> Result<File, String> {
    let names: Vec<_> = model.programs.iter().filter(|it| group(it) == folder).map(|it| &it.name).collect();
    let context = json!({ "names": names, "part_of": model.delivery.name });
    GROUP.file(&format!("k8s/{folder}/kustomization.yaml"), "", &context)
}

/// The base of one program.
struct Base<'a> {
    model: &'a Model,
    program: &'a Program,
}

impl Base<'_> {
    fn files(&self) -> Result<Vec<File>, String> {
        let is_everywhere = self.program.every_node.is_some();
        let workload = match self.program.schedule {
            Some(_) => &CRON_JOB,
            None if is_everywhere => &DAEMON_SET,
            None => &DEPLOYMENT,
        };
        let mut templates = vec![workload, &NETWORK_POLICY, &SERVICE_ACCOUNT];
        if self.program.serves.is_some() {
            templates.push(&SERVICE);
        }
        // A claim is one volume, and pods on several nodes would need one each.
        if self.program.storage.is_some() && !is_everywhere {
            templates.push(&VOLUME_CLAIM);
        }
        templates.sort_by_key(|template| template.name);
        let resources: Vec<_> = templates.iter().map(|template| template.name).collect();
        let context = self.context(&resources)?;
        templates.push(&KUSTOMIZATION);
        let folder = format!("k8s/{}/{}", group(self.program), self.program.name);
        let manifest = format!("{}/Cargo.toml or ", self.program.folder);
        let file =
            |template: &Template| template.file(&format!("{folder}/{}", template.name), &manifest, &context);
        templates.into_iter().map(file).collect()
    }

    fn context(&self, resources: &[&str]) -> Result<Value, String> {
        let program = self.program;
        Ok(json!({
            "name": program.name,
            "version": program.version,
            "component": program.kind.name(),
            "part_of": self.model.delivery.name,
            "description": program.description,
            "schedule": program.schedule.as_ref().map(CronJob::of),
            "serves": program.serves,
            "port_name": if program.kind == Kind::Device { "metrics" } else { "http" },
            // A second one would want the same device, or the same volume.
            "is_alone": !program.devices.is_empty() || program.storage.is_some(),
            "is_everywhere": program.every_node.is_some(),
            "storage": program.storage.map(|storage| storage.to_string()),
            "egress": program.egress,
            "pod": pod::spec(self.model, program)?,
            "final_exits": FINAL_EXITS,
            "resources": resources,
        }))
    }
}

/// What a `CronJob` says of when.
#[derive(Serialize)]
struct CronJob {
    cron: String,
    time_zone: String,
    /// How late a run may start, in seconds.
    starting_deadline: u64,
    retries: u32,
    /// How long all attempts of a run together may take, in seconds.
    active_deadline: u32,
}

impl CronJob {
    fn of(schedule: &Schedule) -> Self {
        Self {
            cron: schedule.cron.to_string(),
            time_zone: schedule.time_zone.clone(),
            starting_deadline: schedule.starting_deadline_seconds(),
            retries: RETRIES,
            active_deadline: schedule.all_attempts_seconds(),
        }
    }
}

impl Template {
    fn file(&self, path: &str, manifest: &str, context: &Value) -> Result<File, String> {
        let text = render(self.name, self.text, context)?;
        let origin = format!("{manifest}crates/xtask/src/generate/kubernetes/templates/{}.j2", self.name);
        Ok(File::with_hash(path, &origin, &text))
    }
}
