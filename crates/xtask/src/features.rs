//! The features that cargo turns on, as `cargo tree` shows them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::workspace;

/// Features by package, as in `tokio v1.54.1`. One that is needed at build time too may have two sets of them.
pub(crate) type Features = BTreeMap<String, BTreeSet<String>>;

/// The features of a build in the workspace at `root`, which arguments of `cargo tree` choose.
///
/// # Errors
/// Cargo cannot say it.
pub(crate) fn of(root: &Path, arguments: &[&str]) -> Result<Features, String> {
    let mut cargo = workspace::cargo();
    cargo.current_dir(root).args(["tree", "--locked", "--prefix", "none", "--format", "{p}|{f}"]);
    let output = cargo.args(arguments).output().map_err(|error| format!("cargo does not start: {error}"))?;
    if output.status.success() {
        Ok(parse(&String::from_utf8_lossy(&output.stdout)))
    } else {
        Err(format!("cargo tree: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

/// The lines of `cargo tree`. A package it has shown before is marked with an asterisk; names of our own crates go
/// without their path.
pub(crate) fn parse(tree: &str) -> Features {
    let mut all = Features::new();
    for (package, features) in tree.lines().filter_map(|line| line.split_once('|')) {
        let package = package.split(" (").next().unwrap_or_default();
        all.entry(package.to_owned()).or_default().insert(features.trim_end_matches(" (*)").to_owned());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cargo compiles a dependency once only where every build gives it the same features.
    #[test]
    fn dependencies_of_xtask_have_the_features_of_the_workspace() {
        let of = |arguments: &[&str]| of(&workspace::root(), &[&["--offline"], arguments].concat()).unwrap();
        let all = of(&["--workspace", "--edges", "normal,build,dev"]);
        let xtask = of(&["--package", "xtask", "--edges", "normal,build"]);
        assert!(xtask.contains_key("unified-features v0.1.0"), "{xtask:?}");
        let found = differences(&all, &xtask);
        assert!(
            found.is_empty(),
            "Turn these features on in crates/unified-features/Cargo.toml:\n  {}\n",
            found.join("\n  ")
        );
    }

    #[test]
    fn a_feature_that_is_missing_is_found() {
        let tree = |features: &str| {
            parse(&format!("tokio v1.54.1|net,{features}\nurl v2.5.8|std\nurl v2.5.8|std (*)\n"))
        };
        assert!(differences(&tree("rt"), &tree("rt")).is_empty());
        let found = differences(&tree("rt"), &tree("time"));
        assert_eq!(found, ["tokio v1.54.1: net,rt in the workspace, net,time in xtask"]);
    }

    #[test]
    fn a_package_with_other_features_at_build_time_has_both() {
        let features = parse("cc v1.0.0|\nlibc v0.2.1|std\nlibc v0.2.1|\n");
        assert_eq!(features["libc v0.2.1"].len(), 2);
    }

    fn differences(workspace: &Features, xtask: &Features) -> Vec<String> {
        let shared = xtask.iter().filter_map(|(package, own)| Some((package, own, workspace.get(package)?)));
        let different = shared.filter(|(_, own, all)| own != all);
        let list = |sets: &BTreeSet<String>| sets.iter().cloned().collect::<Vec<_>>().join(" and ");
        different
            .map(|(package, own, all)| {
                format!("{package}: {} in the workspace, {} in xtask", list(all), list(own))
            })
            .collect()
    }
}
