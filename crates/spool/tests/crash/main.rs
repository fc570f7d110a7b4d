//! Programs that are killed, files that are torn, bits that flip, disks that fill up: at random, against an oracle.
//!
//! A second program, which is this very file started again, pushes and delivers by a random script and
//! reports its steps on its standard output. After any damage to it and its files, the next program must be
//! able to open the spool, must find every batch that was acknowledged, and none that was never pushed.
//!
//! `SPOOL_CRASH_ROUNDS` is the number of rounds, and `SPOOL_CRASH_SEED` repeats the scripts of a run that
//! failed. The moment of a kill cannot be repeated.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod chance;
mod fill;
mod flip;
mod kill;
mod oracle;
mod program;
mod tear;

use std::path::Path;

use tempfile::TempDir;

/// A folder in memory where there is one. A program that is killed leaves the same files there, and a hundred thousand
/// syncs take no time.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()).unwrap()
}
