//! Whether what tests of pages need is there: a browser, and the package manager that brings the accessibility checker.

use std::process::{Command, Stdio};

use testkit::servers::Missing;

/// Asks the browser's driver for its version; Debian's package of it brings the browser too.
pub(super) fn driver() -> Result<(), Missing> {
    answers("chromedriver", "chromium-driver")
}

/// Asks npm for its version.
pub(super) fn npm() -> Result<(), Missing> {
    answers("npm", "npm")
}

fn answers(program: &'static str, package: &'static str) -> Result<(), Missing> {
    let asked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match asked {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Missing::NotInstalled { program, package }),
    }
}
