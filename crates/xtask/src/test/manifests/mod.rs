//! The manifests for Kubernetes: that kustomize builds them, that the schemas accept them, and what no schema says.

mod kustomize;
pub(crate) mod objects;
mod rules;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use objects::Object;
pub(crate) use rules::faults;

use super::progress::Progress;
use super::step::Outcome;
use super::venv::Venv;
use crate::workspace;

/// The schemas of Kubernetes, and what reads them.
const VALIDATOR: Venv = Venv {
    name: "kubernetes",
    packages: &[
        "kubernetes-validate==1.37.0",
        "attrs==26.1.0",
        "importlib-resources==7.1.0",
        "jsonschema==4.26.0",
        "jsonschema-specifications==2025.9.1",
        "packaging==26.3",
        "PyYAML==6.0.3",
        "referencing==0.37.0",
        "rpds-py==2026.9.1",
        "typing-extensions==4.16.0",
    ],
};

/// The oldest release that the manifests are for, and the newest one that the validator knows.
const RELEASES: [&str; 2] = ["1.31", "1.37"];

/// What is not for the namespace of the programs, and so not held to its rules: it needs the devices of a node.
const APART: &str = "k8s/device-plugin";

/// Builds every kustomization below `k8s` and checks each object that comes of it.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    let root = workspace::root();
    if !kustomize::is_there() {
        return Outcome::Skipped(vec!["manifests, since kubectl is not installed".to_owned()]);
    }
    match built(&root) {
        Ok((faults, _)) if !faults.is_empty() => Outcome::Failed(format!("{}\n", faults.join("\n"))),
        Ok((_, texts)) => validate(&texts, progress),
        Err(problem) => Outcome::Failed(format!("{problem}\n")),
    }
}

/// What is wrong with the objects of each kustomization, and the texts of all objects.
fn built(root: &Path) -> Result<(Vec<String>, BTreeSet<String>), String> {
    let (mut all, mut texts) = (Vec::new(), BTreeSet::new());
    for folder in kustomize::folders(root)? {
        let text = kustomize::build(&root.join(&folder))?;
        let objects = Object::parse(&text).map_err(|error| format!("{folder}: {error}"))?;
        if folder != APART {
            all.extend(faults(&objects).into_iter().map(|fault| format!("{folder}: {fault}")));
        }
        // An overlay often leaves an object as its base has it.
        texts.extend(objects::documents(&text).map(str::to_owned));
    }
    Ok((all, texts))
}

fn validate(texts: &BTreeSet<String>, progress: &mut Progress) -> Outcome {
    let programs = match VALIDATOR.programs(progress) {
        Ok(programs) => programs,
        Err(reason) => {
            return Outcome::Skipped(vec![format!("manifests against their schemas, since {reason}")]);
        }
    };
    let all = texts.iter().map(String::as_str).collect::<Vec<_>>().join("\n---\n");
    let file = match tempfile::NamedTempFile::with_suffix(".yaml") {
        Ok(file) => file,
        Err(error) => return Outcome::Failed(format!("{error}\n")),
    };
    if let Err(error) = fs::write(file.path(), all) {
        return Outcome::Failed(format!("{error}\n"));
    }
    for release in RELEASES {
        let mut command = Command::new(programs.join("kubernetes-validate"));
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
