//! Dependencies have the same features in every build, so that cargo compiles each once.

use std::collections::{BTreeMap, BTreeSet};

use crate::workspace::{hold, root};

/// Features by dependency, as in `tokio v1.54.1`. One that is needed at build time too may have two sets of them.
type Features = BTreeMap<String, BTreeSet<String>>;

#[test]
fn dependencies_of_xtask_have_the_features_of_the_workspace() {
    let workspace = features(&["--workspace", "--edges", "normal,build,dev"]);
    let xtask = features(&["--package", "xtask", "--edges", "normal,build"]);
    assert!(xtask.contains_key("unified-features v0.1.0"), "{xtask:?}");
    hold("Turn these features on in crates/unified-features/Cargo.toml:", differences(&workspace, &xtask));
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

fn features(arguments: &[&str]) -> Features {
    let mut cargo = commands::cargo();
    cargo.args(["tree", "--offline", "--locked", "--prefix", "none", "--format", "{p}|{f}"]);
    let output = cargo.args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    parse(&String::from_utf8(output.stdout).unwrap())
}

/// The lines of `cargo tree`. Names of our own crates go without their path.
fn parse(tree: &str) -> Features {
    let mut all = Features::new();
    for line in tree.lines() {
        let Some((package, features)) = line.split_once('|') else { continue };
        let package = package.split(" (").next().unwrap_or_default();
        let features = features.trim_end_matches(" (*)");
        all.entry(package.to_owned()).or_default().insert(features.to_owned());
    }
    all
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
