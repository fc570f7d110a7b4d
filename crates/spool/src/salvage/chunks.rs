//! Writing to the fresh file piece by piece, and going on where another program stopped.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::rows;

/// Size of a chunk, which is made durable as one: enough to be fast, and little memory.
const CHUNK_ROWS: u64 = 500;
const CHUNK_BYTES: u64 = 1 << 20;

/// Recovered rows, committed in chunks.
pub(super) struct Chunks<'a> {
    spool: &'a Connection,
    open: Option<Transaction<'a>>,
    /// Number of rows that came over already, before this program began.
    done: u64,
    seen: u64,
    bytes: u64,
}

impl<'a> Chunks<'a> {
    pub(super) fn resume(spool: &'a Connection) -> rusqlite::Result<Self> {
        let done = spool.query_row("SELECT salvaged FROM file", (), |row| rows::count(row, 0))?;
        Ok(Self { spool, open: None, done, seen: 0, bytes: 0 })
    }

    pub(super) fn add(
        &mut self,
        bytes: u64,
        act: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        self.seen += 1;
        if self.seen <= self.done {
            return Ok(());
        }
        if self.open.is_none() {
            self.open = Some(Transaction::new_unchecked(self.spool, TransactionBehavior::Immediate)?);
        }
        act(self.spool)?;
        self.bytes += bytes;
        if self.bytes > CHUNK_BYTES || self.seen.is_multiple_of(CHUNK_ROWS) {
            self.commit(self.seen)?;
        }
        Ok(())
    }

    /// A program that dies right behind this brings all of it over again, which is better than none of the next.
    pub(super) fn end(mut self) -> rusqlite::Result<()> {
        self.commit(0)
    }

    fn commit(&mut self, salvaged: u64) -> rusqlite::Result<()> {
        self.spool.execute("UPDATE file SET salvaged = ?1", [rows::signed(salvaged)])?;
        self.bytes = 0;
        self.open.take().map_or(Ok(()), Transaction::commit)
    }
}
