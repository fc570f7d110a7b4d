//! The delivery of a run that ends: to the stores, or into the spool while they are away.

use std::time::Duration;

use fault::{Kind, Retry};
use record::Batch;
use sink::Sink as _;
use sink_router::Store;
use spool::Dropped;

use crate::drain::{Patience, Undelivered};
use crate::interrupt::Interrupt;
use crate::outbox::{Outbox, records};
use crate::{Failure, Stage};

/// Time limit of a store for the report of a run that is over.
const REPORT_TIMEOUT: Duration = Duration::from_secs(3);

/// Brings the records of a run to their stores.
///
/// While a store is away its records go to the spool, and are delivered before anything newer, by this run or a later
/// one. Records that it rejects go to the dead letters.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) outbox: Outbox,
    retry: Retry,
    interrupt: Interrupt,
}

/// The patience of a run with a store: a failure ends the drain. The run has the right to deliver for all of it.
struct RunPatience<'a> {
    delivery: &'a Delivery,
    store: &'a Store,
    retry: &'a Retry,
}

impl Delivery {
    pub(crate) fn new(outbox: Outbox, retry: Retry, interrupt: Interrupt) -> Self {
        Self { outbox, retry, interrupt }
    }

    /// Number of this run's records in the spool.
    pub(crate) fn spooled(&self) -> usize {
        self.outbox.spooling.spooled()
    }

    /// Delivers the batches that earlier runs left, as far as the stores take them now. A store that is still away is
    /// no failure of this run yet; a record that is refused is.
    pub(crate) async fn deliver_earlier(&self) -> Result<(), Failure> {
        let spooling = &self.outbox.spooling;
        spooling.load().await;
        let expired = spooling.expire().await;
        self.outbox.dropped(&expired);
        log_dropped(&expired);
        for store in self.outbox.router.stores().filter(|store| spooling.is_waiting(store.name())) {
            match self.drain(store, &Retry::never()).await {
                // The other one delivers them.
                Ok(()) | Err(Undelivered::Busy) => {}
                Err(undelivered) => {
                    let error = undelivered.failure().to_string();
                    tracing::warn!(error, "records of earlier runs still wait in the spool");
                }
            }
        }
        self.refusals_since(0)
    }

    /// Stores valid records, or spools them for a later run and says so.
    pub(crate) async fn load(&self, batch: &Batch<'_>) -> Result<(), Failure> {
        let mut failures = Vec::new();
        for store in self.outbox.stores_for(batch.schema())? {
            failures.extend(self.deliver(store, batch).await.err());
        }
        Failure::all(failures).map_or(Ok(()), Err)
    }

    /// Stores the report of a finished run: without retries, also after a signal to stop.
    pub(crate) async fn report(&self, batch: &Batch<'_>) {
        for store in self.outbox.router.stores_for(batch.schema()) {
            let is_first = !self.outbox.spooling.is_waiting(store.name());
            let write = tokio::time::timeout(REPORT_TIMEOUT, store.write(batch));
            if is_first && matches!(write.await, Ok(Ok(_))) {
                continue;
            }
            self.spool_one_report(store, batch).await;
        }
    }

    /// Spools the report of a run that is over, where the store did not answer in time.
    pub(crate) async fn spool_report(&self, batch: &Batch<'_>) {
        for store in self.outbox.router.stores_for(batch.schema()) {
            self.spool_one_report(store, batch).await;
        }
    }

    async fn spool_one_report(&self, store: &Store, batch: &Batch<'_>) {
        let push = self.outbox.spooling.push_unseen(store.name(), batch);
        let error = match tokio::time::timeout(REPORT_TIMEOUT, push).await {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => error,
            Err(_) => format!("the spool did not take it within {} s", REPORT_TIMEOUT.as_secs()),
        };
        tracing::warn!(error, "the run report is only in this log");
    }

