//! Several programs on one file, while it is damaged or goes away.

use std::fs;
use std::sync::Barrier;

use crate::damage::set_aside;
use crate::{count, drain, folder, open, push};

const PROGRAMS: u64 = 6;

#[test]
fn programs_that_find_one_damaged_file_set_it_aside_once() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    fs::write(&path, "damaged ".repeat(1000)).unwrap();
    let start = Barrier::new(PROGRAMS.try_into().unwrap());
    std::thread::scope(|scope| {
        for _ in 0..PROGRAMS {
            scope.spawn(|| {
                start.wait();
                push(&mut open(&path), "a", b"1", 1);
            });
        }
    });
    assert_eq!(set_aside(&path).len(), 1);
    assert_eq!(count(&open(&path), "a"), PROGRAMS);
}

#[test]
fn a_program_goes_on_in_the_file_that_another_put_there() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    let mut first = open(&path);
    push(&mut first, "a", b"1", 1);
    let old = first.oldest("a").unwrap().unwrap().id;
    // As another program does it that finds the file damaged.
    for suffix in ["-wal", "-shm", ""] {
        let name = |name: &str| folder.path().join(format!("{name}{suffix}"));
        fs::rename(name("spool.db"), name("spool.db.salvage")).unwrap();
    }
    let mut second = open(&path);
    assert_eq!(count(&second, "a"), 1, "it brings over what was in the log");
    push(&mut second, "a", b"2", 2);
    push(&mut first, "a", b"3", 3);
    first.remove(&[old]).unwrap();
    assert_eq!(drain(&mut second, "a"), [b"1", b"2", b"3"]);
}

#[test]
fn a_file_that_is_removed_under_a_program_is_made_anew() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    let mut spool = open(&path);
    push(&mut spool, "a", b"1", 1);
    for suffix in ["", "-wal", "-shm"] {
        fs::remove_file(folder.path().join(format!("spool.db{suffix}"))).unwrap();
    }
    push(&mut spool, "a", b"2", 2);
    assert_eq!(drain(&mut open(&path), "a"), [b"2"]);
}
