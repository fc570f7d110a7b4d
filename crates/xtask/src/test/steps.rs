//! The steps of the checks, in their order: the quick ones first, the tests last.

use std::fs;
use std::process::Command;

use super::progress::Progress;
use super::step::{Outcome, Step};
use super::{
    airflow, cargo_deny, compose, dashboards, ecs, faults, images, manifests, monitoring, packages, prebuilt,
    reproducible, servers, shipped, systemd, workflows,
};
use crate::workspace;

/// All steps share one target folder and the profile `dev`, so that what one has built the next does not build again.
///
/// Those that mostly wait run beside those that compile, up to the first one that needs both.
pub(super) const STEPS: [Step; 24] = [
    step("fmt", "every file is formatted", fmt),
    step("clippy", "no lint is broken", clippy),
    step("doc", "the documentation builds without a warning", doc),
    step("build", "programs and tests compile, once for all steps", build),
    io_step("servers", "what the tests run against is installed and starts", servers::prepare),
    io_step("deny", "licenses, sources and versions of dependencies keep to deny.toml", cargo_deny::policy),
    io_step("workflows", "the GitHub workflows are right, and safe", workflows::check),
    io_step("compose", "Docker Compose, its schema and our rules accept what is in docker", compose::check),
    io_step(
        "ecs",
        "the stacks for ECS keep to their schemas, and a stand-in for AWS deploys them",
        ecs::check,
    ),
    io_step(
        "manifests",
        "kustomize builds what Kubernetes gets, and its schemas and our rules accept it",
        manifests::check,
    ),
    io_step("monitoring", "rules fire when they should, and reach whom they name", monitoring::check),
    step("generate", "generated files say what the manifests and the programs say", generate),
    step("systemd", "systemd understands the units of packages, and finds them confined", systemd::check),
    step("demo", "`cargo xtask demo` shows every pipeline at work", demo),
    step("dashboards", "stores answer every query, and every name in one is a record's", dashboards::check),
    step("images", "programs run in images that hold nothing else, beside real servers", images::check),
    step(
        "packages",
        "a machine with systemd installs, upgrades, removes and purges a package",
        packages::check,
    ),
    step(
        "airflow",
        "a real Airflow imports the DAGs, asks for their pods, and runs an image",
        airflow::check,
    ),
    // A build with all optimizations takes longer than all other steps; the workflow of images makes one of each program.
    nightly("shipped", "programs as they ship lead to what the test cases say", shipped::check),
    // The workflow of images builds both architectures on machines of their own.
    nightly("emulated", "the same for the other architecture, emulated", shipped::check_emulated),
    nightly("reproducible", "the same commit makes the same image, in any folder", reproducible::check),
    Step { has_last_word: true, ..step("tests", "all tests, those of the structure included", tests) },
    nightly("structure", "only the tests of the structure: layers, pages, names", structure),
    // The database changes every day: a default step would fail for changes that are not at fault.
    nightly("advisories", "no dependency has a known fault; needs the network", cargo_deny::advisories),
];

/// Variable of Rust's test harness: the number of tests that run at once.
const TEST_THREADS: &str = "RUST_TEST_THREADS";
const THREADS_PER_PROCESSOR: usize = 3;

const fn step(name: &'static str, about: &'static str, run: fn(&mut Progress) -> Outcome) -> Step {
    Step { name, about, by_default: true, waits: false, has_last_word: false, run }
}

const fn io_step(name: &'static str, about: &'static str, run: fn(&mut Progress) -> Outcome) -> Step {
    Step { waits: true, ..step(name, about, run) }
}

/// A step of `--all` alone, which costs more than each change is worth.
const fn nightly(name: &'static str, about: &'static str, run: fn(&mut Progress) -> Outcome) -> Step {
    Step { by_default: false, ..step(name, about, run) }
}

fn fmt(progress: &mut Progress) -> Outcome {
    watch(progress, cargo(&["fmt", "--all", "--check", "--", "--color", "never"]))
}

fn clippy(progress: &mut Progress) -> Outcome {
    watch(progress, cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
}

fn doc(progress: &mut Progress) -> Outcome {
    let mut command = cargo(&["doc", "--workspace", "--no-deps"]);
    command.env("RUSTDOCFLAGS", "--deny warnings");
    watch(progress, command)
}

/// One build of all there is, with the features that tests add, so that no crate is compiled once for tests and once for
/// programs. Later steps take the programs from it.
fn build(progress: &mut Progress) -> Outcome {
    let outcome = watch(progress, cargo(&["build", "--workspace", "--bins", "--tests", "--examples"]));
    if let (Outcome::Passed, Ok(target)) = (&outcome, workspace::target()) {
        prebuilt::set(target.join("debug"));
    }
    outcome
}

fn generate(progress: &mut Progress) -> Outcome {
    watch_self(progress, &["generate", "--check"])
}

fn demo(progress: &mut Progress) -> Outcome {
    watch_self(progress, &["demo", "--no-serve"])
}

/// Runs another command of this program, with the programs that are built.
fn watch_self(progress: &mut Progress, arguments: &[&str]) -> Outcome {
    match workspace::program() {
        Ok(program) => {
            let mut command = commands::built(program);
            command.args(arguments).current_dir(workspace::root()).envs(prebuilt::variable());
            watch(progress, command)
        }
        Err(problem) => Outcome::Failed(format!("{problem}\n")),
    }
}

/// The whole workspace, so that dependencies have the same features as in the step `tests`.
fn structure(progress: &mut Progress) -> Outcome {
    watch(progress, cargo(&["test", "--workspace", "--test", "structure"]))
}

fn tests(progress: &mut Progress) -> Outcome {
    progress.say("cargo test --workspace");
    match run_tests() {
        Ok((true, skipped)) if skipped.is_empty() => Outcome::Passed,
        Ok((true, skipped)) => Outcome::Skipped(skipped),
        // Cargo has shown why.
        Ok((false, _)) => Outcome::Failed(String::new()),
        Err(error) => Outcome::Failed(format!("{error}\n")),
    }
}

/// Whether all tests passed, and the notes of those that lacked a server.
fn run_tests() -> std::io::Result<(bool, Vec<String>)> {
    let folder = tempfile::TempDir::with_prefix("skipped-")?;
    let notes = folder.path().join("tests");
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.envs(prebuilt::variable()).env("TESTKIT_FAULTS", faults::programs());
    // Tests of faults mostly wait for stores, brokers and retries.
    let processors = std::thread::available_parallelism()?.get();
    if std::env::var_os(TEST_THREADS).is_none() {
        command.env(TEST_THREADS, (THREADS_PER_PROCESSOR * processors).to_string());
    }
    let status = command.env("TESTKIT_SKIPPED", &notes).status()?;
    // Without a skip there is no file.
    let mut skipped: Vec<_> =
        fs::read_to_string(notes).unwrap_or_default().lines().map(str::to_owned).collect();
    skipped.sort();
    skipped.dedup();
    Ok((status.success(), skipped))
}

/// Runs a command that has to succeed.
pub(super) fn watch(progress: &mut Progress, command: Command) -> Outcome {
    match progress.watch(command) {
        Ok(ended) if ended.is_ok => Outcome::Passed,
        Ok(ended) => Outcome::Failed(ended.output),
        Err(error) => Outcome::Failed(format!("{error}\n")),
    }
}

fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = workspace::cargo();
    cargo.args(arguments);
    cargo
}
