//! Batching of rows, with the messages to acknowledge once they are stored.

use std::rc::Rc;

use mqtt_client::Token;
use record::{Batch, Schema};
use runner::{Device, Failure};
use tokio::time::Instant;

use crate::config::{Config, Flush};
use crate::transform::rows::RowBuffer;
use crate::transform::{AvailabilityChange, Mapper};

/// Approximate size of the buffered rows at which a batch is stored early.
const MOST_BYTES: usize = 4 << 20;

/// Collects rows by table into batches.
#[derive(Debug)]
pub struct Batcher {
    flush: Flush,
    tables: Vec<Table>,
}

#[derive(Debug, Default)]
struct Table {
    tokens: Vec<Token>,
    /// Arrival time of the first row.
    since: Option<Instant>,
}

/// A batch of rows of one table.
#[derive(Debug)]
pub struct TableBatch {
    schema: Rc<Schema>,
    rows: RowBuffer,
    stored: Stored,
}

/// Consequences of a stored batch.
#[derive(Debug)]
pub struct Stored {
    /// Messages to acknowledge.
    pub tokens: Vec<Token>,
    /// Availability changes to add to the learned state.
    pub availability: Vec<AvailabilityChange>,
}

impl Batcher {
    /// Creates a batcher for a number of tables.
    pub fn new(tables: usize, flush: Flush) -> Self {
        Self { flush, tables: std::iter::repeat_with(Table::default).take(tables).collect() }
    }

    /// Records that a row was added to a table. `token` acknowledges its message, if needed.
    pub fn add(&mut self, table: usize, token: Option<Token>, now: Instant) {
        if let Some(table) = self.tables.get_mut(table) {
            table.since.get_or_insert(now);
            table.tokens.extend(token);
        }
    }

    /// Whether there is room for more rows.
    pub fn has_room(&self, mapper: &mut Mapper) -> bool {
        let buffer = mapper.tables().iter().map(|table| &table.buffer);
        let (rows, bytes) = buffer.fold((0, 0), |(rows, bytes), own| (rows + own.len(), bytes + own.bytes()));
        rows < self.flush.rows && bytes < MOST_BYTES
    }

    /// Time at which the next batch is due.
    pub fn next_due(&self) -> Option<Instant> {
        self.tables.iter().filter_map(|table| Some(table.since? + self.flush.after)).min()
    }

    /// Takes a batch that is due: the oldest after its delay, or the largest if there is no more room.
    pub fn due(&mut self, mapper: &mut Mapper, now: Instant) -> Option<TableBatch> {
        let waiting = self.tables.iter().enumerate().filter_map(|(at, table)| Some((table.since?, at)));
        let (since, oldest) = waiting.min()?;
        if now >= since + self.flush.after {
            return self.take(mapper, oldest);
        }
        if self.has_room(mapper) {
            return None;
        }
        let sizes = mapper.tables().iter().map(|table| table.buffer.bytes()).enumerate();
        let (largest, _) = sizes.max_by_key(|(_, bytes)| *bytes)?;
        self.take(mapper, largest)
    }

    /// Takes a batch of any table, due or not.
    pub fn any(&mut self, mapper: &mut Mapper) -> Option<TableBatch> {
        let at = self.tables.iter().position(|table| table.since.is_some())?;
        self.take(mapper, at)
    }

    fn take(&mut self, mapper: &mut Mapper, at: usize) -> Option<TableBatch> {
        let table = std::mem::take(self.tables.get_mut(at)?);
        let (schema, rows) = mapper.tables().get_mut(at)?.take();
        let stored = Stored { tokens: table.tokens, availability: mapper.take_availability_changes(at) };
        Some(TableBatch { schema, rows, stored })
    }
}

impl TableBatch {
    /// Stores the batch, and returns the consequences.
    pub async fn store(self, device: &Device<Config>) -> Result<Stored, Failure> {
        device.load(Batch::new(&self.schema, &self.rows)).await?;
        Ok(self.stored)
    }
}
