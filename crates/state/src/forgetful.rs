//! State in memory, where there is no durable place.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use crate::statement::Change;

/// State in memory.
#[derive(Debug)]
pub(crate) struct Forgetful {
    reason: String,
    has_warned: Cell<bool>,
    values: RefCell<HashMap<String, String>>,
}

impl Forgetful {
    pub(crate) fn new(reason: &str) -> Self {
        Self { reason: reason.to_owned(), has_warned: Cell::new(false), values: RefCell::default() }
    }

    pub(crate) fn get(&self, key: &str) -> Option<String> {
        self.warn_once();
        self.values.borrow().get(key).cloned()
    }

    pub(crate) fn all(&self, beginning: &str) -> Vec<(String, String)> {
        self.warn_once();
        let values = self.values.borrow();
        let mut found: Vec<_> = values
            .iter()
            .filter(|(key, _)| key.starts_with(beginning))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        found.sort();
        found
    }

    /// Makes a change. Returns whether its condition held.
    pub(crate) fn change(&self, key: &str, change: Change<'_>) -> bool {
        self.warn_once();
        let mut values = self.values.borrow_mut();
        let kept = values.get(key).map(String::as_str);
        let (is_met, new) = match change {
            Change::Set(value) => (true, Some(value)),
            Change::Remove => (true, None),
            Change::Add(value) => (kept.is_none(), Some(value)),
            Change::Replace { expected, value } => (kept == Some(expected), Some(value)),
            Change::Take { expected } => (kept == Some(expected), None),
        };
        match (is_met, new) {
            (false, _) => {}
            (true, Some(value)) => drop(values.insert(key.to_owned(), value.to_owned())),
            (true, None) => drop(values.remove(key)),
        }
        is_met
    }

    /// Once, and only by a program that has something to remember.
    fn warn_once(&self) {
        if !self.has_warned.replace(true) {
            tracing::warn!(reason = self.reason, "what this run learns is forgotten when it ends");
        }
    }
}
