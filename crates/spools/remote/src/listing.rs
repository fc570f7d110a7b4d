//! The batches in a spool as it was listed, with the changes by this run.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::time::Instant;

use crate::Error;
use crate::name::{BATCHES, Item};
use crate::storage::Storage;

/// Pause before a spool that could not be read is asked again, so that not each question waits for it.
const PAUSE: Duration = Duration::from_secs(30);

/// The batches in a spool, by their place in the queue.
///
/// Listed when first needed and after [`Listing::forget`]. Other runs may change it meanwhile: a batch that is gone was
/// delivered, and one that was added is delivered by the next run.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    items: RefCell<Option<Vec<Item>>>,
    failed: Cell<Option<Instant>>,
}

impl Listing {
    /// Lists the batches, unless that was done before.
    pub(crate) async fn load(&self, storage: &Storage) -> Result<(), Error> {
        if self.items.borrow().is_some() {
            return Ok(());
        }
        if self.failed.get().is_some_and(|failed| failed.elapsed() < PAUSE) {
            return Err(Error::Unreadable);
        }
        self.reload(storage).await
    }

    /// Lists the batches, unless that was done before; however short the time since it failed.
    pub(crate) async fn require(&self, storage: &Storage) -> Result<(), Error> {
        if self.items.borrow().is_some() { Ok(()) } else { self.reload(storage).await }
    }

    /// Lists the batches anew.
    pub(crate) async fn reload(&self, storage: &Storage) -> Result<(), Error> {
        let listed = storage.list(BATCHES).await.inspect_err(|_| self.failed.set(Some(Instant::now())))?;
        let mut items: Vec<_> = listed.iter().filter_map(|(name, bytes)| Item::parse(name, *bytes)).collect();
        // The name decides between two that runs pushed at once.
        items.sort_by(|a, b| (a.sequence, &a.name).cmp(&(b.sequence, &b.name)));
        self.items.replace(Some(items));
        self.failed.set(None);
        Ok(())
    }

    /// Adds a batch behind the others.
    pub(crate) fn add(&self, item: Item) {
        self.items.borrow_mut().get_or_insert_default().push(item);
    }

    /// Leaves out a batch that was removed.
    pub(crate) fn remove(&self, name: &str) {
        if let Some(items) = &mut *self.items.borrow_mut() {
            items.retain(|item| item.name != name);
        }
    }

    /// The number of the next batch.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.with(|items| {
            items.iter().map(|item| item.sequence).max().map_or(1, |last| last.saturating_add(1))
        })
    }

    /// The bytes of all batches.
    pub(crate) fn bytes(&self) -> u64 {
        self.with(|items| items.iter().map(|item| item.bytes).sum())
    }

    /// The batch that waits longest, of those that `is_meant`.
    pub(crate) fn first(&self, is_meant: impl Fn(&Item) -> bool) -> Option<Item> {
        self.with(|items| items.iter().find(|item| is_meant(item)).cloned())
    }

    /// Answers a question about the batches, in their order.
    pub(crate) fn with<T>(&self, ask: impl FnOnce(&[Item]) -> T) -> T {
        ask(self.items.borrow().as_deref().unwrap_or_default())
    }
}
