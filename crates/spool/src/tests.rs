//! A full disk, as far as SQLite can pretend to have one.

use jiff::Timestamp;
use tempfile::TempDir;

use crate::{Entry, Error, Limits, Spool};

fn entry(payload: &[u8]) -> Entry<'_> {
    let at = Timestamp::UNIX_EPOCH;
    Entry { destination: "a", payload, records: 1, first: at, last: at }
}

fn push(spool: &mut Spool, payload: &[u8]) -> Result<(), Error> {
    spool.push(&[entry(payload)], Timestamp::UNIX_EPOCH).map(|pushed| assert!(pushed.dropped.is_empty()))
}

/// Lets the file have no page more than it has.
fn fill_the_disk(spool: &Spool) {
    limit_pages(spool, 1);
}

fn limit_pages(spool: &Spool, pages: i64) {
    spool
        .read(|connection| connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())))
        .unwrap();
}

fn spool(folder: &TempDir) -> Spool {
    Spool::open(&folder.path().join("s.db"), Limits::default()).unwrap()
}

#[test]
fn a_full_disk_refuses_the_push_and_keeps_earlier_batches() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = spool(&folder);
    push(&mut spool, b"first").unwrap();
    fill_the_disk(&spool);
    let error = push(&mut spool, &vec![0; 50_000]).unwrap_err();
    assert!(matches!(error, Error::Database(embedded_db::Error::Disk { .. })), "{error:?}");
    assert_eq!(spool.oldest("a").unwrap().unwrap().payload, b"first");

    limit_pages(&spool, 1_000_000);
    push(&mut spool, b"second").unwrap();
    assert_eq!(spool.backlog("a").unwrap().batches, 2);
}
