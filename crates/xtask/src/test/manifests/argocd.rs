//! Rules for Argo CD: it deploys existing parts of overlays, and their projects allow all their objects.

use std::fs;
use std::path::Path;

use super::kustomize;
use super::objects::{Object, at, items};

const FOLDER: &str = "k8s/argocd";

/// The part of an overlay that goes out by hand, and its project.
const BY_HAND: &str = "devices";
const PROJECT: &str = "data-platform";
const PROJECT_BY_HAND: &str = "data-platform-devices";

/// Faults of the application set and its projects.
pub(super) fn faults(root: &Path) -> Result<Vec<String>, String> {
    let objects = Object::parse(&kustomize::build(&root.join(FOLDER))?)?;
    let of = |kind: &str, name: &str| objects.iter().find(|it| it.kind() == kind && it.name() == name);
    let set = of("ApplicationSet", PROJECT).ok_or_else(|| format!("{FOLDER}: there is no ApplicationSet"))?;
    let mut faults = by_hand(set);
    let parts = parts(root)?;
    let deployed: Vec<_> = parts.iter().filter(|part| is_deployed(set, part)).collect();
    for rule in directories(set).filter(|rule| !parts.iter().any(|part| matches(rule.0, part))) {
        // One that leaves out a folder which an overlay may have is no mistake.
        if !rule.1 {
            faults.push(format!("{FOLDER}: {} is no part of any overlay", rule.0));
        }
    }
    if deployed.is_empty() {
        faults.push(format!("{FOLDER}: nothing would be deployed"));
    }
    for part in deployed {
        let name = if part.ends_with(&format!("/{BY_HAND}")) { PROJECT_BY_HAND } else { PROJECT };
        let project =
            of("AppProject", name).ok_or_else(|| format!("{FOLDER}: there is no project {name}"))?;
        for object in Object::parse(&kustomize::build(&root.join(part))?)? {
            if !allows(project, &object) {
                faults.push(format!("{FOLDER}: {name} does not allow the {} of {part}", object.kind()));
            }
        }
    }
    faults.dedup();
    Ok(faults)
}

/// The policy that is automatic is for all but the devices.
fn by_hand(set: &Object) -> Vec<String> {
    let patch = set.text("/spec/templatePatch");
    let is_apart = patch.starts_with(&format!("{{{{- if ne .path.basename \"{BY_HAND}\"}}}}"));
    let is_manual = set.at("/spec/template/spec/syncPolicy/automated").is_null();
    if is_apart && is_manual && patch.contains("automated:") {
        return Vec::new();
    }
    vec![format!("{FOLDER}: devices do not go out by hand alone")]
}

/// The parts of all overlays, from the root.
fn parts(root: &Path) -> Result<Vec<String>, String> {
    let folders = |folder: &str| -> Result<Vec<String>, String> {
        let entries = fs::read_dir(root.join(folder)).map_err(|error| format!("{folder}: {error}"))?;
        let folders = entries.flatten().filter(|entry| entry.path().is_dir());
        Ok(folders.map(|entry| format!("{folder}/{}", entry.file_name().to_string_lossy())).collect())
    };
    let overlays = folders("k8s/overlays")?;
    Ok(overlays.iter().map(|overlay| folders(overlay)).collect::<Result<Vec<_>, _>>()?.concat())
}

/// The rules for folders: a pattern each, and whether it excludes.
fn directories(set: &Object) -> impl Iterator<Item = (&str, bool)> {
    let generators = items(set.at("/spec/generators"));
    let rules = generators.flat_map(|generator| items(at(generator, "/git/directories")));
    rules.filter_map(|rule| Some((at(rule, "/path").as_str()?, at(rule, "/exclude") == true)))
}

/// One that excludes goes before one that includes, as Argo CD has it.
fn is_deployed(set: &Object, part: &str) -> bool {
    let matching: Vec<_> = directories(set).filter(|(pattern, _)| matches(pattern, part)).collect();
    !matching.is_empty() && matching.iter().all(|(_, excludes)| !excludes)
}

/// Whether a path fits a pattern in which `*` stands for one part of it.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len() && pattern.iter().zip(&path).all(|(part, it)| *part == "*" || part == it)
}

fn allows(project: &Object, object: &Object) -> bool {
    let version = object.text("/apiVersion");
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let lists = ["/spec/clusterResourceWhitelist", "/spec/namespaceResourceWhitelist"];
    let allowed = lists.iter().flat_map(|list| items(project.at(list)));
    allowed.into_iter().any(|it| at(it, "/group") == group && at(it, "/kind") == object.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: &str = r#"apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
spec:
  generators: [{ git: { directories: [{ path: o/*/* }, { path: o/*/parts, exclude: true }] } }]
  template: { spec: {} }
  templatePatch: |
    {{- if ne .path.basename "devices"}}
    spec: { syncPolicy: { automated: {} } }
    {{- end}}"#;

    fn set(text: &str) -> Object {
        Object::parse(text).unwrap().remove(0)
    }

    #[test]
    fn an_excluded_folder_is_not_deployed() {
        let set = set(SET);
        let deployed = |part: &&str| is_deployed(&set, part);
        let parts = ["o/home/jobs", "o/home/parts", "o/home", "p/home/jobs"].into_iter();
        assert_eq!(parts.filter(deployed).collect::<Vec<_>>(), ["o/home/jobs"]);
    }

    #[test]
    fn devices_that_would_go_out_by_themselves_are_found() {
        assert_eq!(by_hand(&set(SET)), [""; 0]);
        assert_eq!(by_hand(&set(&SET.replace("ne .path", "eq .path"))).len(), 1);
        let always =
            SET.replace("template: { spec: {} }", "template: { spec: { syncPolicy: { automated: {} } } }");
        assert_eq!(by_hand(&set(&always)).len(), 1);
    }

    #[test]
    fn a_project_allows_only_its_list() {
        let project = set("kind: AppProject
spec: { clusterResourceWhitelist: [], namespaceResourceWhitelist: [{ group: batch, kind: CronJob }] }");
        assert!(allows(&project, &set("{ apiVersion: batch/v1, kind: CronJob }")));
        assert!(!allows(&project, &set("{ apiVersion: v1, kind: Secret }")));
    }
}
