//! Expected contents of a spool: required, allowed and forbidden batches.

use std::collections::BTreeSet;
use std::path::Path;

use spool::{Limits, Spool};

use crate::program::{DESTINATIONS, Event, batch, number};

/// Known batches, by number.
#[derive(Debug, Default, Clone)]
pub(crate) struct Oracle {
    /// Acknowledged and not offered since: these must arrive.
    pub(crate) certain: BTreeSet<u64>,
    /// Being pushed, or being removed, when the program ended: these may arrive.
    pub(crate) possible: BTreeSet<u64>,
    /// The number of the next batch.
    pub(crate) next: u64,
}

/// Contents of a spool.
#[derive(Debug)]
pub(crate) struct Held {
    /// The numbers in the order in which they came, by destination.
    pub(crate) numbers: Vec<u64>,
    /// Number of batches counted as dropped.
    pub(crate) dropped: u64,
}

impl Oracle {
    /// Follows a program whose spool is sound. It offers only batches that may be there, and passes none over.
    pub(crate) fn follow(&mut self, event: Event) {
        match event {
            Event::Opened | Event::Refused(_) => {}
            Event::Pushing(number) => {
                self.possible.insert(number);
                self.next = self.next.max(number + 1);
            }
            Event::Pushed(number) => {
                assert!(self.possible.remove(&number));
                self.certain.insert(number);
            }
            Event::Offered(number) => self.offered(number),
            Event::Removed(number) => assert!(self.possible.remove(&number)),
        }
    }

    /// As [`Oracle::follow`], where a removal may only be remembered, and be forgotten when the program ends.
    pub(crate) fn follow_on_full_disk(&mut self, event: Event) {
        if !matches!(event, Event::Removed(_)) {
            self.follow(event);
        }
    }

    /// Checks that an offered batch was pushed, and that no batch before it was passed over.
    fn offered(&mut self, number: u64) {
        let destination = batch(number).0;
        let passed_over = self.certain.range(..number).find(|older| batch(**older).0 == destination);
        assert_eq!(passed_over, None, "batch {number} is offered before an older one");
        let is_known = self.certain.remove(&number) || self.possible.contains(&number);
        assert!(is_known, "batch {number} is offered, but was never pushed or is long removed");
        self.possible.insert(number);
    }

    /// Takes everything from a sound spool: all required batches, in order, and no forbidden one.
    pub(crate) fn check(&mut self, path: &Path) {
        let held = drain(path);
        held.numbers.iter().for_each(|number| self.offered(*number));
        assert!(self.certain.is_empty(), "lost: {:?}", self.certain);
        assert_eq!(held.dropped, 0, "nothing was dropped");
        self.possible.clear();
    }
}

/// Takes everything from a spool. Each batch must equal the pushed one.
pub(crate) fn drain(path: &Path) -> Held {
    let mut spool = Spool::open(path, Limits::default()).expect("a start always succeeds");
    let mut names: BTreeSet<_> = DESTINATIONS.iter().map(ToString::to_string).collect();
    names.extend(spool.destinations().unwrap_or_default());
    let mut numbers = Vec::new();
    for name in names {
        while let Some(found) = spool.oldest(&name).expect("what is damaged is left out") {
            numbers.push(number(&name, &found));
            spool.remove(&[found.id]).expect("what was delivered is removed");
        }
    }
    let dropped = spool.dropped().expect("counts that can be read");
    let at = jiff::Timestamp::UNIX_EPOCH;
    let entry = spool::Entry { destination: "later", payload: b"new", records: 1, first: at, last: at };
    assert!(spool.push(&[entry], at).expect("a spool that works").dropped.is_empty());
    let new = spool.oldest("later").unwrap().expect("what was pushed");
    assert_eq!(new.payload, b"new");
    spool.remove(&[new.id]).unwrap();
    Held { numbers, dropped: dropped.iter().map(|dropped| dropped.batches).sum() }
}
