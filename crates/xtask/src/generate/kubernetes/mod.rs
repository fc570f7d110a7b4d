//! Kubernetes: one file for each program, a kustomize base for each kind of workload, and one for the shared objects.

pub(super) mod pod;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_json::{Value, json};

use super::airflow;
use super::describe::ProgramKind;
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
const NETWORK_POLICY: Template = template!("network-policy.yaml");
const SERVICE: Template = template!("service.yaml");
const VOLUME_CLAIM: Template = template!("persistent-volume-claim.yaml");

const NAMESPACE: Template = template!("platform/namespace.yaml");
const NETWORK_POLICIES: Template = template!("platform/network-policies.yaml");
const SERVICE_ACCOUNT: Template = template!("platform/service-account.yaml");
const PLATFORM: Template = template!("platform/kustomization.yaml");
const GROUP: Template = template!("group.yaml");

/// The folders of the bases: scheduled programs are deployed without asking, devices by hand.
const GROUPS: [&str; 3] = ["cronjobs", "devices", "services"];

/// Everything below `k8s` that is not an overlay.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    let mut files = platform(model)?;
    for group in GROUPS {
        files.push(group_file(model, group)?);
    }
    for program in &model.programs {
        files.push(Base { model, program }.file()?);
    }
    Ok(files)
}

/// The folder that the file of a program is in.
pub(super) fn group(program: &Program) -> &'static str {
    match program.kind {
        _ if program.schedule.is_some() => "cronjobs",
        ProgramKind::Service => "services",
        ProgramKind::Job | ProgramKind::Device => "devices",
    }
}

/// The objects that all programs share: the namespace, the service account, the network policies.
fn platform(model: &Model) -> Result<Vec<File>, String> {
    let delivery = &model.delivery;
    let context = json!({ "name": delivery.name, "egress": delivery.egress, "account": pod::ACCOUNT });
    [&NAMESPACE, &NETWORK_POLICIES, &SERVICE_ACCOUNT, &PLATFORM]
        .into_iter()
        .map(|template| {
            let origin = format!("Cargo.toml or {}", template.path());
            let text = render(template.name, template.text, &context)?;
            Ok(File::with_hash(format!("k8s/{}", template.name), &origin, &text))
        })
        .collect()
}

/// The kustomization of one kind of workload, with every program of the kind.
fn group_file(model: &Model, folder: &str) -> Result<File, String> {
    let names: Vec<_> = model.programs.iter().filter(|it| group(it) == folder).map(|it| &it.name).collect();
    let text = render(GROUP.name, GROUP.text, json!({ "names": names }))?;
    Ok(File::with_hash(format!("k8s/{folder}/kustomization.yaml"), &GROUP.path(), &text))
}

/// The file of one program: all its objects.
struct Base<'a> {
    model: &'a Model,
    program: &'a Program,
}

impl Base<'_> {
    fn file(&self) -> Result<File, String> {
        let is_everywhere = self.program.every_node.is_some();
        let workload = match self.program.schedule {
            Some(_) => &CRON_JOB,
            None if is_everywhere => &DAEMON_SET,
            None => &DEPLOYMENT,
        };
        let mut templates = vec![workload];
        if self.program.serves.is_some() {
            templates.push(&SERVICE);
        }
        if self.program.serves.is_some() || !self.own_egress().is_empty() {
            templates.push(&NETWORK_POLICY);
        }
        // A claim is one volume, and pods on several nodes would need one each.
        if self.program.storage.is_some() && !is_everywhere {
            templates.push(&VOLUME_CLAIM);
        }
        let context = self.context()?;
        let documents = templates.iter().map(|template| render(template.name, template.text, &context));
        let documents = documents.collect::<Result<Vec<_>, _>>()?;
        let path = format!("k8s/{}/{}.yaml", group(self.program), self.program.name);
        let origin = format!("{}/Cargo.toml or {}", self.program.folder, workload.path());
        Ok(File::with_hash(path, &origin, &documents.join("---\n")))
    }

    /// The ports that no shared policy opens.
    fn own_egress(&self) -> Vec<u16> {
        let shared = if self.program.is_sharing { &self.model.delivery.egress[..] } else { &[] };
        self.program.egress.iter().filter(|port| !shared.contains(port)).copied().collect()
    }

    fn context(&self) -> Result<Value, String> {
        let (program, part_of) = (self.program, &self.model.delivery.name);
        Ok(json!({
            "name": program.name,
            "labels": pod::labels(self.model, program),
            "pod_labels": pod::pod_labels(self.model, program),
            "part_of": part_of,
            "description": program.description,
            "pool": airflow::pool(self.model, program),
            "has_history": program.has_history,
            "schedule": program.schedule.as_ref().map(CronJob::of),
            "serves": program.serves,
            "port_name": program.kind.port_name(),
            // A second pod would want the same device, or the same volume.
            "is_alone": !program.devices.is_empty() || program.storage.is_some(),
            "is_everywhere": program.every_node.is_some(),
            "storage": program.storage.map(|storage| storage.to_string()),
            "egress": self.own_egress(),
            "pod": pod::spec(self.model, program)?,
            "final_exits": FINAL_EXITS,
        }))
    }
}

/// The schedule of a `CronJob`.
#[derive(Serialize)]
struct CronJob {
    cron: String,
    time_zone: String,
    /// Largest delay of the start of a run, in seconds.
    starting_deadline: u64,
    retries: u32,
    /// Time limit of all attempts of a run together, in seconds.
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
    /// Its path from the root.
    fn path(&self) -> String {
        format!("crates/xtask/src/generate/kubernetes/templates/{}.j2", self.name)
    }
}
