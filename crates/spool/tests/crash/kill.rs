//! Programs that are killed at any time: no batch is lost, without exception.

use std::collections::BTreeSet;
use std::process::Child;
use std::time::{Duration, Instant};

use crate::chance::{Chance, rounds};
use crate::folder;
use crate::oracle::{Oracle, drain};
use crate::program::{self, Event, Script};

/// Lets a program go on until it told of so many events, and a moment longer; kills it, and tells the rest.
pub(crate) fn kill(child: &mut Child, chance: &mut Chance, follow: &mut impl FnMut(Event)) {
    let mut events = program::events(child);
    events.by_ref().take(chance.index(120)).for_each(&mut *follow);
    let end = Instant::now() + Duration::from_micros(chance.below(2_000));
    while Instant::now() < end {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    events.for_each(follow);
    let status = child.wait().unwrap();
    assert!(status.code().is_none_or(|code| code == 0), "the program failed: {status}");
}

#[test]
fn nothing_is_lost_when_a_program_is_killed_again_and_again() {
    rounds(8, |chance| {
        let folder = folder();
        let path = folder.path().join("spool.db");
        let mut oracle = Oracle::default();
        for _ in 0..5 {
            let script = Script {
                path: &path,
                seed: chance.number(),
                first: oracle.next,
                steps: 1_000,
                delivers: true,
            };
            let mut child = program::start(&script);
            kill(&mut child, chance, &mut |event| oracle.follow(event));
        }
        oracle.check(&path);
    });
}

#[test]
fn nothing_is_lost_when_programs_that_push_at_once_are_killed() {
    rounds(6, |chance| {
        let folder = folder();
        let path = folder.path().join("new/spool.db");
        let mut children: Vec<_> = (0..3_u64)
            .map(|number| {
                let seed = chance.number();
                let first = number * 1_000_000;
                program::start(&Script { path: &path, seed, first, steps: 30, delivers: false })
            })
            .collect();
        let (mut pushed, mut pushing) = (BTreeSet::new(), BTreeSet::new());
        for child in &mut children {
            kill(child, chance, &mut |event| {
                match event {
                    Event::Pushing(number) => pushing.insert(number),
                    Event::Pushed(number) => pushed.insert(number),
                    _ => true,
                };
            });
        }
        let held: BTreeSet<_> = drain(&path).numbers.into_iter().collect();
        assert!(held.is_superset(&pushed), "lost: {:?}", pushed.difference(&held));
        assert!(held.is_subset(&pushing), "invented: {:?}", held.difference(&pushing));
    });
}
