//! ECS: the stacks keep to the schemas of `CloudFormation`, and a stand-in for AWS deploys them and starts their tasks.

use std::process::Command;

use testkit::Requirement;
use testkit::servers::Missing;

use super::install;
use super::progress::Progress;
use super::step::Outcome;
use super::steps::watch;
use crate::workspace;

const STACKS: &str = "deploy/ecs";

/// Checks and deploys the stacks.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    let installed = install::ensure(&[Requirement::CfnLint], progress);
    match installed.and_then(|()| prepared()) {
        Ok(commands) => run(commands, progress),
        Err(reason) => Outcome::Skipped(vec![format!("stacks for ECS, since {reason}")]),
    }
}

/// Commands that check the stacks and deploy them.
fn prepared() -> Result<[Command; 2], String> {
    let found = |missing: Missing| missing.to_string();
    let stacks = workspace::root().join(STACKS);
    let mut lint = Requirement::CfnLint.command().map_err(found)?;
    lint.arg(stacks.join("*.yaml"));
    let mut deploy = Requirement::CfnLint.beside("python").map_err(found)?;
    // It warns of the kinds of resources that the stand-in does not make.
    deploy.args(["-W", "ignore", "-c", include_str!("deploy.py")]).arg(stacks);
    Ok([lint, deploy])
}

fn run(commands: [Command; 2], progress: &mut Progress) -> Outcome {
    for command in commands {
        match watch(progress, command) {
            Outcome::Passed => {}
            other => return other,
        }
    }
    Outcome::Passed
}
