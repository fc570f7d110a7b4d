//! Room for a new batch within the limits.

use spool::{Cause, Dropped, Entry, WhenFull};

use crate::name::Item;
use crate::remote::RemoteSpool;
use crate::{Error, content};

/// An outcome of looking for room.
pub(crate) enum Room {
    /// There is room.
    Enough,
    /// There is none for this batch.
    None,
}

impl RemoteSpool {
    /// Looks for room for a batch of `bytes`, and drops the oldest ones for it where the limits say so.
    pub(crate) async fn make_room(&self, bytes: u64, dropped: &mut Vec<Dropped>) -> Result<Room, Error> {
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

    /// Removes a batch for good and returns what was in it.
    pub(crate) async fn drop_batch(&self, item: &Item, cause: Cause) -> Result<Dropped, Error> {
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
pub(crate) fn not_taken(entry: &Entry<'_>) -> Dropped {
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
