//! Changes of a manifest that change what is built.

use std::collections::BTreeSet;

use toml::{Table, Value};

/// Keys of a package's manifest that no program is built from.
const NOT_BUILT: [&str; 6] = ["dev-dependencies", "lints", "test", "bench", "example", "badges"];
/// Keys of `[package]` that reach neither a program nor the labels of its image.
const NOT_SHIPPED: [&str; 8] =
    ["readme", "documentation", "keywords", "categories", "exclude", "include", "publish", "metadata"];
/// Keys of `[workspace]` that decide how everything is built.
const FOR_ALL: [&str; 2] = ["package", "resolver"];
/// Profiles that images are not built with.
const OTHER_PROFILES: [&str; 3] = ["dev", "test", "bench"];

/// Whether the change of a package's manifest changes what is built of it.
pub(super) fn changes_package(before: Option<&Table>, now: &Table) -> bool {
    before.is_none_or(|before| built(before) != built(now))
}

/// Describes a change of the root manifest that affects all programs; `None` without one.
pub(super) fn changes_all(before: Option<&Table>, now: &Table) -> Option<String> {
    let Some(before) = before else { return Some("the workspace is new".to_owned()) };
    let profiles = names(before.get("profile")).chain(names(now.get("profile")));
    let profiles = profiles.filter(|name| !OTHER_PROFILES.contains(&name.as_str()));
    let paths = profiles
        .map(|name| vec!["profile".to_owned(), name])
        .chain(FOR_ALL.iter().map(|name| vec!["workspace".to_owned(), (*name).to_owned()]))
        .chain(["patch", "replace"].iter().map(|name| vec![(*name).to_owned()]))
        .chain([["workspace", "metadata", "delivery", "registry"].map(str::to_owned).to_vec()]);
    let changed = paths.into_iter().find(|path| at(before, path) != at(now, path))?;
    Some(format!("[{}] of Cargo.toml", changed.join(".")))
}

/// The names in `[workspace.dependencies]` that stand for something else now.
pub(super) fn changed_dependencies(before: Option<&Table>, now: &Table) -> BTreeSet<String> {
    let path = ["workspace".to_owned(), "dependencies".to_owned()];
    let before = before.and_then(|before| at(before, &path));
    let now = at(now, &path);
    let entry = |table: Option<&Value>, name: &str| table.and_then(|table| table.get(name)).cloned();
    names(before).chain(names(now)).filter(|name| entry(before, name) != entry(now, name)).collect()
}

/// The dependencies of a package that the workspace describes, those of its tests left out.
pub(super) fn inherited_dependencies(manifest: &Table) -> BTreeSet<String> {
    let built = built(manifest);
    let of_targets = built.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables = of_targets.filter_map(Value::as_table).chain([&built]);
    let dependencies = tables.flat_map(|table| {
        ["dependencies", "build-dependencies"].iter().filter_map(|kind| table.get(*kind)?.as_table())
    });
    let inherited = dependencies
        .flatten()
        .filter(|(_, dependency)| dependency.get("workspace").and_then(Value::as_bool) == Some(true));
    inherited.map(|(name, _)| name.clone()).collect()
}

/// Part of a package's manifest that affects the build.
fn built(manifest: &Table) -> Table {
    let mut built = manifest.clone();
    built.retain(|key, _| !NOT_BUILT.contains(&key));
    let architectures = ["package", "metadata", "pipeline", "architectures"].map(str::to_owned);
    let architectures = at(manifest, &architectures).cloned();
    if let Some(package) = built.get_mut("package").and_then(Value::as_table_mut) {
        package.retain(|key, _| !NOT_SHIPPED.contains(&key));
        // An image for one more architecture has to be built.
        package.extend(architectures.map(|architectures| ("architectures".to_owned(), architectures)));
    }
    if let Some(targets) = built.get_mut("target").and_then(Value::as_table_mut) {
        for (_, target) in targets.iter_mut() {
            if let Some(target) = target.as_table_mut() {
                target.retain(|key, _| !NOT_BUILT.contains(&key));
            }
        }
        targets.retain(|_, target| target.as_table().is_none_or(|target| !target.is_empty()));
    }
    built.retain(|_, value| value.as_table().is_none_or(|table| !table.is_empty()));
    built
}

fn at<'a>(table: &'a Table, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(first)?, |value, key| value.get(key))
}

fn names(table: Option<&Value>) -> impl Iterator<Item = String> {
    table.and_then(Value::as_table).into_iter().flat_map(Table::keys).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        text.parse().unwrap()
    }

    const PACKAGE: &str = "
        [package]
        name = 'tides'
        description = 'Tides.'
        [dependencies]
        serde.workspace = true
        [target.'cfg(unix)'.dependencies]
        nix.workspace = true
    ";

    fn changes(addition: &str) -> bool {
        changes_package(Some(&table(PACKAGE)), &table(&format!("{PACKAGE}{addition}")))
    }

    #[test]
    fn dependencies_of_tests_change_no_program() {
        assert!(!changes("[dev-dependencies]\ninsta.workspace = true"));
        assert!(!changes("[target.'cfg(windows)'.dev-dependencies]\ninsta.workspace = true"));
        assert!(!changes("[lints]\nworkspace = true"));
        assert!(!changes("[package.metadata.pipeline]\nschedule = '7 * * * *'"));
    }

    #[test]
    fn sources_of_a_program_change_it() {
        assert!(changes("[features]\nlarge = []"));
        assert!(changes("[build-dependencies]\ncc.workspace = true"));
        assert!(changes("[package.metadata.pipeline]\narchitectures = ['arm64']"));
        assert!(changes_package(None, &table(PACKAGE)));
        let other = PACKAGE.replace("Tides.", "The tides.");
        assert!(changes_package(Some(&table(PACKAGE)), &table(&other)), "the description is in the image");
    }

    #[test]
    fn inherited_dependencies_are_found_for_every_target() {
        let names = inherited_dependencies(&table(PACKAGE));
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["nix", "serde"]);
    }

    #[test]
    fn only_build_settings_of_the_workspace_change_all_programs() {
        let before = "[workspace]\nresolver = '3'\n[profile.release]\nlto = 'fat'";
        let with = |more: &str| changes_all(Some(&table(before)), &table(&format!("{before}\n{more}")));
        assert_eq!(with("[profile.dev]\ndebug = false"), None);
        assert_eq!(with("[workspace.lints.rust]\nunsafe_code = 'forbid'"), None);
        assert_eq!(with("[workspace.metadata.delivery.bindings]\nA = 'b'"), None);
        assert_eq!(with("[profile.size]\nopt-level = 'z'").unwrap(), "[profile.size] of Cargo.toml");
        assert_eq!(
            with("[workspace.package]\nversion = '2.0.0'").unwrap(),
            "[workspace.package] of Cargo.toml"
        );
        assert!(with("[workspace.metadata.delivery]\nregistry = 'r'").is_some());
    }
}
