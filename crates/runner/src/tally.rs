//! Numbers of stored, spooled and refused records, by store.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Numbers of stored, spooled and refused records, by store. They only grow.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    stores: RefCell<BTreeMap<String, Counts>>,
    refusal: RefCell<String>,
    retries: Cell<u64>,
}

/// Numbers of records of one store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) stored: usize,
    /// Refused for good.
    pub(crate) refused: usize,
    /// Given up by a limit of the spool.
    pub(crate) dropped: usize,
}

impl Tally {
    pub(crate) fn stored(&self, store: &str, records: usize) {
        self.change(store, |counts| counts.stored += records);
    }

    /// Notes refused records, and the reason of the last one.
    pub(crate) fn refused(&self, store: &str, records: usize, reason: String) {
        self.change(store, |counts| counts.refused += records);
        *self.refusal.borrow_mut() = reason;
    }

    pub(crate) fn dropped(&self, store: &str, records: usize) {
        self.change(store, |counts| counts.dropped += records);
    }

    /// Notes that a store was asked again.
    pub(crate) fn retried(&self) {
        self.retries.set(self.retries.get() + 1);
    }

    pub(crate) fn retries(&self) -> u64 {
        self.retries.get()
    }

    /// Reason of the last refusal.
    pub(crate) fn refusal(&self) -> String {
        self.refusal.borrow().clone()
    }

    /// All stores together.
    pub(crate) fn total(&self) -> Counts {
        self.stores.borrow().values().fold(Counts::default(), |all, one| Counts {
            stored: all.stored + one.stored,
            refused: all.refused + one.refused,
            dropped: all.dropped + one.dropped,
        })
    }

    /// Every store, by name.
    pub(crate) fn stores(&self) -> BTreeMap<String, Counts> {
        self.stores.borrow().clone()
    }

    /// One store.
    pub(crate) fn of(&self, store: &str) -> Counts {
        self.stores.borrow().get(store).copied().unwrap_or_default()
    }

    fn change(&self, store: &str, change: impl FnOnce(&mut Counts)) {
        let mut stores = self.stores.borrow_mut();
        match stores.get_mut(store) {
            Some(counts) => change(counts),
            None => change(stores.entry(store.to_owned()).or_default()),
        }
    }
}
