//! The spool of a program: opened when it is needed, so that a healthy run writes no file.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::time::Duration;

use record::{Batch, OwnedBatch, Refused, Timestamp};
use spool::{DeadLetter, Error, Guard, Spool};

/// How often a run that has to wait for another looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long it waits at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// The spool of a program.
#[derive(Debug)]
pub(crate) struct Spooling {
    path: PathBuf,
    spool: RefCell<Option<Spool>>,
    spooled: Cell<usize>,
    is_unreadable_told: Cell<bool>,
}

/// What waits for a store.
pub(crate) struct Waiting {
    id: spool::BatchId,
    /// The batch, or why the bytes are none.
    pub(crate) batch: Result<OwnedBatch, String>,
}

impl Spooling {
    /// The spool in file `path`, which need not exist.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path, spool: RefCell::new(None), spooled: Cell::new(0), is_unreadable_told: Cell::new(false) }
    }

    /// Where it is, for people.
    pub(crate) fn path(&self) -> std::path::Display<'_> {
        self.path.display()
    }

    /// How many records this run put into it and did not deliver.
    pub(crate) fn spooled(&self) -> usize {
        self.spooled.get()
    }

    /// Whether something waits for a store. A spool that cannot be read holds nothing that can be delivered.
    pub(crate) fn is_waiting(&self, store: &str) -> bool {
        let count = self.with_existing(|spool| spool.count(store));
        match count {
            Ok(count) => count.unwrap_or(0) > 0,
            Err(error) => {
                // It is asked about several times in a run, and says the same each time.
                if !self.is_unreadable_told.replace(true) {
                    tracing::warn!(error = fault::chain(&error), "the spool cannot be read");
                }
                false
            }
        }
    }

    /// Keeps a batch until its store takes it. It is on the disk when this returns.
    pub(crate) fn push(&self, store: &str, batch: &Batch<'_>) -> Result<(), String> {
        self.push_unseen(store, batch)?;
        self.spooled.set(self.spooled.get() + batch.len());
        Ok(())
    }

    /// As [`Spooling::push`], for what is not counted: the report that holds the count.
    pub(crate) fn push_unseen(&self, store: &str, batch: &Batch<'_>) -> Result<(), String> {
        let payload = OwnedBatch::copy_of(batch).and_then(|batch| batch.to_bytes());
        let payload = payload.map_err(|error| fault::chain(&error))?;
        self.with(|spool| spool.push(store, &payload, Timestamp::now())).map_err(|error| fault::chain(&error))
    }

    /// The batch that has waited longest for a store.
    pub(crate) fn oldest(&self, store: &str) -> Result<Option<Waiting>, Error> {
        let oldest = self.with_existing(|spool| spool.oldest(store))?.flatten();
        Ok(oldest.map(|waiting| Waiting {
            id: waiting.id,
            batch: OwnedBatch::from_bytes(&waiting.payload).map_err(|error| fault::chain(&error)),
        }))
    }

    /// Removes a batch that was delivered.
    pub(crate) fn remove(&self, waiting: &Waiting) -> Result<(), Error> {
        let rows = waiting.batch.as_ref().map_or(0, OwnedBatch::len);
        self.with(|spool| spool.remove(waiting.id))?;
        self.spooled.set(self.spooled.get().saturating_sub(rows));
        Ok(())
    }

    /// Puts records that a store will never take into the dead letters, where a person finds them.
    pub(crate) fn bury(&self, store: &str, batch: &Batch<'_>, refused: &[Refused]) {
        let at = Timestamp::now();
        let letter = |refused: &Refused| DeadLetter {
            destination: store.to_owned(),
            record: serde_json::to_string(&batch.row(refused.row)).unwrap_or_default(),
            reason: refused.reason.clone(),
            at,
        };
        let letters: Vec<_> = refused.iter().map(letter).collect();
        if let Err(error) = self.with(|spool| spool.bury(&letters)) {
            let error = fault::chain(&error);
            for letter in letters {
                tracing::error!(
                    error,
                    record = letter.record,
                    reason = letter.reason,
                    "a refused record is lost"
                );
            }
        }
    }

    /// Keeps other runs from delivering at the same time; `None` while another run does, and goes on doing so.
    pub(crate) async fn lock(&self) -> Option<Guard> {
        let patience = tokio::time::Instant::now() + PATIENCE;
        loop {
            match Spool::try_lock(&self.path) {
                Ok(Some(guard)) => return Some(guard),
                Ok(None) if tokio::time::Instant::now() < patience => tokio::time::sleep(LOOK_AGAIN).await,
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(error = fault::chain(&error), "the spool cannot be locked");
                    return None;
                }
            }
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Spool) -> Result<T, Error>) -> Result<T, Error> {
        let mut slot = self.spool.borrow_mut();
        let mut spool = match slot.take() {
            Some(spool) => spool,
            None => Spool::open(&self.path)?,
        };
        let result = act(&mut spool);
        *slot = Some(spool);
        result
    }

    fn with_existing<T>(&self, act: impl FnOnce(&mut Spool) -> Result<T, Error>) -> Result<Option<T>, Error> {
        if self.spool.borrow().is_none() {
            *self.spool.borrow_mut() = Spool::open_existing(&self.path)?;
        }
        self.spool.borrow_mut().as_mut().map(act).transpose()
    }
}
