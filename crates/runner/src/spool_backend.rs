//! The place of a spool: a file, or for a job a bucket or a database.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use fault::{Fault, Kind};
use record::Timestamp;
use spool::{Backlog, Cause, DeadLetter, Dropped, Entry, Guard, Limits, Spool};
use spool_remote::RemoteSpool;

/// The place of a spool.
#[derive(Debug)]
pub(crate) enum SpoolBackend {
    /// A file, made when it is first needed.
    File(Box<SpoolFile>),
    /// A bucket or a database.
    Remote(Box<RemoteSpool>),
}

/// A file that is opened when it is needed, so that a healthy run writes none.
#[derive(Debug)]
pub(crate) struct SpoolFile {
    path: PathBuf,
    limits: Limits,
    spool: RefCell<Option<Spool>>,
}

/// The bytes of a batch, and its name in the spool.
pub(crate) struct StoredBatch {
    pub(crate) id: StoredBatchId,
    pub(crate) payload: Vec<u8>,
}

/// The name of a batch in its spool.
pub(crate) enum StoredBatchId {
    File(spool::BatchId),
    Remote(String),
}

/// The right to deliver from the spool, which one run has at a time.
///
/// That to a file ends when this is dropped; the other one when it is released, or soon after its holder is gone.
#[derive(Debug)]
#[must_use = "the right ends with this"]
pub(crate) enum DeliveryRight {
    File(#[expect(dead_code, reason = "held until it is dropped")] Guard),
    Remote,
}

/// A failure of a spool, wherever it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpoolError {
    #[error(transparent)]
    File(#[from] spool::Error),
    #[error(transparent)]
    Remote(#[from] spool_remote::Error),
}

impl Fault for SpoolError {
    fn kind(&self) -> Kind {
        match self {
            Self::File(error) => error.kind(),
            Self::Remote(error) => error.kind(),
        }
    }
}

impl SpoolBackend {
    /// A spool in file `path`, which need not exist.
    pub(crate) fn file(path: PathBuf, limits: Limits) -> Self {
        Self::File(Box::new(SpoolFile { path, limits, spool: RefCell::new(None) }))
    }

    /// Its place, for people.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::File(file) => file.path.display().to_string(),
            Self::Remote(remote) => remote.place().to_owned(),
        }
    }

    /// Lists a remote backlog, unless that was done before.
    pub(crate) async fn load(&self) -> Result<(), SpoolError> {
        match self {
            Self::File(_) => Ok(()),
            Self::Remote(remote) => Ok(Box::pin(remote.load()).await?),
        }
    }

    /// The backlog of a store: of a remote spool, as it was listed and changed by this run.
    pub(crate) fn backlog(&self, store: &str) -> Result<Backlog, SpoolError> {
        match self {
            Self::File(file) => Ok(file.existing(|spool| spool.backlog(store))?.unwrap_or_default()),
            Self::Remote(remote) => Ok(remote.known_backlog(store)),
        }
    }

    /// Adds a batch, and returns the batches that were dropped for it.
    pub(crate) async fn push(&self, entry: Entry<'_>, now: Timestamp) -> Result<Vec<Dropped>, SpoolError> {
        let pushed = match self {
            Self::File(file) => file.open(|spool| spool.push(&[entry], now))?,
            Self::Remote(remote) => Box::pin(remote.push(&entry, now)).await?,
        };
        Ok(pushed.dropped)
    }

    /// The batch that has waited longest for a store.
    pub(crate) async fn oldest(&self, store: &str) -> Result<Option<StoredBatch>, SpoolError> {
        match self {
            Self::File(file) => {
                let oldest = file.existing(|spool| spool.oldest(store))?.flatten();
                Ok(oldest
                    .map(|batch| StoredBatch { id: StoredBatchId::File(batch.id), payload: batch.payload }))
            }
            Self::Remote(remote) => {
                let oldest = Box::pin(remote.oldest(store)).await?;
                Ok(oldest.map(|batch| StoredBatch {
                    id: StoredBatchId::Remote(batch.name),
                    payload: batch.payload,
                }))
            }
        }
    }

