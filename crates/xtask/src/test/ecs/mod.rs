//! ECS: the stacks keep to the schemas of `CloudFormation`, and a stand-in for AWS deploys them and starts their tasks.

use std::process::Command;
use std::sync::LazyLock;

use super::progress::Progress;
use super::step::Outcome;
use super::steps::watch;
use super::venv::Venv;
use crate::workspace;

/// Packages with the schemas and the simulator.
static PACKAGES: LazyLock<Vec<&str>> = LazyLock::new(|| Venv::requirements(include_str!("requirements.txt")));

const STACKS: &str = "deploy/ecs";

/// Checks and deploys the stacks.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    let venv = Venv { name: "ecs", packages: &PACKAGES };
    let programs = match venv.programs(progress) {
        Ok(programs) => programs,
        Err(reason) => return Outcome::Skipped(vec![format!("stacks for ECS, since {reason}")]),
    };
    let stacks = workspace::root().join(STACKS);
    let mut lint = Command::new(programs.join("cfn-lint"));
    lint.arg(stacks.join("*.yaml"));
    match watch(progress, lint) {
        Outcome::Passed => {}
        other => return other,
    }
    let mut deploy = Command::new(programs.join("python"));
    // It warns of the kinds of resources that the stand-in does not make.
    deploy.args(["-W", "ignore", "-c", include_str!("deploy.py")]).arg(stacks);
    watch(progress, deploy)
}
