//! Brings records to their stores, and keeps what a store does not take now.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use fault::{Fault, Kind, Retry};
use record::{Batch, Record as _, Refused};
use sink::{Error, Sink, Written};
use sink_router::{Router, Store};

use crate::interrupt::Interrupt;
use crate::report::Report;
use crate::spooling::Spooling;
use crate::{Failure, Stage};

/// How long a store may take for the report of a run that is over.
const REPORT_TIMEOUT: Duration = Duration::from_secs(3);

/// Brings records to their stores.
///
/// What a store does not take now goes to the spool and is delivered before anything newer, by this run or a later
/// one. What a store will never take goes to the dead letters.
#[derive(Debug)]
pub(crate) struct Delivery {
    router: Router,
    spooling: Spooling,
    retry: Retry,
    interrupt: Interrupt,
    stored: Cell<usize>,
    refused: RefCell<Refusals>,
}

#[derive(Debug, Default)]
struct Refusals {
    count: usize,
    reason: String,
}

/// Why a store did not take a batch.
enum Undelivered {
    Failed(Error),
    Ended(Failure),
    Spool(spool::Error),
}

impl Delivery {
    pub(crate) fn new(router: Router, spooling: Spooling, retry: Retry, interrupt: Interrupt) -> Self {
        let (stored, refused) = (Cell::new(0), RefCell::default());
        Self { router, spooling, retry, interrupt, stored, refused }
    }

    pub(crate) fn router(&self) -> &Router {
        &self.router
    }

    /// How many records were stored, those of earlier runs included.
    pub(crate) fn stored(&self) -> usize {
        self.stored.get()
    }

    /// How many records were refused for good.
    pub(crate) fn refused(&self) -> usize {
        self.refused.borrow().count
    }

    /// How many records of this run wait in the spool.
    pub(crate) fn spooled(&self) -> usize {
        self.spooling.spooled()
    }

    /// Delivers what earlier runs left, as far as the stores take it now. A store that is still away is no failure of
    /// this run yet; a record that is refused is.
    pub(crate) async fn deliver_earlier(&self) -> Result<(), Failure> {
        for store in self.router.stores().filter(|store| self.spooling.is_waiting(store.name())) {
            let Some(_guard) = self.spooling.lock().await else { continue };
            if let Err(undelivered) = self.drain(store, &Retry::never()).await {
                let error = undelivered.failure().to_string();
                tracing::warn!(error, "records of earlier runs still wait in the spool");
            }
        }
        self.refusals_since(0)
    }

    /// Stores a batch, or keeps it for a later run and says so.
    pub(crate) async fn load(&self, batch: &Batch<'_>) -> Result<(), Failure> {
        let refused_before = self.refused();
        let batch = self.without_impossible(batch);
        let stores: Vec<_> = self.router.stores_for(batch.schema()).collect();
        if stores.is_empty() {
            let message = format!("no store of SINK can hold the table `{}`", batch.schema().name);
            return Err(Failure::new(Stage::Load, Kind::Configuration, message));
        }
        let mut failures = Vec::new();
        for store in stores {
            failures.extend(self.deliver(store, &batch).await.err());
        }
        failures.extend(self.refusals_since(refused_before).err());
        Failure::all(failures).map_or(Ok(()), Err)
    }

    /// Stores the report of a run that is over: without patience, and whether or not the run was told to end.
    pub(crate) async fn report(&self, batch: &Batch<'_>) {
        for store in self.router.stores_for(batch.schema()) {
            let is_first = !self.spooling.is_waiting(store.name());
            let write = tokio::time::timeout(REPORT_TIMEOUT, store.write(batch));
            if is_first && matches!(write.await, Ok(Ok(_))) {
                continue;
            }
            if let Err(error) = self.spooling.push_unseen(store.name(), batch) {
                tracing::warn!(error, "the run report is only in this log");
            }
        }
    }

    async fn deliver(&self, store: &Store, batch: &Batch<'_>) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        // Older records go first, or a forecast of yesterday would overwrite the one of today.
        if self.spooling.is_waiting(store.name()) {
            return self.deliver_in_order(store, batch).await;
        }
        match self.write(store, batch, &self.retry).await {
            Ok(()) => Ok(()),
            Err(undelivered) => Err(self.keep(store, batch, undelivered.failure())),
        }
    }

