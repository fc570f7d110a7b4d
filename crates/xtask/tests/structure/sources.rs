//! Allowed contents of Rust files, by path.

use crate::workspace::{RustFile, files, hold, rust_files, text};

/// Programs and libraries of development; they run the others and so set their environment.
const TOOLS: [&str; 4] = ["crates/commands/", "crates/xtask/", "crates/testkit/", "crates/simulators/"];

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

/// Files that make commands of names and paths; all other files take commands from them.
const MAKE_COMMANDS: [&str; 8] = [
    "crates/commands/src/lib.rs",
    "crates/testkit/src/program.rs",
    "crates/testkit/src/requirement/compose.rs",
    "crates/testkit/src/requirement/mod.rs",
    // No check runs these two.
    "crates/xtask/src/bench/mod.rs",
    "crates/xtask/src/ci/mod.rs",
    "crates/xtask/src/image/toolchain.rs",
    "crates/xtask/tests/structure/sources.rs",
];

#[test]
fn tests_and_checks_run_no_command_that_nobody_installs() {
    // The step `clippy` refuses a command that is made anywhere else.
    let is_disallowed = text("clippy.toml").contains("std::process::Command::new");
    assert!(is_disallowed, "clippy.toml has to disallow `std::process::Command::new`");
    let files = rust_files().iter().filter(|file| !MAKE_COMMANDS.contains(&file.path.as_str()));
    let lax = files.filter(|file| file.text.contains("clippy::disallowed_methods"));
    hold(
        "Take the command from `testkit::Requirement`, which the step `servers` installs, or from `commands`:",
        lax.map(|file| file.path.clone()),
    );
}

/// Ways of Python and Node.js to run a command.
const RUN_COMMANDS: [&str; 6] =
    ["subprocess", "os.system", "os.popen", "os.exec", "os.spawn", "child_process"];

#[test]
fn scripts_of_checks_run_no_command() {
    let scripts = ["py", "mjs", "js"].map(|extension| files("crates", extension)).concat();
    let runs_a_command = |path: &&String| RUN_COMMANDS.iter().any(|it| text(path).contains(it));
    let running = scripts.iter().filter(runs_a_command);
    hold("Let Rust run the command, which the step `servers` installs:", running.cloned());
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

/// Lines of shipped code with one of `phrases`, except below `allowed` and in tools.
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