    async fn deliver(&self, store: &Store, batch: &Batch<'_>) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        // Older records go first, or a forecast of yesterday would overwrite the one of today.
        if self.outbox.spooling.is_waiting(store.name()) {
            return self.deliver_in_order(store, batch).await;
        }
        match self.write(store, batch, &self.retry).await {
            Ok(()) => Ok(()),
            Err(undelivered) => Err(self.spool(store, batch, undelivered.failure()).await),
        }
    }

    async fn deliver_in_order(&self, store: &Store, batch: &Batch<'_>) -> Result<(), Failure> {
        let dropped = self.outbox.spool(store.name(), batch).await.map_err(|error| {
            let message = format!("{} could not be kept: {error}", records(batch.len()));
            Failure::new(Stage::Load, Kind::Temporary, message)
        })?;
        let drained = self.drain(store, &self.retry).await;
        drained.map_err(|undelivered| undelivered.failure().adding(&self.spooled_message(batch, &dropped)))
    }

    /// Delivers the batches that wait for a store, with the right to do so.
    async fn drain(&self, store: &Store, retry: &Retry) -> Result<(), Undelivered> {
        let spooling = &self.outbox.spooling;
        let right = spooling.lock().await.ok_or(Undelivered::Busy)?;
        let drained =
            self.outbox.drain(store.name(), &mut RunPatience { delivery: self, store, retry }).await;
        spooling.release(right).await;
        drained
    }

    async fn write(&self, store: &Store, batch: &Batch<'_>, retry: &Retry) -> Result<(), Undelivered> {
        let written = tokio::select! {
            biased;
            reason = self.interrupt.raised() => return Err(Undelivered::Ended(Failure::ended(Stage::Load, reason))),
            written = retry.run(async || self.outbox.write(store, batch).await) => written,
        };
        written.map_err(Undelivered::Store)
    }

    /// Puts a batch into the spool; the failure then says where it is, or that it is lost.
    async fn spool(&self, store: &Store, batch: &Batch<'_>, failure: Failure) -> Failure {
        match self.outbox.spool(store.name(), batch).await {
            Ok(dropped) => failure.adding(&self.spooled_message(batch, &dropped)),
            Err(error) => failure.adding(&format!("{} could not be kept: {error}", records(batch.len()))),
        }
    }

    fn spooled_message(&self, batch: &Batch<'_>, dropped: &[Dropped]) -> String {
        let waits = if batch.len() == 1 { "waits" } else { "wait" };
        let message =
            format!("{} {waits} in {} for the next run", records(batch.len()), self.outbox.spooling.place());
        log_dropped(dropped);
        match dropped.iter().map(|gone| gone.records).sum::<u64>() {
            0 => message,
            gone => format!("{message}, which is full: {gone} records were dropped"),
        }
    }

    /// Number of records refused so far.
    pub(crate) fn refused(&self) -> usize {
        self.outbox.tally.total().refused
    }

    /// Fails if more than `before` records have been refused by now.
    pub(crate) fn refusals_since(&self, before: usize) -> Result<(), Failure> {
        let tally = &self.outbox.tally;
        match tally.total().refused.saturating_sub(before) {
            0 => Ok(()),
            count => {
                let (records, path) = (records(count), self.outbox.spooling.place());
                let message =
                    format!("{records} refused: {}; see the dead letters in {path}", tally.refusal());
                Err(Failure::new(Stage::Load, Kind::Rejected, message))
            }
        }
    }
}

fn log_dropped(dropped: &[Dropped]) {
    for gone in dropped {
        let (store, records, cause) = (gone.destination.as_str(), gone.records, gone.cause.name());
        tracing::error!(store, records, cause, from = %gone.first, to = %gone.last, "records were dropped");
    }
}

impl Patience for RunPatience<'_> {
    type Right = ();

    async fn right(&self) -> Option<()> {
        Some(())
    }

    async fn write(&self, batch: &Batch<'_>) -> Result<(), Undelivered> {
        self.delivery.write(self.store, batch, self.retry).await
    }

    async fn after(&mut self, delivered: Result<(), Undelivered>) -> Result<(), Undelivered> {
        delivered
    }
}
