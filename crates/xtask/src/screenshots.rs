//! `cargo xtask screenshots`: the pictures of the pages, as the tests see them.

use crate::workspace;

const USAGE: &str = "\
cargo xtask screenshots

Takes the pictures of the status page that the README shows, in headless Chromium, over a store that is made for it.
It needs Debian's chromium-driver.
";

/// Where the pictures are.
const FOLDER: &str = "docs/status-page";

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    match arguments {
        [] => take(),
        [only] if only == "--help" || only == "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(format!("`screenshots` does not understand `{}`\n\n{USAGE}", arguments.join(" "))),
    }
}

fn take() -> Result<(), String> {
    let folder = workspace::root().join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let status = workspace::cargo()
        .args(["test", "--package", "status-page", "--test", "all", "the_pages_can_be_pictured"])
        .env("STATUS_PAGE_PICTURES", &folder)
        // Where the browser is missing, a test that is skipped would look like pictures that were taken.
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
