//! `cargo xtask screenshots`: the pictures of the status page that the documentation shows.

use crate::workspace;

/// Folder of the pictures.
const FOLDER: &str = "docs/status-page";

/// Takes the pictures of the status page that the documentation shows.
///
/// Headless Chromium shows the page over a store that is made for it. Requires Debian's chromium-driver.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run() -> Result<(), String> {
    let folder = workspace::root().join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let status = workspace::cargo()
        .args(["test", "--package", "status-page", "--test", "all", "the_pages_can_be_pictured"])
        .env("STATUS_PAGE_PICTURES", &folder)
        // Without a browser the test is skipped, unless this is set. A skipped test takes no pictures.
        .env("CI", "true")
        .status();
    match status {
        Ok(status) if status.success() => {
            println!("The pictures are in {FOLDER}.");
            Ok(())
        }
        Ok(_) => Err("the pictures could not be taken".to_owned()),
        Err(error) => Err(format!("cargo: {error}")),
    }
}