    /// Removes a batch that was delivered.
    pub(crate) async fn remove(&self, id: &StoredBatchId) -> Result<(), SpoolError> {
        match (self, id) {
            (Self::File(file), StoredBatchId::File(id)) => Ok(file.open(|spool| spool.remove(&[*id]))?),
            (Self::Remote(remote), StoredBatchId::Remote(name)) => Ok(Box::pin(remote.remove(name)).await?),
            // A batch of another spool is not in this one.
            _ => Ok(()),
        }
    }

    /// The damaged batches of a file since it was made, by store. A remote spool logs them.
    pub(crate) fn damaged(&self) -> Vec<Dropped> {
        let Self::File(file) = self else { return Vec::new() };
        let dropped = file.existing(|spool| spool.dropped()).ok().flatten().unwrap_or_default();
        dropped.into_iter().filter(|gone| gone.cause == Cause::Damage).collect()
    }

    /// Drops batches that have waited for too long, where there is such a limit.
    pub(crate) async fn expire(&self) -> Result<Vec<Dropped>, SpoolError> {
        let now = Timestamp::now();
        match self {
            Self::File(file) if file.limits.age.is_none() => Ok(Vec::new()),
            Self::File(file) => Ok(file.existing(|spool| spool.expire(now))?.unwrap_or_default()),
            Self::Remote(remote) => Ok(Box::pin(remote.expire(now)).await?),
        }
    }

    /// Keeps dead letters.
    pub(crate) async fn bury(&self, letters: &[DeadLetter]) -> Result<(), SpoolError> {
        match self {
            Self::File(file) => Ok(file.open(|spool| spool.bury(letters))?),
            Self::Remote(remote) => Ok(Box::pin(remote.bury(letters)).await?),
        }
    }

    /// Every dead letter, oldest first.
    pub(crate) async fn dead_letters(&self) -> Result<Vec<DeadLetter>, SpoolError> {
        match self {
            Self::File(file) => Ok(file.existing(|spool| spool.dead_letters())?.unwrap_or_default()),
            Self::Remote(remote) => Ok(Box::pin(remote.dead_letters()).await?),
        }
    }

    /// Puts other letters in the place of one.
    pub(crate) async fn replace_letter(
        &self,
        letter: &DeadLetter,
        others: &[DeadLetter],
    ) -> Result<(), SpoolError> {
        match self {
            Self::File(file) => Ok(file.open(|spool| spool.replace_letter(letter, others))?),
            Self::Remote(remote) => Ok(Box::pin(remote.replace_letter(letter, others)).await?),
        }
    }

    /// Takes the right to deliver; `None` while another run has it.
    pub(crate) async fn try_lock(&self) -> Result<Option<DeliveryRight>, SpoolError> {
        match self {
            Self::File(file) => Ok(Spool::try_lock(&file.path)?.map(DeliveryRight::File)),
            Self::Remote(remote) => {
                let is_taken = Box::pin(remote.try_lock()).await?;
                Ok(is_taken.then_some(DeliveryRight::Remote))
            }
        }
    }

    /// Gives the right to deliver back.
    pub(crate) async fn release(&self, right: DeliveryRight) {
        if let (Self::Remote(remote), DeliveryRight::Remote) = (self, right) {
            Box::pin(remote.unlock()).await;
        }
    }
}

impl SpoolFile {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Acts on the file, which is made if there is none.
    pub(crate) fn open<T>(
        &self,
        act: impl FnOnce(&mut Spool) -> Result<T, spool::Error>,
    ) -> Result<T, spool::Error> {
        let mut slot = self.spool.borrow_mut();
        let mut spool = match slot.take() {
            Some(spool) => spool,
            None => Spool::open(&self.path, self.limits)?,
        };
        let result = act(&mut spool);
        *slot = Some(spool);
        result
    }

    /// Acts on the file, if there is one.
    fn existing<T>(
        &self,
        act: impl FnOnce(&mut Spool) -> Result<T, spool::Error>,
    ) -> Result<Option<T>, spool::Error> {
        if self.spool.borrow().is_none() {
            *self.spool.borrow_mut() = Spool::open_existing(&self.path, self.limits)?;
        }
        self.spool.borrow_mut().as_mut().map(act).transpose()
    }
}
