//! A spool that is reached over the network.

use std::cell::RefCell;

use jiff::Timestamp;
use spool::{Backlog, Limits};

use crate::Error;
use crate::content::{self, Header};
use crate::lease::Lease;
use crate::listing::Listing;
use crate::name::{self, Item};
use crate::storage::Storage;

/// Folder of batches that have changed since their push, for a person to look at.
const DAMAGED: &str = "damaged/";

/// More than a batch has beside its payload.
const OVERHEAD: usize = 4096;

/// A spool that is reached over the network. Nothing is connected to before it is used.
#[derive(Debug)]
pub struct RemoteSpool {
    pub(crate) storage: Storage,
    pub(crate) listing: Listing,
    place: String,
    limits: Limits,
    lease: RefCell<Option<Lease>>,
}

/// A batch that waits for its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteBatch {
    /// Its name in the spool.
    pub name: String,
    /// The bytes as they were pushed.
    pub payload: Vec<u8>,
    /// The number of records in them.
    pub records: u64,
    /// The time of the first of these records.
    pub first: Timestamp,
    /// The time of the last of them.
    pub last: Timestamp,
    /// Time of the push.
    pub spooled_at: Timestamp,
}

impl RemoteSpool {
    /// A spool in `storage`, which people know as `place`.
    pub fn new(storage: Storage, place: impl Into<String>, limits: Limits) -> Self {
        let (listing, lease) = (Listing::default(), RefCell::default());
        Self { storage, listing, place: place.into(), limits, lease }
    }

    /// Its place, for people.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The batch that has waited longest for `destination`. While this run has the lease, it is renewed.
    ///
    /// A damaged batch is put into the folder `damaged` and logged, and the next one is returned.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be read, or that another run has taken over.
    pub async fn oldest(&self, destination: &str) -> Result<Option<RemoteBatch>, Error> {
        self.renew_lease().await?;
        self.listing.load(&self.storage).await?;
        let folder = name::folder(destination);
        // Each pass leaves one batch behind, so this ends.
        while let Some(item) = self.listing.first(|item| item.name.starts_with(&folder)) {
            let Some(bytes) = self.storage.read(&item.name, self.largest()).await? else {
                // Another run has delivered it.
                self.listing.remove(&item.name);
                continue;
            };
            let Some((header, payload)) = content::read(&bytes) else {
                self.set_aside(&item, &bytes).await?;
                continue;
            };
            let Header { records, first, last, spooled_at, .. } = header;
            let payload = payload.to_vec();
            return Ok(Some(RemoteBatch { name: item.name, payload, records, first, last, spooled_at }));
        }
        Ok(None)
    }

    /// Removes a batch its destination has taken. Removing one twice is no error.
    ///
    /// # Errors
    ///
    /// The reason why it is still there. It will be delivered once more then.
    pub async fn remove(&self, name: &str) -> Result<(), Error> {
        self.storage.remove(name).await?;
        self.listing.remove(name);
        Ok(())
    }

    /// Lists the batches, unless that was done before.
    ///
    /// # Errors
    ///
    /// The reason why they are not known.
    pub async fn load(&self) -> Result<(), Error> {
        self.listing.load(&self.storage).await
    }

    /// The backlog of `destination`.
    ///
    /// # Errors
    ///
    /// The reason why it is not known.
    pub async fn backlog(&self, destination: &str) -> Result<Backlog, Error> {
        self.load().await?;
        Ok(self.known_backlog(destination))
    }

    /// The backlog of `destination` as it was listed, and changed by this run since; none before it was listed.
    pub fn known_backlog(&self, destination: &str) -> Backlog {
        let folder = name::folder(destination);
        self.listing.with(|items| {
            let mut waiting = Backlog::default();
            for item in items.iter().filter(|item| item.name.starts_with(&folder)) {
                waiting.batches += 1;
                waiting.records = waiting.records.saturating_add(item.records);
                waiting.bytes = waiting.bytes.saturating_add(item.bytes);
                waiting.oldest = waiting.oldest.or(Some(item.spooled_at));
            }
            waiting
        })
    }

    /// Takes the right to deliver, and returns whether this run has it. The backlog is listed anew, since another run may
    /// have delivered meanwhile.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be taken.
    pub async fn try_lock(&self) -> Result<bool, Error> {
        let Some(lease) = Lease::take(&self.storage).await? else { return Ok(false) };
        self.lease.replace(Some(lease));
        self.listing.reload(&self.storage).await?;
        Ok(true)
    }

    /// Gives the right to deliver back. A run that ends without this gives it back later.
    pub async fn unlock(&self) {
        let lease = self.lease.take();
        if let Some(lease) = lease {
            lease.release(&self.storage).await;
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// The bytes of the largest batch there can be.
    pub(crate) fn largest(&self) -> usize {
        usize::try_from(self.limits.bytes).unwrap_or(usize::MAX).saturating_add(OVERHEAD)
    }

    /// Removes a batch without reading it.
    pub(crate) async fn discard(&self, item: &Item) -> Result<(), Error> {
        self.remove(&item.name).await
    }

    async fn renew_lease(&self) -> Result<(), Error> {
        let Some(lease) = self.lease.take() else { return Ok(()) };
        let lease = lease.renew(&self.storage).await?;
        self.lease.replace(Some(lease));
        Ok(())
    }

    /// Keeps a damaged batch for a person, out of the way of the others.
    async fn set_aside(&self, item: &Item, bytes: &[u8]) -> Result<(), Error> {
        let name = format!("{DAMAGED}{}", item.name);
        self.storage.write(&name, bytes).await?;
        self.discard(item).await?;
        tracing::error!(
            destination = item.destination(),
            records = item.records,
            bytes = bytes.len(),
            spool = self.place,
            name,
            "a batch in the spool is damaged and is left out"
        );
        Ok(())
    }
}
