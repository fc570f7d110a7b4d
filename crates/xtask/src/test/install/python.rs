//! Packages of the Python package index at pinned versions, in an environment of their own.

use std::path::Path;
use std::process::Command;

use testkit::Requirement;
use testkit::requirement::pins;

use super::{apt, run};
use crate::test::progress::Progress;

/// Installs the pins, including all they need, so that nothing changes by itself.
pub(super) fn install(text: &str, folder: &Path, progress: &mut Progress) -> Result<(), String> {
    let environment = folder.join("environment");
    make(&environment, progress)?;
    let mut pip = commands::built(environment.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    pip.args(pins(text));
    run(pip, progress).map_err(|reason| format!("pip: {reason}"))
}

/// An empty environment in place of whatever is there. On Debian that is a package of its own, beside Python.
fn make(environment: &Path, progress: &mut Progress) -> Result<(), String> {
    let venv = |mut python: Command| {
        python.args(["-m", "venv", "--clear"]).arg(environment);
        python
    };
    let python = Requirement::Python.command().map_err(|missing| missing.to_string())?;
    let Err(refusal) = run(venv(python), progress) else { return Ok(()) };
    let packages: Vec<_> = super::debian_packages(Requirement::Python).collect();
    if !apt::is_allowed() {
        return Err(format!("python3 -m venv: {refusal}; to install it: {}", apt::by_hand(&packages)));
    }
    apt::install(&packages, progress)?;
    let python = Requirement::Python.command().map_err(|missing| missing.to_string())?;
    run(venv(python), progress).map_err(|refusal| format!("python3 -m venv: {refusal}"))
}
