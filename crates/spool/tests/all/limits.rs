//! Tests of dropping beyond the limits, and of its counts.

use std::fs;
use std::path::Path;
use std::time::Duration;

use fault::{Fault as _, Kind};
use spool::{Cause, DeadLetter, Dropped, Entry, Error, Limits, Spool, WhenFull};

use crate::{at, count, drain, entry, folder, push};

const MIB: u64 = 1 << 20;

fn limited(path: &Path, bytes: u64, when_full: WhenFull) -> Spool {
    Spool::open(path, Limits { bytes, age: None, when_full }).unwrap()
}

fn payload(number: u64) -> Vec<u8> {
    let mut payload = number.to_le_bytes().to_vec();
    payload.resize(20_000, b'x');
    payload
}

fn number(payload: &[u8]) -> u64 {
    u64::from_le_bytes(payload[..8].try_into().unwrap())
}

/// Adds up the drops of several pushes.
fn sum(dropped: &[Dropped]) -> (u64, u64, u64) {
    dropped.iter().fold((0, 0, 0), |(batches, records, bytes), one| {
        (batches + one.batches, records + one.records, bytes + one.bytes)
    })
}

#[test]
fn the_oldest_make_room_and_the_file_stays_within_its_limit() {
    const PUSHES: u64 = 2_000;
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut spool = limited(&path, 8 * MIB, WhenFull::DropOldest);
    let mut dropped = Vec::new();
    for number in 0..PUSHES {
        dropped.extend(push(&mut spool, "a", &payload(number), number.cast_signed()));
        let log = fs::metadata(path.with_extension("db-wal")).unwrap().len();
        assert!(log <= 2 * MIB, "{log}");
    }
    assert!(fs::metadata(&path).unwrap().len() <= 8 * MIB);
    let kept = count(&spool, "a");
    assert!((300..=420).contains(&kept), "{kept} of 20 kB in 8 MiB");
    let (batches, records, bytes) = sum(&dropped);
    assert_eq!((batches, records, bytes), (PUSHES - kept, PUSHES - kept, (PUSHES - kept) * 20_000));
    assert!(dropped.iter().all(|one| one.cause == Cause::Bytes && one.destination == "a"));

    drop(spool);
    let mut spool = limited(&path, 8 * MIB, WhenFull::DropOldest);
    let total = Dropped {
        destination: "a".into(),
        cause: Cause::Bytes,
        batches,
        records,
        bytes,
        first: at(0),
        last: at((PUSHES - kept - 1).cast_signed()),
    };
    assert_eq!(spool.dropped().unwrap(), [total], "it is known after a restart");
    let numbers: Vec<_> = drain(&mut spool, "a").iter().map(|payload| number(payload)).collect();
    assert_eq!(numbers, (PUSHES - kept..PUSHES).collect::<Vec<_>>());
}

#[test]
fn small_batches_stay_within_the_limit_too() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut spool = limited(&path, MIB, WhenFull::DropOldest);
    let payload = [b'x'; 200];
    let group: Vec<_> = (0..1_000).map(|second| entry("a", &payload, second)).collect();
    let mut dropped = Vec::new();
    for second in 0..10 {
        dropped.extend(spool.push(&group, at(second)).unwrap().dropped);
    }
    let kept = count(&spool, "a");
    assert!((2_000..4_000).contains(&kept), "{kept} of 200 bytes in 1 MiB");
    assert_eq!(sum(&dropped).0, 10_000 - kept);
    drop(spool);
    assert!(fs::metadata(&path).unwrap().len() <= MIB);
}

#[test]
fn the_newest_is_not_taken_where_that_is_wanted() {
    let folder = folder();
    let mut spool = limited(&folder.path().join("s.db"), MIB, WhenFull::DropNewest);
    let mut dropped = Vec::new();
    for number in 0..100 {
        dropped.extend(push(&mut spool, "a", &payload(number), number.cast_signed()));
    }
    let kept = count(&spool, "a");
    assert_eq!(sum(&dropped).0, 100 - kept);
    assert_eq!(dropped[0].first, at(kept.cast_signed()));
    assert_eq!(sum(&spool.dropped().unwrap()), sum(&dropped));
    let numbers: Vec<_> = drain(&mut spool, "a").iter().map(|payload| number(payload)).collect();
    assert_eq!(numbers, (0..kept).collect::<Vec<_>>());
}

