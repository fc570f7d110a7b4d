//! A file gives its space back when a backlog was delivered.

use std::fs;

use crate::{at, drain, entry, folder, open, push};

#[test]
fn the_file_shrinks_while_a_backlog_is_delivered() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let length = || fs::metadata(&path).unwrap().len();
    let mut spool = open(&path);
    let payload = vec![b'x'; 20_000];
    for second in 0..60 {
        let group: Vec<_> = (0..20).map(|_| entry("a", &payload, second)).collect();
        assert!(spool.push(&group, at(second)).unwrap().dropped.is_empty());
    }
    drop(spool);
    let full = length();
    assert!(full > 24_000_000, "{full}");

    let mut spool = open(&path);
    for _ in 0..900 {
        let id = spool.oldest("a").unwrap().unwrap().id;
        spool.remove(&[id]).unwrap();
    }
    assert!(length() < full / 2, "a quarter is left of {full}, in {}", length());
    drain(&mut spool, "a");
    drop(spool);
    assert!(length() <= 2 << 20, "{}", length());
}

#[test]
fn remaining_batches_survive_the_shrinking() {
    let folder = folder();
    let mut spool = open(&folder.path().join("s.db"));
    let payload = |second: i64| vec![u8::try_from(second % 251).unwrap(); 30_000];
    for second in 0..300 {
        push(&mut spool, if second % 3 == 0 { "b" } else { "a" }, &payload(second), second);
    }
    assert_eq!(drain(&mut spool, "a").len(), 200);
    let kept: Vec<_> = (0..300).filter(|second| second % 3 == 0).map(payload).collect();
    assert_eq!(drain(&mut spool, "b"), kept);
}
