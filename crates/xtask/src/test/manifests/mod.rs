//! Checks of the manifests for Kubernetes: by kustomize, by schemas, and by further rules.

pub(crate) mod argo;
mod argocd;
mod kustomize;
pub(crate) mod objects;
mod rules;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use objects::Object;
pub(crate) use rules::faults;
use tempfile::NamedTempFile;
use testkit::Requirement;

use super::install;
use super::progress::Progress;
use super::step::Outcome;
use super::steps::watch;
use crate::workspace;

/// Tools that build the objects and know the schemas of Kubernetes and of Argo Workflows.
const TOOLS: [Requirement; 3] = [Requirement::Kubectl, Requirement::KubernetesValidate, Requirement::Hera];

/// The oldest release that the manifests are for, and the newest one that the validator knows.
const RELEASES: [&str; 2] = ["1.31", "1.37"];

/// Folder outside of the programs' namespace and its rules, since it needs the devices of a node.
const DEVICE_PLUGIN: &str = "k8s/device-plugin";

/// The parts of what Argo starts: each names what is in another one.
const PARTS_OF_ARGO: &str = "k8s/argo/";

/// The objects that every program needs; the other kustomizations leave them to this one.
const PLATFORM: &str = "k8s/platform";

/// The objects of all kustomizations, as texts.
#[derive(Default)]
struct Texts {
    /// Objects of Kubernetes, and pods of objects of Argo. A set, since overlays repeat those of bases.
    kubernetes: BTreeSet<String>,
    /// Objects of Argo Workflows.
    argo: BTreeSet<String>,
}

/// Builds every kustomization below `k8s` and checks each object that comes of it.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    let root = workspace::root();
    if let Err(reason) = install::ensure(&TOOLS, progress) {
        return Outcome::Skipped(vec![format!("manifests, since {reason}")]);
    }
    let built =
        built(&root).and_then(|(faults, texts)| Ok(([faults, argocd::faults(&root)?].concat(), texts)));
    match built {
        Ok((faults, _)) if !faults.is_empty() => Outcome::Failed(format!("{}\n", faults.join("\n"))),
        Ok((_, texts)) => match validate(&texts.kubernetes, progress) {
            Outcome::Passed => validate_argo(&texts.argo, progress),
            other => other,
        },
        Err(problem) => Outcome::Failed(format!("{problem}\n")),
    }
}

/// Faults of the objects of each kustomization, and the texts of all objects.
fn built(root: &Path) -> Result<(Vec<String>, Texts), String> {
    let (mut all, mut texts) = (Vec::new(), Texts::default());
    let platform = platform(root)?;
    for folder in kustomize::folders(root)? {
        let text = kustomize::build(&root.join(&folder))?;
        let objects = Object::parse(&text).map_err(|error| format!("{folder}: {error}"))?;
        let jobs = argo::jobs(&objects);
        let objects = [objects, jobs.clone()].concat();
        if folder != DEVICE_PLUGIN {
            let together = [&objects[..], &platform[..]].concat();
            all.extend(faults(&together).into_iter().map(|fault| format!("{folder}: {fault}")));
        }
        if !folder.starts_with(PARTS_OF_ARGO) {
            all.extend(argo::faults(&objects).into_iter().map(|fault| format!("{folder}: {fault}")));
        }
        let is_of_argo = |text: &&str| text.contains("apiVersion: argoproj.io/");
        let (of_argo, others): (Vec<_>, Vec<_>) = objects::documents(&text).partition(is_of_argo);
        texts.kubernetes.extend(others.into_iter().map(str::to_owned));
        texts.kubernetes.extend(jobs.into_iter().map(|job| job.0.to_string()));
        // There are no models for the objects of Argo CD.
        let is_workflow = |text: &&str| {
            text.lines().any(|line| ["kind: CronWorkflow", "kind: WorkflowTemplate"].contains(&line))
        };
        texts.argo.extend(of_argo.into_iter().filter(is_workflow).map(str::to_owned));
    }
    Ok((all, texts))
}

fn platform(root: &Path) -> Result<Vec<Object>, String> {
    Object::parse(&kustomize::build(&root.join(PLATFORM))?)
}

/// Checks all objects with the models of Argo.
fn validate_argo(texts: &BTreeSet<String>, progress: &mut Progress) -> Outcome {
    let file = match written(texts) {
        Ok(file) => file,
        Err(error) => return Outcome::Failed(format!("{error}\n")),
    };
    let mut command = match Requirement::Hera.command() {
        Ok(command) => command,
        Err(missing) => return Outcome::Failed(format!("{missing}\n")),
    };
    command.args(["-c", include_str!("argo_models.py")]).arg(file.path());
    watch(progress, command)
}

/// Writes all objects to a file.
fn written(texts: &BTreeSet<String>) -> io::Result<NamedTempFile> {
    let all = texts.iter().map(String::as_str).collect::<Vec<_>>().join("\n---\n");
    let file = NamedTempFile::with_suffix(".yaml")?;
    fs::write(file.path(), all)?;
    Ok(file)
}

/// Checks pods that something else requests, besides the objects of a kustomization.
pub(super) fn check_pods(folder: &str, pods: &BTreeSet<String>, progress: &mut Progress) -> Outcome {
    match pod_faults(folder, pods) {
        Ok(faults) if faults.is_empty() => validate(pods, progress),
        Ok(faults) => Outcome::Failed(format!("{}\n", faults.join("\n"))),
        Err(problem) => Outcome::Failed(format!("{problem}\n")),
    }
}

fn pod_faults(folder: &str, pods: &BTreeSet<String>) -> Result<Vec<String>, String> {
    let root = workspace::root();
    let mut objects = Object::parse(&kustomize::build(&root.join(folder))?)?;
    objects.extend(platform(&root)?);
    for pod in pods {
        objects.extend(Object::parse(pod)?.into_iter().map(Object::into_job));
    }
    Ok(faults(&objects))
}

/// Checks all objects with the schemas of Kubernetes.
fn validate(texts: &BTreeSet<String>, progress: &mut Progress) -> Outcome {
    // Airflow asks for this as well.
    if let Err(reason) = install::ensure(&[Requirement::KubernetesValidate], progress) {
        return Outcome::Skipped(vec![format!("manifests against their schemas, since {reason}")]);
    }
    let file = match written(texts) {
        Ok(file) => file,
        Err(error) => return Outcome::Failed(format!("{error}\n")),
    };
    for release in RELEASES {
        let mut command = match Requirement::KubernetesValidate.command() {
            Ok(command) => command,
            Err(missing) => return Outcome::Failed(format!("{missing}\n")),
        };
        command.args(["--strict", "--quiet", "--kubernetes-version", release]).arg(file.path());
        match progress.watch(command) {
            // It only warns of a kind that it has no schema for.
            Ok(ended) if ended.is_ok && ended.output.trim().is_empty() => {}
            Ok(ended) => return Outcome::Failed(ended.output),
            Err(error) => return Outcome::Failed(format!("{error}\n")),
        }
    }
    Outcome::Passed
}
