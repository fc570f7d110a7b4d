//! Allowed contents of Rust files, by path.

use testkit::Requirement;

use crate::workspace::{RustFile, hold, rust_files};

/// Programs and libraries of development; they run the others and so set their environment.
const TOOLS: [&str; 3] = ["crates/xtask/", "crates/testkit/", "crates/simulators/"];

#[test]
fn only_settings_reads_the_environment() {
    // Help is shown with any settings, so its colors cannot depend on reading them.
    let allowed = ["crates/settings/", "crates/runner/src/terminal.rs"];
    let places = found(&["env::var(", "env::vars", "env::var_os("], &allowed);
    hold("Declare a setting instead, so that --describe and --help know it:", places);
}

#[test]
fn only_the_runner_builds_a_runtime_or_exits() {
    let phrases = ["runtime::Builder", "Runtime::new", "#[tokio::main", "process::exit"];
    // The claims every SQL store is tested with bring their own runtime. An MQTT connection has one for its thread.
    let places =
        found(&phrases, &["crates/runner/", "crates/mqtt-client/", "crates/sinks/sql/src/conformance/"]);
    hold("Return an error, or be async; the runner does the rest:", places);
}

#[test]
fn only_logging_installs_a_subscriber() {
    let places = found(&["set_global_default", "set_logger"], &["crates/logging/"]);
    hold("Programs log through the runner, libraries through `tracing`:", places);
}

#[test]
fn tests_do_not_sleep() {
    // In two parts, so that this line is no case of it.
    let phrases = [concat!("thread::", "sleep(")];
    let sleeping = rust_files().iter().flat_map(|file| lines_with(file, file.test_lines(), &phrases));
    hold("Wait for the event itself, with a deadline:", sleeping);
}

/// Commands that every Debian has: those of its essential packages.
const ESSENTIAL: [&str; 10] =
    ["apt-get", "base64", "cp", "df", "dpkg", "dpkg-deb", "install", "sh", "tar", "umount"];
/// Code of the project's own commands that the checks do not run.
const NOT_OF_CHECKS: [&str; 3] =
    ["crates/xtask/src/bench/", "crates/xtask/src/ci/", "crates/xtask/src/image/"];

#[test]
fn tests_and_checks_run_no_command_that_nobody_installs() {
    let mut known: Vec<_> = Requirement::ALL.iter().map(|requirement| requirement.program()).collect();
    known.extend(ESSENTIAL);
    // In two parts, so that this line is no case of it.
    let phrase = concat!("Command::", "new(\"");
    let is_tool = |file: &RustFile| TOOLS.iter().any(|place| file.path.starts_with(place));
    let files = rust_files().iter().filter(|file| !NOT_OF_CHECKS.iter().any(|it| file.path.starts_with(it)));
    let unknown = files.flat_map(|file| {
        let lines: Vec<_> =
            if is_tool(file) { file.text.lines().collect() } else { file.test_lines().collect() };
        let commands = lines.into_iter().filter_map(|line| line.split_once(phrase)?.1.split('"').next());
        // A path is that of a file the test has made; the other is the name of none.
        let commands = commands.filter(|it| !it.contains('/') && *it != "no-such-program");
        let unknown: Vec<_> = commands.filter(|command| !known.contains(command)).collect();
        unknown.into_iter().map(|command| format!("{}: {command}", file.path))
    });
    hold("Add the command to `testkit::Requirement`, which the step `servers` installs:", unknown);
}

#[test]
fn no_test_is_ignored() {
    let ignored = rust_files().iter().flat_map(|file| {
        let lines = file.text.lines().filter(|line| line.trim_start().starts_with("#[ignore"));
        lines.map(|line| format!("{}: {}", file.path, line.trim())).collect::<Vec<_>>()
    });
    hold(
        "Make the test run everywhere, or remove it; one that lacks a server uses `testkit::require`:",
        ignored,
    );
}

/// Where shipped code holds one of `phrases`, except below `allowed` and in tools.
fn found(phrases: &[&str], allowed: &[&str]) -> Vec<String> {
    let is_allowed = |file: &&RustFile| TOOLS.iter().chain(allowed).any(|place| file.path.starts_with(place));
    let files = rust_files().iter().filter(|file| !is_allowed(file));
    files.flat_map(|file| lines_with(file, file.shipped_lines(), phrases)).collect()
}

fn lines_with<'a>(file: &RustFile, lines: impl Iterator<Item = &'a str>, phrases: &[&str]) -> Vec<String> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let lines = lines.filter(is_code).filter(|line| phrases.iter().any(|phrase| line.contains(phrase)));
    lines.map(|line| format!("{}: {}", file.path, line.trim())).collect()
}
