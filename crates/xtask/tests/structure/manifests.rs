//! One name for folder, package and program; one place for versions and lints.

use toml::{Table, Value};

use crate::workspace::{Package, hold, packages, text};

const DEPENDENCY_TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

#[test]
fn a_program_has_one_name() {
    let misnamed = packages().iter().filter(|package| package.is_program()).filter(|package| {
        let folder = package.folder.rsplit('/').next().unwrap_or_default();
        package.name != folder || package.programs != [folder]
    });
    let describe = |package: &Package| {
        format!("{}: package {}, programs {}", package.folder, package.name, package.programs.join(", "))
    };
    hold("Folder, package and program have the same name:", misnamed.map(describe));
}

#[test]
fn a_crate_is_named_after_its_folder() {
    let misnamed = packages().iter().filter(|package| {
        let folder = package.folder.rsplit('/').next().unwrap_or_default();
        package.name != folder && !package.name.ends_with(&format!("-{folder}"))
    });
    let describe = |package: &Package| format!("{} is in {}", package.name, package.folder);
    hold(
        "A package is called as its folder, with the kind before it where that helps:",
        misnamed.map(describe),
    );
}

#[test]
fn versions_are_declared_once() {
    let own = packages().iter().flat_map(|package| {
        let manifest = manifest(package);
        let tables = DEPENDENCY_TABLES.iter().filter_map(|name| manifest.get(*name)?.as_table().cloned());
        let own =
            tables.flatten().filter(|(_, dependency)| !is_inherited(dependency) && !is_own_block(dependency));
        own.map(|(name, _)| format!("{}: {name}", package.folder)).collect::<Vec<_>>()
    });
    hold("Write the version into [workspace.dependencies], and `name.workspace = true` here:", own);
}

#[test]
fn lints_and_package_fields_are_inherited() {
    let missing = packages().iter().flat_map(|package| {
        let manifest = manifest(package);
        let fields = INHERITED.iter().filter(|name| {
            !manifest.get("package").and_then(|package| package.get(**name)).is_some_and(is_inherited)
        });
        let lints = Some(&"lints").filter(|name| !manifest.get(**name).is_some_and(is_inherited));
        fields.chain(lints).map(|name| format!("{}: {name}", package.folder)).collect::<Vec<_>>()
    });
    hold("Inherit it from the workspace with `workspace = true`:", missing);
}

fn manifest(package: &Package) -> Table {
    text(&format!("{}/Cargo.toml", package.folder)).parse().unwrap()
}

/// A block that one program alone needs stands in its manifest by its place, so that a new one changes no other file.
fn is_own_block(dependency: &Value) -> bool {
    dependency.as_table().is_some_and(|table| table.len() == 1 && table.contains_key("path"))
}

fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}
