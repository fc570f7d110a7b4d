//! The programs that the step `build` has built, for the steps after it.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::demo::build;

/// The variable for other processes, which testkit reads.
const VARIABLE: &str = "TESTKIT_PROGRAMS";

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Notes the folder of the programs.
pub(super) fn set(folder: PathBuf) {
    build::reuse(&folder);
    // The step runs once.
    let _ = FOLDER.set(folder);
}

/// The variable for a process that needs programs; none where the step has not run.
pub(super) fn variable() -> Option<(&'static str, &'static PathBuf)> {
    Some((VARIABLE, FOLDER.get()?))
}
