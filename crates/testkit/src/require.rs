//! Requirements of tests: a test without its server is skipped with a message, and fails only in CI.

use std::io::Write as _;

use crate::servers::Missing;

/// The server; or `None`, with a note on stderr and in the file of `TESTKIT_SKIPPED` that this test is skipped.
///
/// ```no_run
/// let Some(postgres) = testkit::require(testkit::servers::Postgres::shared()) else { return };
/// ```
///
/// # Panics
/// With `CI=true`, because there every server is expected; and anywhere when a server is installed but does not start.
pub fn require<T>(server: Result<T, Missing>) -> Option<T> {
    let missing = match server {
        Ok(server) => return Some(server),
        Err(missing) => missing,
    };
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(missing.is_absent() && !in_ci, "{missing}");
    let thread = std::thread::current();
    let line = format!("SKIPPED {}: {missing}", thread.name().unwrap_or("test"));
    eprintln!("{line}");
    note(&line);
    None
}

fn note(line: &str) {
    let Some(path) = std::env::var_os("TESTKIT_SKIPPED") else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    // One write for the whole line, since tests run side by side.
    let _ = file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
}
