//! The spool of a program: opened when it is needed, so that a healthy run writes no file.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::time::Duration;

use record::{Batch, OwnedBatch, Refused, Timestamp, Value};
use spool::{Cause, DeadLetter, Dropped, Entry, Error, Guard, Limits, Spool};

use crate::letter;

/// How often a run that has to wait for another looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long it waits at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// The spool of a program.
#[derive(Debug)]
pub(crate) struct Spooling {
    path: PathBuf,
    limits: Limits,
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
    pub(crate) fn at(path: PathBuf, limits: Limits) -> Self {
        let (spool, spooled, is_unreadable_told) = (RefCell::new(None), Cell::new(0), Cell::new(false));
        Self { path, limits, spool, spooled, is_unreadable_told }
    }

    /// Where it is, for people.
    pub(crate) fn path(&self) -> std::path::Display<'_> {
        self.path.display()
    }

    /// How many records this run put into it and did not deliver.
    pub(crate) fn spooled(&self) -> usize {
        self.spooled.get()
    }

    /// Whether something waits for a store.
    pub(crate) fn is_waiting(&self, store: &str) -> bool {
        !self.waiting(store).is_empty()
    }

    /// How much waits for a store. A spool that cannot be read holds nothing that can be delivered.
    pub(crate) fn waiting(&self, store: &str) -> spool::Backlog {
        match self.with_existing(|spool| spool.backlog(store)) {
            Ok(waiting) => waiting.unwrap_or_default(),
            Err(error) => {
                // It is asked about several times in a run, and says the same each time.
                if !self.is_unreadable_told.replace(true) {
                    tracing::warn!(error = fault::chain(&error), "the spool cannot be read");
                }
                spool::Backlog::default()
            }
        }
    }

    /// Keeps a batch until its store takes it. It is on the disk when this returns, unless it is among what was
    /// dropped.
    pub(crate) fn push(&self, store: &str, batch: &Batch<'_>) -> Result<Vec<Dropped>, String> {
        let dropped = self.push_unseen(store, batch)?;
        self.spooled.set(self.spooled.get() + batch.len());
        Ok(dropped)
    }

    /// As [`Spooling::push`], for what is not counted: the report that holds the count.
    pub(crate) fn push_unseen(&self, store: &str, batch: &Batch<'_>) -> Result<Vec<Dropped>, String> {
        let payload = batch.to_bytes().map_err(|error| fault::chain(&error))?;
        let now = Timestamp::now();
        let (first, last) = times(batch).unwrap_or((now, now));
        let records = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        let entry = Entry { destination: store, payload: &payload, records, first, last };
        let pushed = self.with(|spool| spool.push(&[entry], now));
        Ok(pushed.map_err(|error| fault::chain(&error))?.dropped)
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
        self.with(|spool| spool.remove(&[waiting.id]))?;
        self.spooled.set(self.spooled.get().saturating_sub(rows));
        Ok(())
    }

    /// What was found to be damaged since the file was made, by store.
    pub(crate) fn damaged(&self) -> Vec<Dropped> {
        let dropped = self.with_existing(|spool| spool.dropped()).ok().flatten().unwrap_or_default();
        dropped.into_iter().filter(|gone| gone.cause == Cause::Damage).collect()
    }

    /// Gives up what has waited for too long, where there is such a limit.
    pub(crate) fn expire(&self) -> Vec<Dropped> {
        if self.limits.age.is_none() {
            return Vec::new();
        }
        let expired = self.with_existing(|spool| spool.expire(Timestamp::now()));
        expired
            .unwrap_or_else(|error| {
                tracing::warn!(error = fault::chain(&error), "what is too old is still in the spool");
                None
            })
            .unwrap_or_default()
    }

    /// Puts records that a store will never take into the dead letters, where a person finds them.
    pub(crate) fn bury(&self, store: &str, batch: &Batch<'_>, refused: &[Refused]) {
        let at = Timestamp::now();
        let letter = |refused: &Refused| DeadLetter {
            destination: store.to_owned(),
            record: letter::text(batch, refused.row),
            reason: refused.reason.clone(),
            at,
        };
        self.bury_all(refused.iter().map(letter).collect());
    }

    /// Puts what is no record into the dead letters.
    pub(crate) fn bury_text(&self, from: &str, text: &str, reason: &str) {
        let (destination, record, reason) = (from.to_owned(), text.to_owned(), reason.to_owned());
        self.bury_all(vec![DeadLetter { destination, record, reason, at: Timestamp::now() }]);
    }

    /// Every dead letter, oldest first.
    pub(crate) fn dead_letters(&self) -> Result<Vec<DeadLetter>, Error> {
        Ok(self.with_existing(|spool| spool.dead_letters())?.unwrap_or_default())
    }

    /// Puts other letters in the place of one.
    pub(crate) fn replace_letter(&self, letter: &DeadLetter, others: &[DeadLetter]) -> Result<(), Error> {
        self.with(|spool| spool.replace_letter(letter, others))
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

    fn bury_all(&self, letters: Vec<DeadLetter>) {
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

    fn with<T>(&self, act: impl FnOnce(&mut Spool) -> Result<T, Error>) -> Result<T, Error> {
        let mut slot = self.spool.borrow_mut();
        let mut spool = match slot.take() {
            Some(spool) => spool,
            None => Spool::open(&self.path, self.limits)?,
        };
        let result = act(&mut spool);
        *slot = Some(spool);
        result
    }

    fn with_existing<T>(&self, act: impl FnOnce(&mut Spool) -> Result<T, Error>) -> Result<Option<T>, Error> {
        if self.spool.borrow().is_none() {
            *self.spool.borrow_mut() = Spool::open_existing(&self.path, self.limits)?;
        }
        self.spool.borrow_mut().as_mut().map(act).transpose()
    }
}

/// From when to when the records of a batch are, where they have a time.
fn times(batch: &Batch<'_>) -> Option<(Timestamp, Timestamp)> {
    let column = batch.schema().columns.iter().position(|column| column.role == record::Role::Time)?;
    let times = (0..batch.len()).filter_map(|row| match batch.value(row, column) {
        Value::Timestamp(time) => Some((time, time)),
        _ => None,
    });
    times.reduce(|(first, last), (time, _)| (first.min(time), last.max(time)))
}
