//! Forbidden dependencies of each crate, direct or through another crate of this workspace.

use std::collections::BTreeSet;

use crate::workspace::{Dependency, Package, hold, packages};

/// A forbidden dependency, with its reason.
struct Rule {
    /// Packages by folder; one that ends in `/` stands for all in it.
    who: &'static [&'static str],
    /// Packages by folder, or crates of the registry by name.
    unknown: &'static [&'static str],
    why: &'static str,
}

const NETWORK_AND_FILES: [&str; 9] = [
    "tokio",
    "reqwest",
    "hyper",
    "rustls",
    "tokio-postgres",
    "rusqlite",
    "crates/tls",
    "crates/http-client",
    "crates/embedded-db",
];

const RULES: [Rule; 9] = [
    Rule {
        who: &[
            "crates/record",
            "crates/line-protocol",
            "crates/secret",
            "crates/place",
            "crates/alerts/engine",
        ],
        unknown: &NETWORK_AND_FILES,
        why: "it is pure, so that its tests cover its behavior in full",
    },
    Rule {
        who: &["crates/api-clients/", "crates/sensors/"],
        unknown: &[
            "crates/record",
            "crates/runner",
            "crates/sinks/",
            "crates/alerts/",
            "crates/spool",
            "crates/state",
            "crates/logging",
        ],
        why: "a client or a sensor is useful in any program",
    },
    Rule {
        who: &["crates/sinks/"],
        unknown: &[
            "crates/api-clients/",
            "crates/sensors/",
            "crates/alerts/",
            "crates/spool",
            "crates/state",
            "crates/logging",
        ],
        why: "a sink stores records of any program and leaves refusals to its caller",
    },
    Rule {
        who: &["crates/alerts/"],
        unknown: &["crates/record", "crates/sinks/", "crates/api-clients/", "crates/spool", "crates/state"],
        why: "an alert speaks of any program, not of what it stores",
    },
    Rule {
        who: &[
            "crates/http-client",
            "crates/mqtt-client",
            "crates/tls",
            "crates/postgres-client",
            "crates/embedded-db",
        ],
        unknown: &["crates/record", "crates/sinks/", "crates/logging", "crates/state", "crates/spool"],
        why: "a connection knows nothing of what travels over it",
    },
    Rule {
        who: &["crates/http-server"],
        unknown: &[
            "crates/record",
            "crates/runner",
            "crates/http-client",
            "crates/sinks/",
            "crates/alerts/",
            "crates/logging",
            "crates/state",
            "crates/spool",
        ],
        why: "a server knows nothing of what it serves",
    },
    Rule {
        who: &["crates/history"],
        unknown: &["crates/runner", "crates/alerts/", "crates/api-clients/", "crates/state", "crates/spool"],
        why: "it reads what programs stored, whichever they are",
    },
    Rule {
        who: &["crates/spool", "crates/state"],
        unknown: &["crates/record", "crates/sinks/", "crates/alerts/", "crates/logging"],
        why: "it keeps bytes for its caller",
    },
    Rule {
        who: &["crates/runner"],
        unknown: &["crates/api-clients/", "crates/sensors/", "crates/place", "crates/simulators/"],
        why: "the runner runs every source alike",
    },
];

/// Crates that a program must not name in its manifest, since the runner provides them.
const PROGRAMS_LEAVE_TO_THE_RUNNER: [&str; 10] = [
    "tokio",
    "reqwest",
    "tracing",
    "crates/sinks/",
    "crates/alerts/",
    "crates/spool",
    "crates/state",
    "crates/logging",
    "crates/tls",
    "crates/embedded-db",
];

#[test]
fn no_crate_breaks_its_boundaries() {
    hold(
        "Remove the dependency; if a rule is wrong, change it in knowledge.rs and say why:",
        breaches(packages()),
    );
}

#[test]
fn programs_leave_stores_alerts_and_the_runtime_to_the_runner() {
    let programs = packages().iter().filter(|package| package.is_program());
    hold(
        "If a program needs more, the block it leans on is missing something: improve the block, or name the crate and the \
         reason in `beside-runner` of its manifest. One that is not needed is not named:",
        programs.flat_map(|program| past_the_runner(packages(), program)),
    );
}

#[test]
fn a_crate_that_a_program_takes_past_the_runner_is_named_with_a_reason() {
    let program = |needs: &[&str], beside: &[&str]| Package {
        name: "gauge".to_owned(),
        folder: "iot/gauge".to_owned(),
        dependencies: needs
            .iter()
            .map(|name| Dependency { name: (*name).to_owned(), is_dev: false })
            .collect(),
        has_source: true,
        beside_runner: beside.iter().map(|name| (*name).to_owned()).collect(),
        programs: vec!["gauge".to_owned()],
    };
    let found = |needs, beside| past_the_runner(&[], &program(needs, beside));
    assert_eq!(found(&["tokio", "serde"], &[]), ["gauge needs tokio"]);
    assert_eq!(found(&["tokio", "serde"], &["tokio"]), [""; 0]);
    assert_eq!(found(&["serde"], &["tokio"]), ["gauge names tokio in beside-runner"]);
}

/// The crates that a program needs although the runner provides them, and those that it names for nothing.
fn past_the_runner(packages: &[Package], program: &Package) -> Vec<String> {
    let needed: Vec<_> =
        program.needs().filter(|name| is_any(packages, name, &PROGRAMS_LEAVE_TO_THE_RUNNER)).collect();
    let is_named = |name: &str| program.beside_runner.iter().any(|it| it == name);
    let unnamed = needed.iter().filter(|name| !is_named(name));
    let idle = program.beside_runner.iter().filter(|name| !needed.contains(&name.as_str()));
    let unnamed = unnamed.map(|name| format!("{} needs {name}", program.name));
    unnamed.chain(idle.map(|name| format!("{} names {name} in beside-runner", program.name))).collect()
}

fn breaches(packages: &[Package]) -> Vec<String> {
    let mut breaches = Vec::new();
    for rule in &RULES {
        for package in packages.iter().filter(|package| is_in(&package.folder, rule.who)) {
            let known = known(packages, package);
            let unwanted = known.iter().filter(|name| is_any(packages, name, rule.unknown));
            breaches.extend(unwanted.map(|name| format!("{} knows {name}, but {}", package.name, rule.why)));
        }
    }
    breaches
}

/// The names of all that a package needs, itself or through another one of the workspace.
fn known<'a>(packages: &'a [Package], package: &'a Package) -> BTreeSet<&'a str> {
    let mut known = BTreeSet::new();
    let mut open = vec![package];
    while let Some(package) = open.pop() {
        for name in package.needs() {
            if known.insert(name) {
                open.extend(packages.iter().find(|package| package.name == name));
            }
        }
    }
    known
}

/// Whether `name` is one of `places`, which are folders of the workspace or names of the registry.
fn is_any(packages: &[Package], name: &str, places: &[&str]) -> bool {
    match packages.iter().find(|package| package.name == name) {
        Some(package) => is_in(&package.folder, places),
        None => places.contains(&name),
    }
}

fn is_in(folder: &str, places: &[&str]) -> bool {
    places.iter().any(|place| *place == folder || place.ends_with('/') && folder.starts_with(place))
}
