//! Kustomizations, as `kubectl kustomize` builds them.

use std::fs;
use std::path::Path;

use testkit::Requirement;

const FILE: &str = "kustomization.yaml";

/// Every folder below `k8s` that can be built, from the root, sorted. A component is built as a part of others.
pub(super) fn folders(root: &Path) -> Result<Vec<String>, String> {
    let mut folders = Vec::new();
    let mut open = vec!["k8s".to_owned()];
    while let Some(folder) = open.pop() {
        let problem = |error| format!("{folder}: {error}");
        for entry in fs::read_dir(root.join(&folder)).map_err(problem)?.flatten() {
            if let (Ok(name), true) = (entry.file_name().into_string(), entry.path().is_dir()) {
                open.push(format!("{folder}/{name}"));
            }
        }
        let text = fs::read_to_string(root.join(&folder).join(FILE)).unwrap_or_default();
        if text.lines().any(|line| line == "kind: Kustomization") {
            folders.push(folder);
        }
    }
    folders.sort();
    Ok(folders)
}

/// All objects of a kustomization, as YAML.
pub(super) fn build(folder: &Path) -> Result<String, String> {
    let mut kubectl = Requirement::Kubectl.command().map_err(|missing| missing.to_string())?;
    let output = kubectl.arg("kustomize").arg(folder).output();
    let output = output.map_err(|error| format!("kubectl: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{}: {}", folder.display(), String::from_utf8_lossy(&output.stderr).trim()))
}
