//! A spool as its callers see it: order, durability, limits, damage, files of other versions and programs.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod damage;
mod limits;
mod programs;
mod queue;
mod shrink;
mod versions;

use std::path::Path;

use jiff::Timestamp;
use spool::{Dropped, Entry, Limits, Spool};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn open(path: &Path) -> Spool {
    Spool::open(path, Limits::default()).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// An entry of one record.
fn entry<'a>(destination: &'a str, payload: &'a [u8], second: i64) -> Entry<'a> {
    Entry { destination, payload, records: 1, first: at(second), last: at(second) }
}

/// Pushes one record of the time of the push.
fn push(spool: &mut Spool, destination: &str, payload: &[u8], second: i64) -> Vec<Dropped> {
    spool.push(&[entry(destination, payload, second)], at(second)).unwrap().dropped
}

fn count(spool: &Spool, destination: &str) -> u64 {
    spool.backlog(destination).unwrap().batches
}

/// Takes every batch for a destination, as a run that delivers does.
fn drain(spool: &mut Spool, destination: &str) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    while let Some(batch) = spool.oldest(destination).unwrap() {
        spool.remove(&[batch.id]).unwrap();
        payloads.push(batch.payload);
    }
    payloads
}
