//! Dependencies point down.

use crate::workspace::{Package, hold, packages};

/// The layers, lowest first. A name that ends in `/` stands for every package in that folder that is not named by
/// itself.
const LAYERS: [&[&str]; 10] = [
    &[
        "crates/fault",
        "crates/json-member",
        "crates/secret",
        "crates/units",
        "crates/line-protocol",
        "crates/record/derive",
        "crates/settings/derive",
    ],
    &[
        "crates/quantity",
        "crates/record",
        "crates/sensor-error",
        "crates/settings",
        "crates/tls",
        "crates/embedded-db",
    ],
    &[
        "crates/place",
        "crates/site",
        "crates/logging",
        "crates/http-client",
        "crates/http-server",
        "crates/mqtt-client",
        "crates/postgres-client",
        "crates/spool",
        "crates/alerts/engine",
    ],
    &["crates/state", "crates/sinks/sink", "crates/alerts/channel", "crates/s3-client"],
    &["crates/sinks/sql", "crates/spools/"],
    &["crates/sinks/", "crates/api-clients/", "crates/sensors/", "crates/alerts/"],
    &["crates/sinks/router", "crates/openweather-fields"],
    &["crates/runner", "crates/history"],
    &["pipelines/", "iot/", "services/"],
    // Not part of any program: the checks below keep them out.
    &[
        "crates/simulators/",
        "crates/unified-features",
        "crates/commands",
        "crates/testkit",
        "crates/program-tests",
        "crates/xtask",
    ],
];

/// Layer of crates that only tests and the project's own commands may use.
const FOR_TESTS: usize = LAYERS.len() - 1;

#[test]
fn every_package_has_a_layer() {
    let homeless = packages().iter().filter(|package| layer(&package.folder).is_none());
    hold(
        "Give the new crate its place in LAYERS of layers.rs:",
        homeless.map(|package| package.folder.clone()),
    );
}

#[test]
fn dependencies_point_down() {
    hold(
        "A crate may need only what lies in a lower layer (LAYERS of layers.rs). Move the code, not the layer:",
        upward(packages()),
    );
}

#[test]
fn simulators_and_testkit_are_for_tests_alone() {
    hold("Move these to [dev-dependencies], or the code to a test:", shipped_test_tools(packages()));
}

fn layer(folder: &str) -> Option<usize> {
    let place = |is_home: &dyn Fn(&str) -> bool| {
        LAYERS.iter().position(|layer| layer.iter().any(|home| is_home(home)))
    };
    place(&|home| home == folder).or_else(|| place(&|home| home.ends_with('/') && folder.starts_with(home)))
}

fn upward(packages: &[Package]) -> Vec<String> {
    let describe = |edge: Edge<'_>| {
        let Edge { from, to, layer_from, layer_to } = edge;
        format!("{} (layer {layer_from}) needs {} (layer {layer_to})", from.name, to.name)
    };
    let is_upward = |edge: &Edge<'_>| edge.layer_to >= edge.layer_from && edge.layer_to < FOR_TESTS;
    edges(packages).filter(is_upward).map(describe).collect()
}

fn shipped_test_tools(packages: &[Package]) -> Vec<String> {
    let is_shipped = |edge: &Edge<'_>| edge.layer_to == FOR_TESTS && edge.layer_from < FOR_TESTS;
    edges(packages)
        .filter(is_shipped)
        .map(|edge| format!("{} needs {}", edge.from.name, edge.to.name))
        .collect()
}

/// A need of one package of the workspace for another, tests aside.
struct Edge<'a> {
    from: &'a Package,
    to: &'a Package,
    layer_from: usize,
    layer_to: usize,
}

fn edges(packages: &[Package]) -> impl Iterator<Item = Edge<'_>> {
    let edge = |from, name| {
        let to = packages.iter().find(|package| package.name == name)?;
        Some(Edge { from, to, layer_from: layer(&from.folder)?, layer_to: layer(&to.folder)? })
    };
    packages.iter().flat_map(move |from| from.needs().filter_map(move |name| edge(from, name)))
}

mod the_checks {
    use super::*;
    use crate::workspace::Dependency;

    fn package(folder: &str, needs: &[&str]) -> Package {
        let name = folder.rsplit('/').next().unwrap().to_owned();
        let dependencies =
            needs.iter().map(|name| Dependency { name: (*name).to_owned(), is_dev: false }).collect();
        Package {
            name,
            folder: folder.to_owned(),
            dependencies,
            has_source: true,
            beside_runner: Vec::new(),
            programs: Vec::new(),
        }
    }

    #[test]
    fn find_a_sink_that_knows_the_runner() {
        let packages = [package("crates/runner", &[]), package("crates/sinks/sqlite", &["runner"])];
        assert_eq!(upward(&packages), ["sqlite (layer 5) needs runner (layer 7)"]);
    }

    #[test]
    fn find_neighbors_that_know_each_other() {
        let packages = [package("crates/api-clients/nws", &[]), package("crates/sinks/sqlite", &["nws"])];
        assert_eq!(upward(&packages), ["sqlite (layer 5) needs nws (layer 5)"]);
    }

    #[test]
    fn find_a_program_that_ships_a_simulator() {
        let packages = [package("crates/simulators/sim", &[]), package("pipelines/tides", &["sim"])];
        assert_eq!(shipped_test_tools(&packages), ["tides needs sim"]);
    }
}
