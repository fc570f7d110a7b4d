//! The drain of the spool: its batches are delivered oldest first, by jobs and devices alike.

use std::time::Duration;

use fault::{Fault as _, Kind};
use record::Batch;
use sink::Error;

use crate::outbox::Outbox;
use crate::spool_backend::SpoolError;
use crate::{Failure, Stage};

/// The part of a drain in which jobs and devices differ: the write of a batch, and their patience.
pub(crate) trait Patience {
    /// The right to deliver one batch from the spool, held until it is removed.
    type Right;

    /// Takes the right to deliver one batch; `None` while another program has it.
    async fn right(&self) -> Option<Self::Right>;

    /// Writes one batch to the store.
    async fn write(&self, batch: &Batch<'_>) -> Result<(), Undelivered>;

    /// Acts on the outcome of one batch, such as by waiting after a failure. An error ends the drain.
    async fn after(&mut self, delivered: Result<(), Undelivered>) -> Result<(), Undelivered>;
}

/// Reason why a batch was not delivered.
pub(crate) enum Undelivered {
    /// The store did not take it.
    Store(Error),
    /// The program has to end.
    Ended(Failure),
    /// The spool cannot be used.
    Spool(SpoolError),
    /// Another program delivers from the spool.
    Busy,
}

impl Undelivered {
    /// The failure of a run that could not deliver.
    pub(crate) fn failure(self) -> Failure {
        match self {
            Self::Store(error) => Failure::of(Stage::Load, &error),
            Self::Ended(failure) => failure,
            Self::Spool(error) => Failure::of(Stage::Load, &error),
            Self::Busy => Failure::new(Stage::Load, Kind::Temporary, "another run is delivering the spool"),
        }
    }

    /// The pause that the store asked for.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Store(error) => error.retry_after(),
            Self::Ended(_) | Self::Spool(_) | Self::Busy => None,
        }
    }
}

impl From<SpoolError> for Undelivered {
    fn from(error: SpoolError) -> Self {
        Self::Spool(error)
    }
}

impl Outbox {
    /// Delivers the batches in the spool to a store, oldest first, until none is left or `patience` ends it.
    pub(crate) async fn drain(&self, store: &str, patience: &mut impl Patience) -> Result<(), Undelivered> {
        loop {
            match self.deliver_oldest(store, patience).await {
                Ok(false) => return Ok(()),
                Ok(true) => patience.after(Ok(())).await?,
                Err(undelivered) => patience.after(Err(undelivered)).await?,
            }
        }
    }

    /// Delivers the batch that has waited longest for a store, and removes it once it is written. Returns whether
    /// there was one.
    async fn deliver_oldest(&self, store: &str, patience: &impl Patience) -> Result<bool, Undelivered> {
        let Some(_right) = patience.right().await else { return Err(Undelivered::Busy) };
        let Some(oldest) = self.spooling.oldest(store).await? else { return Ok(false) };
        match &oldest.batch {
            Ok(batch) => patience.write(&batch.batch()).await?,
            Err(error) => tracing::error!(error, store, "an unreadable batch in the spool is left out"),
        }
        self.spooling.remove(&oldest).await?;
        Ok(true)
    }
}
