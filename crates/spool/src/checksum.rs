//! The checksum that detects a changed batch.

use crc32fast::Hasher;

/// Stored columns of a batch, except its position in the queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Content<'a> {
    pub(crate) destination: &'a str,
    pub(crate) spooled_at: &'a str,
    pub(crate) records: i64,
    pub(crate) first_at: &'a str,
    pub(crate) last_at: &'a str,
    pub(crate) payload: &'a [u8],
}

impl Content<'_> {
    /// CRC-32 (IEEE 802.3) of all of it.
    ///
    /// SQLite finds damage in the structure of its pages, and this finds it in their content.
    pub(crate) fn checksum(&self) -> i64 {
        let mut hasher = Hasher::new();
        for text in [self.destination, self.spooled_at, self.first_at, self.last_at] {
            hasher.update(text.as_bytes());
            // No text holds this byte, so bytes that moved from one column to the next do not go unnoticed.
            hasher.update(&[0xff]);
        }
        hasher.update(&self.records.to_le_bytes());
        hasher.update(self.payload);
        i64::from(hasher.finalize())
    }
}
