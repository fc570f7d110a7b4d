//! What leaves a program: its stores, the spool in front of them, and the count of what became of records.

use fault::{Fault as _, Kind};
use record::{Batch, Record as _, Refused, Schema};
use sink::{Error, Sink, Written};
use sink_router::{Router, Store};
use spool::Dropped;

use crate::report::Report;
use crate::spooling::Spooling;
use crate::tally::Tally;
use crate::{Failure, Stage};

/// What leaves a program: its stores, the spool in front of them, and the count of what became of records.
///
/// It tries once and decides nothing: jobs and devices have different patience.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) router: Router,
    pub(crate) spooling: Spooling,
    pub(crate) tally: Tally,
}

impl Outbox {
    pub(crate) fn new(router: Router, spooling: Spooling) -> Self {
        Self { router, spooling, tally: Tally::default() }
    }

    /// The stores that records of this schema go to.
    pub(crate) fn stores_for(&self, schema: &Schema) -> Result<Vec<&Store>, Failure> {
        let stores: Vec<_> = self.router.stores_for(schema).collect();
        if stores.is_empty() {
            let message = format!("no store of SINK can hold the table `{}`", schema.name);
            return Err(Failure::new(Stage::Load, Kind::Configuration, message));
        }
        Ok(stores)
    }

    /// Writes a batch, once. What the store will never take is buried, be it all of the batch: no later attempt would
    /// fare better, and it must not stand in the way of others.
    pub(crate) async fn write(&self, store: &impl Sink, batch: &Batch<'_>) -> Result<(), Error> {
        match store.write(batch).await {
            Ok(Written { refused }) => self.count(store.name(), batch, &refused),
            Err(error) if error.kind() == Kind::Rejected => {
                let reason = fault::chain(&error);
                let refuse = |row| Refused { row, reason: reason.clone() };
                self.count(store.name(), batch, &(0..batch.len()).map(refuse).collect::<Vec<_>>());
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Puts a batch into the spool: it is on the disk when this returns. What had to go for it is counted.
    pub(crate) fn spool(&self, store: &str, batch: &Batch<'_>) -> Result<Vec<Dropped>, String> {
        let dropped = self.spooling.push(store, batch)?;
        self.dropped(&dropped);
        Ok(dropped)
    }

    /// Counts what the spool gave up.
    pub(crate) fn dropped(&self, dropped: &[Dropped]) {
        for gone in dropped {
            let count = usize::try_from(gone.records).unwrap_or(usize::MAX);
            self.tally.dropped(&gone.destination, count);
        }
    }

    /// Buries what no store can hold, and returns the rest.
    pub(crate) fn without_impossible<'a>(&self, batch: &Batch<'a>) -> Batch<'a> {
        self.without(batch, &batch.refused())
    }

    /// Buries some rows, and returns the rest.
    pub(crate) fn without<'a>(&self, batch: &Batch<'a>, refused: &[Refused]) -> Batch<'a> {
        if refused.is_empty() {
            return batch.clone();
        }
        self.bury("any store", batch, refused);
        batch.filter(|row| refused.iter().all(|refused| refused.row != row))
    }

    fn count(&self, store: &str, batch: &Batch<'_>, refused: &[Refused]) {
        // A report is no record of the source.
        if batch.schema() != Report::schema() {
            self.tally.stored(store, batch.len().saturating_sub(refused.len()));
        }
        if !refused.is_empty() {
            self.bury(store, batch, refused);
        }
    }

    fn bury(&self, store: &str, batch: &Batch<'_>, refused: &[Refused]) {
        self.spooling.bury(store, batch, refused);
        let reason =
            refused.first().map(|refused| format!("{store}: {}", refused.reason)).unwrap_or_default();
        self.tally.refused(store, refused.len(), reason);
    }
}

/// `1 record`, `5 records`.
pub(crate) fn records(count: usize) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{count} records") }
}
