//! Records in the spool of a program, and its dead letters.

use std::cell::Cell;
use std::time::Duration;

use fault::Backoff;
use record::{Batch, OwnedBatch, Refused, Timestamp, Value};
use spool::{Backlog, DeadLetter, Dropped, Entry};

use crate::letter;
use crate::spool_backend::{DeliveryRight, SpoolBackend, SpoolError, StoredBatchId};

/// The pauses of a run that has to wait for another.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// Longest time that it waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// The spool of a program.
#[derive(Debug)]
pub(crate) struct Spooling {
    backend: SpoolBackend,
    spooled: Cell<usize>,
    is_unreadable_logged: Cell<bool>,
}

/// A batch that waits for its store.
pub(crate) struct SpooledBatch {
    id: StoredBatchId,
    /// The batch, or the reason why the bytes are none.
    pub(crate) batch: Result<OwnedBatch, String>,
}

impl Spooling {
    pub(crate) fn new(backend: SpoolBackend) -> Self {
        Self { backend, spooled: Cell::new(0), is_unreadable_logged: Cell::new(false) }
    }

    /// Its place, for people.
    pub(crate) fn place(&self) -> String {
        self.backend.place()
    }

    pub(crate) fn backend(&self) -> &SpoolBackend {
        &self.backend
    }

    /// Number of records that this run put into it and did not deliver.
    pub(crate) fn spooled(&self) -> usize {
        self.spooled.get()
    }

    /// Lists the backlog, where that takes a network. Until then, and after a failure, it counts as empty.
    pub(crate) async fn load(&self) {
        if let Err(error) = self.backend.load().await {
            self.log_unreadable(&error);
        }
    }

    /// Whether something waits for a store.
    pub(crate) fn is_waiting(&self, store: &str) -> bool {
        !self.waiting(store).is_empty()
    }

    /// The backlog of a store. A spool that cannot be read holds nothing that can be delivered.
    pub(crate) fn waiting(&self, store: &str) -> Backlog {
        self.backend.backlog(store).unwrap_or_else(|error| {
            self.log_unreadable(&error);
            Backlog::default()
        })
    }

    /// Keeps a batch until its store takes it. It is durable when this returns, unless it is among those that were
    /// dropped.
    pub(crate) async fn push(&self, store: &str, batch: &Batch<'_>) -> Result<Vec<Dropped>, String> {
        let dropped = self.push_unseen(store, batch).await?;
        self.spooled.set(self.spooled.get() + batch.len());
        Ok(dropped)
    }

    /// As [`Spooling::push`], without being counted: for the report that holds the count.
    pub(crate) async fn push_unseen(&self, store: &str, batch: &Batch<'_>) -> Result<Vec<Dropped>, String> {
        let payload = batch.to_bytes().map_err(|error| fault::chain(&error))?;
        let now = Timestamp::now();
        let (first, last) = times(batch).unwrap_or((now, now));
        let records = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        let entry = Entry { destination: store, payload: &payload, records, first, last };
        self.backend.push(entry, now).await.map_err(|error| fault::chain(&error))
    }

    /// The batch that has waited longest for a store.
    pub(crate) async fn oldest(&self, store: &str) -> Result<Option<SpooledBatch>, SpoolError> {
        let oldest = self.backend.oldest(store).await?;
        Ok(oldest.map(|stored| SpooledBatch {
            id: stored.id,
            batch: OwnedBatch::from_bytes(&stored.payload).map_err(|error| fault::chain(&error)),
        }))
    }

    /// Removes a batch that was delivered.
    pub(crate) async fn remove(&self, delivered: &SpooledBatch) -> Result<(), SpoolError> {
        let rows = delivered.batch.as_ref().map_or(0, OwnedBatch::len);
        self.backend.remove(&delivered.id).await?;
        self.spooled.set(self.spooled.get().saturating_sub(rows));
        Ok(())
    }

    /// The damaged batches since the spool was made, by store.
    pub(crate) fn damaged(&self) -> Vec<Dropped> {
        self.backend.damaged()
    }

    /// Drops batches that have waited for too long, where there is such a limit.
    pub(crate) async fn expire(&self) -> Vec<Dropped> {
        self.backend.expire().await.unwrap_or_else(|error| {
            tracing::warn!(error = fault::chain(&error), "batches that are too old are still in the spool");
            Vec::new()
        })
    }

    /// Puts records that a store rejects into the dead letters, where a person finds them.
    pub(crate) async fn bury(&self, store: &str, batch: &Batch<'_>, refused: &[Refused]) {
        let at = Timestamp::now();
        let letter = |refused: &Refused| DeadLetter {
            destination: store.to_owned(),
            record: letter::text(batch, refused.row),
            reason: refused.reason.clone(),
            at,
        };
        let letters: Vec<_> = refused.iter().map(letter).collect();
        if let Err(error) = self.backend.bury(&letters).await {
            log_lost(&letters, &error);
        }
    }

    /// Puts text that is no record into the dead letters of a device, whose spool is a file.
    pub(crate) fn bury_text(&self, from: &str, text: &str, reason: &str) {
        let (destination, record, reason) = (from.to_owned(), text.to_owned(), reason.to_owned());
        let letters = [DeadLetter { destination, record, reason, at: Timestamp::now() }];
        if let SpoolBackend::File(file) = &self.backend
            && let Err(error) = file.open(|spool| spool.bury(&letters))
        {
            log_lost(&letters, &error.into());
        }
    }

    /// Every dead letter, oldest first.
    pub(crate) async fn dead_letters(&self) -> Result<Vec<DeadLetter>, SpoolError> {
        self.backend.dead_letters().await
    }

    /// Puts other letters in the place of one.
    pub(crate) async fn replace_letter(
        &self,
        letter: &DeadLetter,
        others: &[DeadLetter],
    ) -> Result<(), SpoolError> {
        self.backend.replace_letter(letter, others).await
    }

    /// Keeps other runs from delivering at the same time; `None` while another run does, and goes on doing so.
    pub(crate) async fn lock(&self) -> Option<DeliveryRight> {
        let patience = tokio::time::Instant::now() + PATIENCE;
        let mut backoff = Backoff::between(PAUSES.0, PAUSES.1);
        loop {
            match self.backend.try_lock().await {
                Ok(Some(right)) => return Some(right),
                Ok(None) if tokio::time::Instant::now() < patience => {
                    tokio::time::sleep(backoff.wait(None)).await;
                }
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(error = fault::chain(&error), "the spool cannot be locked");
                    return None;
                }
            }
        }
    }

    /// Lets other runs deliver again.
    pub(crate) async fn release(&self, right: DeliveryRight) {
        self.backend.release(right).await;
    }

    fn log_unreadable(&self, error: &SpoolError) {
        // It is asked about several times in a run, and says the same each time.
        if !self.is_unreadable_logged.replace(true) {
            tracing::warn!(error = fault::chain(error), "the spool cannot be read");
        }
    }
}

fn log_lost(letters: &[DeadLetter], error: &SpoolError) {
    let error = fault::chain(error);
    for letter in letters {
        tracing::error!(error, record = letter.record, reason = letter.reason, "a refused record is lost");
    }
}

/// Time range of the records of a batch, where they have a time.
fn times(batch: &Batch<'_>) -> Option<(Timestamp, Timestamp)> {
    let column = batch.schema().columns.iter().position(|column| column.role == record::Role::Time)?;
    let times = (0..batch.len()).filter_map(|row| match batch.value(row, column) {
        Value::Timestamp(time) => Some((time, time)),
        _ => None,
    });
    times.reduce(|(first, last), (time, _)| (first.min(time), last.max(time)))
}