#[test]
fn a_full_spool_that_blocks_takes_nothing_and_drops_nothing() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut spool = limited(&path, MIB, WhenFull::Block);
    let mut taken = 0;
    let error = loop {
        let payload = payload(taken);
        let entries = [entry("a", &payload, 1), entry("b", b"small", 1)];
        match spool.push(&entries, at(1)) {
            Ok(pushed) => assert_eq!(pushed.dropped, []),
            Err(error) => break error,
        }
        taken += 1;
    };
    assert!(matches!(error, Error::Full { .. }), "{error:?}");
    assert_eq!(error.kind(), Kind::Temporary);
    assert!(taken > 20);
    assert_eq!((count(&spool, "a"), count(&spool, "b")), (taken, taken), "all of a push or none");
    assert_eq!(spool.dropped().unwrap(), []);

    let oldest = spool.oldest("a").unwrap().unwrap().id;
    spool.remove(&[oldest]).unwrap();
    assert_eq!(push(&mut spool, "a", &payload(taken), 1), []);
}

#[test]
fn a_batch_that_never_fits_is_counted_and_drops_no_other() {
    for when_full in [WhenFull::DropOldest, WhenFull::DropNewest, WhenFull::Block] {
        let folder = folder();
        let mut spool = limited(&folder.path().join("s.db"), MIB, when_full);
        push(&mut spool, "a", b"small", 1);
        let giant = vec![0; 900_000];
        let entries = [Entry { records: 9, ..entry("b", &giant, 2) }, entry("a", b"after", 3)];
        let dropped = spool.push(&entries, at(3)).unwrap().dropped;
        assert_eq!(sum(&dropped), (1, 9, 900_000), "{when_full:?}");
        assert_eq!(dropped[0].destination, "b");
        assert_eq!(drain(&mut spool, "a"), [b"small", b"after"]);
    }
}

#[test]
fn a_limit_of_nothing_takes_nothing() {
    let folder = folder();
    let mut spool = limited(&folder.path().join("s.db"), 0, WhenFull::DropOldest);
    assert_eq!(sum(&push(&mut spool, "a", b"1", 1)), (1, 1, 1));
    assert_eq!(count(&spool, "a"), 0);
}

#[test]
fn a_smaller_limit_holds_from_the_next_push_on() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut spool = limited(&path, 8 * MIB, WhenFull::DropOldest);
    (0..100).for_each(|number| assert_eq!(push(&mut spool, "a", &payload(number), 1), []));
    let mut spool = limited(&path, MIB, WhenFull::DropOldest);
    let dropped = push(&mut spool, "a", &payload(100), 2);
    assert!(sum(&dropped).0 >= 50, "{dropped:?}");
    assert_eq!(sum(&dropped).0 + count(&spool, "a"), 101);
}

#[test]
fn batches_that_waited_too_long_are_dropped_whomever_they_wait_for() {
    let folder = folder();
    let limits = Limits { age: Some(Duration::from_mins(1)), ..Limits::default() };
    let mut spool = Spool::open(&folder.path().join("s.db"), limits).unwrap();
    for second in 0..100 {
        push(&mut spool, if second % 2 == 0 { "a" } else { "b" }, b"12", second);
    }
    assert_eq!(spool.expire(at(50)).unwrap(), []);
    let dropped = spool.expire(at(110)).unwrap();
    let of = |destination: &str, first, last| Dropped {
        destination: destination.to_owned(),
        cause: Cause::Age,
        batches: 25,
        records: 25,
        bytes: 50,
        first: at(first),
        last: at(last),
    };
    assert_eq!(dropped, [of("a", 0, 48), of("b", 1, 49)]);
    assert_eq!(spool.dropped().unwrap(), dropped);
    assert_eq!(spool.oldest("a").unwrap().unwrap().spooled_at, at(50), "as old as allowed");
    assert_eq!(count(&spool, "b"), 25);
}

#[test]
fn without_a_limit_of_age_nothing_is_too_old() {
    let folder = folder();
    let mut spool = limited(&folder.path().join("s.db"), MIB, WhenFull::DropOldest);
    push(&mut spool, "a", b"1", 0);
    assert_eq!(spool.expire(at(10_000_000_000)).unwrap(), []);
}

#[test]
fn the_oldest_dead_letters_make_room_for_newer_ones() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut spool = limited(&path, MIB, WhenFull::DropOldest);
    let letter = |second: i64| DeadLetter {
        destination: "a".into(),
        record: "x".repeat(1_000),
        reason: "no such column".into(),
        at: at(second),
    };
    let letters: Vec<_> = (0..200).map(letter).collect();
    letters.chunks(7).for_each(|letters| spool.bury(letters).unwrap());
    let kept = spool.dead_letters().unwrap();
    assert_eq!(kept.len(), 129, "an eighth of the limit, in letters of 1014 bytes");
    assert_eq!(kept[128], letters[199]);
    assert_eq!(spool.dead_letter_count().unwrap(), 129);
    let dropped = spool.dropped().unwrap();
    assert_eq!(sum(&dropped), (71, 71, 71 * 1_014));
    assert_eq!((dropped[0].cause, dropped[0].first, dropped[0].last), (Cause::DeadLetters, at(0), at(70)));
}
