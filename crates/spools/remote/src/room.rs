//! Adding and dropping batches, so that a spool stays within its limits.

use jiff::Timestamp;
use spool::{Cause, Dropped, Entry, Pushed, WhenFull};

use crate::Error;
use crate::content::{self, Header};
use crate::name::{self, Item};
use crate::remote::RemoteSpool;

/// An outcome of looking for room.
enum Room {
    /// There is room.
    Enough,
    /// There is none for this batch.
    None,
}

impl RemoteSpool {
    /// Adds a batch behind all others. It is durable when this returns, unless it is among those that were dropped.
    ///
    /// # Errors
    ///
    /// The reason why it is not kept, such as [`Error::Full`].
    pub async fn push(&self, entry: &Entry<'_>, now: Timestamp) -> Result<Pushed, Error> {
        // The caller has no other place for it.
        self.listing.require(&self.storage).await?;
        let header = Header {
            destination: entry.destination.to_owned(),
            spooled_at: now,
            records: entry.records,
            first: entry.first,
            last: entry.last,
        };
        let content = content::write(&header, entry.payload);
        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        let mut dropped = Vec::new();
        match self.make_room(bytes, &mut dropped).await? {
            Room::None => dropped.push(not_taken(entry)),
            Room::Enough => {
                let folder = name::folder(entry.destination);
                let item = Item::new(&folder, self.listing.next_sequence(), now, entry.records, bytes);
                self.storage.write(&item.name, &content).await?;
                self.listing.add(item);
            }
        }
        Ok(Pushed { dropped })
    }

    /// Drops the batches that have waited longer than [`Limits::age`](spool::Limits::age), and returns them.
    ///
    /// One that seems to come from the future, since a clock was wrong, stays until it is delivered.
    ///
    /// # Errors
    ///
    /// The reason why some of them are still there.
    pub async fn expire(&self, now: Timestamp) -> Result<Vec<Dropped>, Error> {
        let Some(limit) = self.limits().age.and_then(|age| now.checked_sub(age).ok()) else {
            return Ok(Vec::new());
        };
        self.listing.load(&self.storage).await?;
        let mut dropped = Vec::new();
        while let Some(item) = self.listing.first(|item| item.spooled_at < limit) {
            dropped.push(self.drop_batch(&item, Cause::Age).await?);
        }
        Ok(dropped)
    }

    /// Looks for room for a batch of `bytes`, and drops the oldest ones for it where the limits say so.
    async fn make_room(&self, bytes: u64, dropped: &mut Vec<Dropped>) -> Result<Room, Error> {
        let limits = self.limits();
        // One that takes most of the spool by itself would drop all others.
        if bytes > limits.bytes / 4 * 3 {
            return Ok(Room::None);
        }
        while self.listing.bytes().saturating_add(bytes) > limits.bytes {
            match limits.when_full {
                WhenFull::Block => return Err(Error::Full { place: self.place().to_owned() }),
                WhenFull::DropNewest => return Ok(Room::None),
                WhenFull::DropOldest => {
                    let Some(oldest) = self.listing.first(|_| true) else { return Ok(Room::None) };
                    dropped.push(self.drop_batch(&oldest, Cause::Bytes).await?);
                }
            }
        }
        Ok(Room::Enough)
    }

    /// Removes a batch for good and returns its counts and times.
    async fn drop_batch(&self, item: &Item, cause: Cause) -> Result<Dropped, Error> {
        let bytes = self.storage.read(&item.name, self.largest()).await?.unwrap_or_default();
        self.discard(item).await?;
        let header = content::read(&bytes).map(|(header, _)| header);
        Ok(Dropped {
            destination: header.as_ref().map_or(item.destination(), |header| &header.destination).to_owned(),
            cause,
            batches: 1,
            records: item.records,
            bytes: item.bytes,
            first: header.as_ref().map_or(item.spooled_at, |header| header.first),
            last: header.as_ref().map_or(item.spooled_at, |header| header.last),
        })
    }
}

/// A batch that was not taken for want of room.
fn not_taken(entry: &Entry<'_>) -> Dropped {
    Dropped {
        destination: entry.destination.to_owned(),
        cause: Cause::Bytes,
        batches: 1,
        records: entry.records,
        bytes: u64::try_from(entry.payload.len()).unwrap_or(u64::MAX),
        first: entry.first,
        last: entry.last,
    }
}