    async fn deliver_in_order(&self, store: &Store, batch: &Batch<'_>) -> Result<(), Failure> {
        self.spooling.push(store.name(), batch).map_err(|error| {
            let message = format!("{} could not be kept: {error}", records(batch.len()));
            Failure::new(Stage::Load, Kind::Temporary, message)
        })?;
        let drained = match self.spooling.lock().await {
            Some(_guard) => self.drain(store, &self.retry).await.map_err(Undelivered::failure),
            None => Err(Failure::new(Stage::Load, Kind::Temporary, "another run is delivering the spool")),
        };
        drained.map_err(|failure| failure.adding(&self.kept(batch)))
    }

    /// Delivers what waits for a store, oldest first.
    async fn drain(&self, store: &Store, retry: &Retry) -> Result<(), Undelivered> {
        while let Some(waiting) = self.spooling.oldest(store.name()).map_err(Undelivered::Spool)? {
            match &waiting.batch {
                Ok(kept) => self.write(store, &kept.batch(), retry).await?,
                Err(error) => {
                    tracing::error!(error, "what waits in the spool is not a batch; it is left out");
                }
            }
            self.spooling.remove(&waiting).map_err(Undelivered::Spool)?;
        }
        Ok(())
    }

    async fn write(&self, store: &Store, batch: &Batch<'_>, retry: &Retry) -> Result<(), Undelivered> {
        let written = tokio::select! {
            biased;
            reason = self.interrupt.raised() => return Err(Undelivered::Ended(Failure::ended(Stage::Load, reason))),
            written = retry.run(async || store.write(batch).await) => written,
        };
        match written {
            Ok(Written { refused }) => self.count(store.name(), batch, &refused),
            // No later run would fare better, so the batch must not stand in the way of others.
            Err(error) if error.kind() == Kind::Rejected => {
                let reason = fault::chain(&error);
                let refused: Vec<_> =
                    (0..batch.len()).map(|row| Refused { row, reason: reason.clone() }).collect();
                self.count(store.name(), batch, &refused);
            }
            Err(error) => return Err(Undelivered::Failed(error)),
        }
        Ok(())
    }

    /// Puts a batch into the spool; the failure then says where it is, or that it is lost.
    fn keep(&self, store: &Store, batch: &Batch<'_>, failure: Failure) -> Failure {
        match self.spooling.push(store.name(), batch) {
            Ok(()) => failure.adding(&self.kept(batch)),
            Err(error) => failure.adding(&format!("{} could not be kept: {error}", records(batch.len()))),
        }
    }

    fn kept(&self, batch: &Batch<'_>) -> String {
        let waits = if batch.len() == 1 { "waits" } else { "wait" };
        format!("{} {waits} in {} for the next run", records(batch.len()), self.spooling.path())
    }

    /// Buries what no store can hold, and returns the rest.
    fn without_impossible<'a>(&self, batch: &Batch<'a>) -> Batch<'a> {
        let refused = batch.refused();
        if refused.is_empty() {
            return batch.clone();
        }
        self.bury("any store", batch, &refused);
        batch.filter(|row| refused.iter().all(|refused| refused.row != row))
    }

    fn count(&self, store: &str, batch: &Batch<'_>, refused: &[Refused]) {
        // The report of an earlier run is no record of the source.
        if batch.schema() != Report::schema() {
            self.stored.set(self.stored.get() + batch.len().saturating_sub(refused.len()));
        }
        if !refused.is_empty() {
            self.bury(store, batch, refused);
        }
    }

    fn bury(&self, store: &str, batch: &Batch<'_>, refused: &[Refused]) {
        self.spooling.bury(store, batch, refused);
        let reason =
            refused.first().map(|refused| format!("{store}: {}", refused.reason)).unwrap_or_default();
        let mut refusals = self.refused.borrow_mut();
        refusals.count += refused.len();
        refusals.reason = reason;
    }

    fn refusals_since(&self, before: usize) -> Result<(), Failure> {
        let refusals = self.refused.borrow();
        match refusals.count.saturating_sub(before) {
            0 => Ok(()),
            count => {
                let (records, path) = (records(count), self.spooling.path());
                let message =
                    format!("{records} refused: {}; see the dead letters in {path}", refusals.reason);
                Err(Failure::new(Stage::Load, Kind::Rejected, message))
            }
        }
    }
}

impl Undelivered {
    fn failure(self) -> Failure {
        match self {
            Self::Failed(error) => Failure::of(Stage::Load, &error),
            Self::Spool(error) => Failure::of(Stage::Load, &error),
            Self::Ended(failure) => failure,
        }
    }
}

fn records(count: usize) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{count} records") }
}
