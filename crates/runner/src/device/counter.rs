//! A program's own counters, which `/metrics` shows.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A number of the program's own on `/metrics`, such as messages that make no record. It only grows.
///
/// It is cheap to clone and to count with: a clone is the same counter.
#[derive(Debug, Clone, Default)]
pub struct Counter(Rc<Cell<u64>>);

/// Labels that distinguish counters of one name: names and values.
pub(crate) type Labels = Vec<(&'static str, String)>;

/// All counters of a program.
#[derive(Debug, Default)]
pub(crate) struct Counters(RefCell<BTreeMap<&'static str, Named>>);

/// The counters of one name.
#[derive(Debug, Default)]
pub(crate) struct Named {
    pub(crate) help: &'static str,
    pub(crate) counters: BTreeMap<Labels, Counter>,
}

impl Counter {
    /// Counts one.
    pub fn count(&self) {
        self.add(1);
    }

    /// Adds `more` to the count.
    pub fn add(&self, more: u64) {
        self.0.set(self.0.get().saturating_add(more));
    }

    /// The count.
    pub fn get(&self) -> u64 {
        self.0.get()
    }
}

impl Counters {
    /// The counter of that name and those labels. Asking twice gives the same one.
    pub(crate) fn counter(&self, name: &'static str, help: &'static str, labels: Labels) -> Counter {
        let mut all = self.0.borrow_mut();
        let named = all.entry(name).or_insert_with(|| Named { help, counters: BTreeMap::new() });
        named.counters.entry(labels).or_default().clone()
    }

    /// Shows each name with its counters.
    pub(crate) fn each(&self, mut show: impl FnMut(&'static str, &Named)) {
        for (name, named) in self.0.borrow().iter() {
            show(name, named);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_and_labels_are_the_same_counter() {
        let counters = Counters::default();
        let of =
            |outcome: &str| counters.counter("messages", "Messages.", vec![("outcome", outcome.to_owned())]);
        of("mapped").add(2);
        of("mapped").count();
        assert_eq!((of("mapped").get(), of("unmapped").get()), (3, 0));
    }
}
