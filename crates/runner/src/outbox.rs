//! The way out of a program: its stores, the spool in front of them, and the counts of records.

use fault::{Fault as _, Kind};
use record::{Batch, Record as _, Refused, Schema};
use sink::{Error, Sink, Written};
use sink_router::{Store, StoreRouter};
use spool::Dropped;

use crate::report::Report;
use crate::spooling::Spooling;
use crate::tally::Tally;
use crate::{Failure, Stage};

/// The way out of a program: its stores, the spool in front of them, and the counts of records.
///
/// It decides nothing: jobs and devices have different patience.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) router: StoreRouter,
    pub(crate) spooling: Spooling,
    pub(crate) tally: Tally,
}

impl Outbox {
    pub(crate) fn new(router: StoreRouter, spooling: Spooling) -> Self {
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

    /// Writes a batch, once. Rows that the store rejects are buried, be it all of the batch: no later attempt would
    /// fare better, and they must not stand in the way of others.
    pub(crate) async fn write(&self, store: &impl Sink, batch: &Batch<'_>) -> Result<(), Error> {
        match store.write(batch).await {
            Ok(Written { refused }) => self.count(store.name(), batch, &refused).await,
            Err(error) if error.kind() == Kind::Rejected => {
                let reason = fault::chain(&error);
                let refuse = |row| Refused { row, reason: reason.clone() };
                let refused: Vec<_> = (0..batch.len()).map(refuse).collect();
                self.count(store.name(), batch, &refused).await;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Puts a batch into the spool: it is durable when this returns. Records that were dropped for it are counted.
    pub(crate) async fn spool(&self, store: &str, batch: &Batch<'_>) -> Result<Vec<Dropped>, String> {
        let dropped = self.spooling.push(store, batch).await?;
        self.dropped(&dropped);
        Ok(dropped)
    }

    /// Counts records that the spool dropped.
    pub(crate) fn dropped(&self, dropped: &[Dropped]) {
        for gone in dropped {
            let count = usize::try_from(gone.records).unwrap_or(usize::MAX);
            self.tally.dropped(&gone.destination, count);
        }
    }

    /// Buries invalid rows, which no store is offered.
    pub(crate) async fn bury_invalid(&self, batch: &Batch<'_>, refused: &[Refused]) {
        self.bury("any store", batch, refused).await;
    }

    async fn count(&self, store: &str, batch: &Batch<'_>, refused: &[Refused]) {
        // A report is no record of the source.
        if batch.schema() != Report::schema() {
            self.tally.stored(store, batch.len().saturating_sub(refused.len()));
        }
        if !refused.is_empty() {
            self.bury(store, batch, refused).await;
        }
    }

    async fn bury(&self, store: &str, batch: &Batch<'_>, refused: &[Refused]) {
        self.spooling.bury(store, batch, refused).await;
        let reason =
            refused.first().map(|refused| format!("{store}: {}", refused.reason)).unwrap_or_default();
        self.tally.refused(store, refused.len(), reason);
    }
}

/// `1 record`, `5 records`.
pub(crate) fn records(count: usize) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{count} records") }
}
