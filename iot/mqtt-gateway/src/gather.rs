//! Rows that wait to be stored with others, and the messages that are acknowledged when they are.

use std::rc::Rc;

use mqtt_client::Token;
use record::{Batch, Schema};
use runner::{Device, Failure};
use tokio::time::Instant;

use crate::config::{Config, Flush};
use crate::transform::rows::Gathered;
use crate::transform::{Mapper, NewSign};

/// Rows of about this size are stored though there are not many.
const MOST_BYTES: usize = 4 << 20;

/// For each table, what belongs to its gathered rows.
#[derive(Debug)]
pub struct Gathering {
    flush: Flush,
    tables: Vec<Table>,
}

#[derive(Debug, Default)]
struct Table {
    tokens: Vec<Token>,
    /// When its first row came.
    since: Option<Instant>,
}

/// Rows on their way to the store.
#[derive(Debug)]
pub struct Load {
    schema: Rc<Schema>,
    rows: Gathered,
    stored: Stored,
}

/// What follows from rows being stored.
#[derive(Debug)]
pub struct Stored {
    /// What may be acknowledged.
    pub tokens: Vec<Token>,
    /// What may be remembered.
    pub signs: Vec<NewSign>,
}

impl Gathering {
    /// Nothing yet, for so many tables.
    pub fn new(tables: usize, flush: Flush) -> Self {
        Self { flush, tables: std::iter::repeat_with(Table::default).take(tables).collect() }
    }

    /// Notes that a row was added to a table. `token` is that of its message, where somebody waits for it.
    pub fn add(&mut self, table: usize, token: Option<Token>, now: Instant) {
        if let Some(table) = self.tables.get_mut(table) {
            table.since.get_or_insert(now);
            table.tokens.extend(token);
        }
    }

    /// Whether there is room for more rows.
    pub fn has_room(&self, mapper: &mut Mapper) -> bool {
        let gathered = mapper.tables().iter().map(|table| &table.gathered);
        let (rows, bytes) =
            gathered.fold((0, 0), |(rows, bytes), own| (rows + own.len(), bytes + own.bytes()));
        rows < self.flush.rows && bytes < MOST_BYTES
    }

    /// When the next rows are due.
    pub fn next_due(&self) -> Option<Instant> {
        self.tables.iter().filter_map(|table| Some(table.since? + self.flush.after)).min()
    }

    /// Takes rows that are due: the oldest where they have waited long enough, the most where there is no more room.
    pub fn due(&mut self, mapper: &mut Mapper, now: Instant) -> Option<Load> {
        let waiting = self.tables.iter().enumerate().filter_map(|(at, table)| Some((table.since?, at)));
        let (since, oldest) = waiting.min()?;
        if now >= since + self.flush.after {
            return self.take(mapper, oldest);
        }
        if self.has_room(mapper) {
            return None;
        }
        let sizes = mapper.tables().iter().map(|table| table.gathered.bytes()).enumerate();
        let (largest, _) = sizes.max_by_key(|(_, bytes)| *bytes)?;
        self.take(mapper, largest)
    }

    /// Takes the rows of any table, due or not.
    pub fn any(&mut self, mapper: &mut Mapper) -> Option<Load> {
        let at = self.tables.iter().position(|table| table.since.is_some())?;
        self.take(mapper, at)
    }

    fn take(&mut self, mapper: &mut Mapper, at: usize) -> Option<Load> {
        let table = std::mem::take(self.tables.get_mut(at)?);
        let (schema, rows) = mapper.tables().get_mut(at)?.take();
        let stored = Stored { tokens: table.tokens, signs: mapper.take_signs(at) };
        Some(Load { schema, rows, stored })
    }
}

impl Load {
    /// Stores the rows, and returns what follows from that.
    pub async fn store(self, device: &Device<Config>) -> Result<Stored, Failure> {
        device.load(Batch::new(&self.schema, &self.rows)).await?;
        Ok(self.stored)
    }
}
