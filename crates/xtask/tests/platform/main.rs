//! Tests of the services beside the programs, with the shipped files: access rights at the broker and in the database,
//! and the scripts that set up a machine.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod broker;
mod clock;
mod database;
mod install;
mod prepare;

use std::path::PathBuf;

/// A path from the root of the workspace.
fn path(path: &str) -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap().join(path)
}
