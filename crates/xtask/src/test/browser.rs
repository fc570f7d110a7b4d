//! Whether the browser is there that tests of pages need.

use std::process::{Command, Stdio};

use testkit::servers::Missing;

/// Asks the browser's driver for its version; Debian's package of it brings the browser too.
pub(super) fn trial() -> Result<(), Missing> {
    let asked =
        Command::new("chromedriver").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match asked {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Missing::NotInstalled { program: "chromedriver", package: "chromium-driver" }),
    }
}
