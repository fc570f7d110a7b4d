//! Benchmark of durable pushes of records of 200 bytes, by the number that come at once.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::Timestamp;
use spool::{Entry, Limits, Spool};
use tempfile::TempDir;

const RECORD: usize = 200;

/// Number of records that wait while more are pushed and delivered.
const BACKLOG: usize = 10_000;

fn main() {
    divan::main();
}

fn spool() -> (TempDir, Spool) {
    // On the disk of the build, since a folder for temporary files may be in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let spool = Spool::open(&folder.path().join("spool.db"), Limits::default()).unwrap();
    (folder, spool)
}

fn entry(payload: &[u8]) -> Entry<'_> {
    let records = u64::try_from(payload.len() / RECORD).unwrap();
    let at = Timestamp::UNIX_EPOCH;
    Entry { destination: "influxdb", payload, records, first: at, last: at }
}

/// One batch of so many records, as a run or a gateway pushes it while the store is away.
#[divan::bench(args = [1, 100, 1_000, 10_000])]
fn batch_of(bencher: Bencher<'_, '_>, records: usize) {
    let (_folder, mut spool) = spool();
    let payload = vec![b'x'; RECORD * records];
    bencher
        .counter(ItemsCount::new(records))
        .bench_local(|| spool.push(&[entry(&payload)], Timestamp::UNIX_EPOCH).unwrap());
}

/// So many batches of one record in one go.
#[divan::bench(args = [10, 100, 1_000])]
fn group_of_single_records(bencher: Bencher<'_, '_>, records: usize) {
    let (_folder, mut spool) = spool();
    let payload = vec![b'x'; RECORD];
    let group = vec![entry(&payload); records];
    bencher
        .counter(ItemsCount::new(records))
        .bench_local(|| spool.push(&group, Timestamp::UNIX_EPOCH).unwrap());
}

/// The oldest batch of a hundred records is delivered and removed, and another is pushed.
#[divan::bench]
fn deliver_a_hundred_and_push_a_hundred(bencher: Bencher<'_, '_>) {
    let (_folder, mut spool) = spool();
    let payload = vec![b'x'; RECORD * 100];
    for _ in 0..BACKLOG / 100 {
        assert!(spool.push(&[entry(&payload)], Timestamp::UNIX_EPOCH).unwrap().dropped.is_empty());
    }
    bencher.counter(ItemsCount::new(100_usize)).bench_local(|| {
        let oldest = spool.oldest("influxdb").unwrap().unwrap();
        spool.remove(&[oldest.id]).unwrap();
        spool.push(&[entry(&payload)], Timestamp::UNIX_EPOCH).unwrap()
    });
}

/// A program starts with 64 MiB waiting: the file is opened and checked, and the first batch is read.
#[divan::bench(sample_count = 20)]
fn open_with_64_mib_waiting(bencher: Bencher<'_, '_>) {
    let (folder, mut spool) = spool();
    let payload = vec![b'x'; RECORD * 100];
    for _ in 0..(64 << 20) / payload.len() {
        assert!(spool.push(&[entry(&payload)], Timestamp::UNIX_EPOCH).unwrap().dropped.is_empty());
    }
    drop(spool);
    let path = folder.path().join("spool.db");
    bencher.bench_local(|| {
        let mut spool = Spool::open(&path, Limits::default()).unwrap();
        spool.oldest("influxdb").unwrap().unwrap()
    });
}
