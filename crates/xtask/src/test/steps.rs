//! The steps of the checks, in their order: the quick ones first, the tests last.

use std::fs;
use std::process::Command;

use super::progress::Progress;
use super::step::{Outcome, Step};
use super::{
    airflow, cargo_deny, compose, dashboards, ecs, images, manifests, monitoring, reproducible, servers,
    shipped, systemd, workflows,
};
use crate::workspace;

/// All steps share one target folder and the profile `dev`, so that what one has built the next does not build again.
pub(super) const STEPS: [Step; 21] = [
    step("fmt", "every file is formatted", fmt),
    step("clippy", "no lint is broken", clippy),
    step("doc", "the documentation builds without a warning", doc),
    step("deny", "licenses, sources and versions of dependencies keep to deny.toml", cargo_deny::policy),
    step("generate", "generated files say what the manifests and the programs say", generate),
    step(
        "manifests",
        "kustomize builds what Kubernetes gets, and its schemas and our rules accept it",
        manifests::check,
    ),
    step("monitoring", "rules fire when they should, and whoever they name hears of it", monitoring::check),
    step("workflows", "the GitHub workflows are right, and safe", workflows::check),
    step("compose", "Docker Compose, its schema and our rules accept what is in docker", compose::check),
    step("ecs", "the stacks for ECS keep to their schemas, and a stand-in for AWS deploys them", ecs::check),
    step("systemd", "systemd understands the units, and finds them confined", systemd::check),
    step("demo", "`cargo xtask demo` shows every pipeline at work", demo),
    step("servers", "what the tests run against is installed and starts", servers::prepare),
    step("dashboards", "stores answer every query, and every name in one is a record's", dashboards::check),
    step("images", "programs run in images that hold nothing else, beside real servers", images::check),
    step(
        "airflow",
        "a real Airflow imports the DAGs, asks for their pods, and runs an image",
        airflow::check,
    ),
    step(
        "shipped",
        "programs as they ship, for both architectures, lead to what the test cases say",
        shipped::check,
    ),
    step("reproducible", "the same commit makes the same image, in whatever folder", reproducible::check),
    Step { has_last_word: true, ..step("tests", "all tests, those of the structure included", tests) },
    Step {
        by_default: false,
        ..step("structure", "only the tests of the structure: layers, pages, names", structure)
    },
    // The database changes every day: a default step would fail for changes that are not at fault.
    Step {
        by_default: false,
        ..step("advisories", "no dependency has a known fault; needs the network", cargo_deny::advisories)
    },
];

const fn step(name: &'static str, about: &'static str, run: fn(&mut Progress) -> Outcome) -> Step {
    Step { name, about, by_default: true, has_last_word: false, run }
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

fn generate(progress: &mut Progress) -> Outcome {
    watch(progress, cargo(&["xtask", "generate", "--check"]))
}

fn demo(progress: &mut Progress) -> Outcome {
    watch(progress, cargo(&["xtask", "demo", "--no-serve"]))
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

/// Whether all tests passed, and what those said that lacked a server.
fn run_tests() -> std::io::Result<(bool, Vec<String>)> {
    let folder = tempfile::TempDir::with_prefix("skipped-")?;
    let notes = folder.path().join("tests");
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    let status = command.env("TESTKIT_SKIPPED", &notes).status()?;
    // Without a skip there is no file.
    let mut skipped: Vec<_> =
        fs::read_to_string(notes).unwrap_or_default().lines().map(str::to_owned).collect();
    skipped.sort();
    skipped.dedup();
    Ok((status.success(), skipped))
}

/// Runs a command that is right when it ends well.
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
