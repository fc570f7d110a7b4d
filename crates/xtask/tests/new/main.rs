//! `cargo xtask new` and the pages on it, followed in a copy of this workspace.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod page;
mod workspace;

use std::fs;

use workspace::{Workspace, expect_success, text};

/// A program of each kind, before a line of it is edited.
const CALLS: [&[&str]; 5] = [
    &["garden-weather", "--title", "Weather in the garden"],
    &["hill-weather", "--client", "hill-stations", "--no-key", "--history"],
    &["station-list", "--table"],
    &["am2301-climate", "--device", "serial"],
    &["dht20-climate", "--device", "stream"],
];
/// Polled over HTTP, so that its simulator is another one.
const POLLED: &[&str] = &["plug-climate", "--device", "poll"];

/// Programs of different kinds, on which all faults are tried: a table, a stream, and a sensor that is polled.
const FAULTS: [&str; 3] = ["station-list", "dht20-climate", "plug-climate"];

/// One test, since its parts share what is compiled.
#[test]
fn the_pages_can_be_followed_and_every_kind_of_program_passes_its_tests() {
    let workspace = Workspace::copy("made");
    for words in CALLS.iter().chain([&POLLED]) {
        expect_success(&workspace.xtask(&[&["new"], *words].concat()));
    }
    page::follow("adding-a-pipeline.md", &workspace);
    page::follow("adding-a-device.md", &workspace);

    let tests = workspace.cargo(&["test", "--package", "program-tests", "--", "::cases"]);
    expect_success(&tests);
    for test in ["station-list::cases::typical", "plug-climate::cases::out_of_range"] {
        assert!(text(&tests.stdout).contains(test), "{}", text(&tests.stdout));
    }
    assert!(!text(&tests.stderr).contains("warning"), "{}", text(&tests.stderr));
    let mut faults = workspace.command(&["test", "--package", "program-tests", "--", "::faults"]);
    let faults = faults.env("TESTKIT_FAULTS", FAULTS.join(" ")).output().unwrap();
    expect_success(&faults);
    for name in FAULTS {
        assert!(text(&faults.stdout).contains(&format!("{name}::faults::")), "{}", text(&faults.stdout));
    }
    expect_success(&workspace.cargo(&["test", "--package", "am2301", "--package", "dht20"]));
    expect_success(&workspace.cargo(&["fmt", "--check", "--package", "river-levels", "--package", "bh1750"]));

    let demo = workspace.xtask(&["demo", "--no-serve"]);
    expect_success(&demo);
    let shown =
        |name: &str| text(&demo.stdout).lines().any(|line| line.starts_with(name) && line.ends_with("ok"));
    for name in ["hill-weather", "river-levels", "bh1750-light", "dht20-climate", "plug-climate"] {
        assert!(shown(name), "{name}: {}", text(&demo.stdout));
    }
    expect_success(&workspace.xtask(&["generate"]));
    expect_success(&workspace.xtask(&["generate", "--check"]));
}

#[test]
fn existing_programs_and_crates_are_not_touched() {
    let workspace = Workspace::copy("refused");
    let refuses = |arguments: &[&str], reason: &str| {
        let output = workspace.xtask(&[&["new"], arguments].concat());
        assert!(!output.status.success());
        assert!(text(&output.stderr).contains(reason), "{}", text(&output.stderr));
    };
    refuses(&["openweather-current"], "a package `openweather-current` is in use here already");
    refuses(&["serde"], "a package `serde` is in use here already");
    refuses(&["hill-weather", "--client", "nws"], "crates/api-clients/nws exists already");
    refuses(&["sds011-dust", "--device", "serial"], "crates/sensors/sds011 exists already");
    refuses(&["Hill_Weather"], "`Hill_Weather` is no name");
    assert_eq!(fs::read_dir(workspace.root.join("pipelines")).unwrap().count(), 0);
}
