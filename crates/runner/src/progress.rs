//! Progress of a run.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use record::Schema;

use crate::{Failure, Stage};

/// Progress of a run.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    stage: Cell<Option<Stage>>,
    rows: Cell<usize>,
    items: Cell<Option<(usize, usize)>>,
    windows: Cell<Option<(usize, usize)>>,
    names: RefCell<BTreeSet<RecordName>>,
    failures: RefCell<Vec<Failure>>,
}

/// The name of a measurement or table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecordName {
    pub(crate) name: String,
    pub(crate) is_measurement: bool,
}

impl Progress {
    /// Notes that the run is at a stage now.
    pub(crate) fn enter(&self, stage: Stage) {
        self.stage.set(Some(stage));
    }

    /// Notes that so many records came to the load stage.
    pub(crate) fn count(&self, rows: usize) {
        self.rows.set(self.rows.get() + rows);
    }

    /// Notes the measurement or table of records that came to the load stage.
    pub(crate) fn name(&self, schema: &Schema) {
        let (name, is_measurement) = (schema.name.to_string(), schema.is_measurement());
        self.names.borrow_mut().insert(RecordName { name, is_measurement });
    }

    /// Measurements and tables of the records that came to the load stage.
    pub(crate) fn names(&self) -> Vec<RecordName> {
        self.names.borrow().iter().cloned().collect()
    }

    /// Notes the number of the current item, of so many.
    pub(crate) fn item(&self, number: usize, of: usize) {
        self.items.set((of > 1).then_some((number, of)));
    }

    /// Notes the number of the current part of the past, of so many.
    pub(crate) fn window(&self, number: usize, of: usize) {
        self.windows.set(Some((number, of)));
    }

    /// Part of the past and item that the run is at, as in `, window 3 of 12, item 1 of 2`; empty where it has neither.
    pub(crate) fn position(&self) -> String {
        let text = |what, counts: Option<(usize, usize)>| {
            counts.map_or_else(String::new, |(number, of)| format!(", {what} {number} of {of}"))
        };
        text("window", self.windows.get()) + &text("item", self.items.get())
    }

    /// The stage the run is at.
    pub(crate) fn stage(&self) -> Stage {
        self.stage.get().unwrap_or(Stage::Configure)
    }

    /// Number of records that came to the load stage.
    pub(crate) fn rows(&self) -> usize {
        self.rows.get()
    }

    /// Notes a failure that does not end the run now.
    pub(crate) fn fail_later(&self, failures: impl IntoIterator<Item = Failure>) {
        self.failures.borrow_mut().extend(failures);
    }

    /// Takes the failures noted until now.
    pub(crate) fn take_failures(&self) -> Vec<Failure> {
        self.failures.take()
    }

    /// Result of the run: its own, and the failures on the way.
    pub(crate) fn result(&self, own: Result<(), Failure>) -> Result<(), Failure> {
        let mut failures = self.failures.take();
        failures.extend(own.err());
        Failure::all(failures).map_or(Ok(()), Err)
    }
}
