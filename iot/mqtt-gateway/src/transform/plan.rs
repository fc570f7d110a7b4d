//! Handling of the messages of one topic, prepared once.

use record::Timestamp;

use super::destinations::{Destination, Destinations};
use super::node::{Node, Step};
use super::payload::{self, Refused};
use super::table::Table;

/// Handling of the messages of one topic, prepared once.
#[derive(Debug)]
pub struct Plan {
    /// Index of the table.
    pub table: usize,
    /// Constant tags.
    pub tags: Vec<(u16, Box<str>)>,
    /// Format of the payload.
    pub form: PayloadFormat,
    /// Handling of retained messages.
    pub retained: Retained,
    /// Tree of the known keys.
    pub keys: Node,
    /// Destinations of the values.
    pub destinations: Destinations,
}

/// Format of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadFormat {
    /// A JSON document.
    Json,
    /// A single value as text, as ESPHome publishes it.
    Bare,
}

/// Handling of a retained message, which may have been stored long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retained {
    /// Ignored, unless its payload has a time: then it is the same point again.
    Skip,
    /// Stored like any other message.
    Store,
}

/// Result of applying a plan to a payload.
#[derive(Debug)]
pub enum PlanOutcome {
    /// A row was added.
    Row(Option<Refused>),
    /// The payload has no value.
    NoValue(Option<Refused>),
    /// A retained message without a time.
    Retained,
    /// The payload is invalid for its topic.
    Malformed(String),
}

impl Plan {
    /// Creates a plan for JSON payloads, without keys.
    pub fn new(table: usize) -> Self {
        Self {
            table,
            tags: Vec::new(),
            form: PayloadFormat::Json,
            retained: Retained::Skip,
            keys: Node::default(),
            destinations: Destinations::default(),
        }
    }

    /// Adds a destination for the value at the end of a path; the empty path is the payload itself.
    pub fn place(&mut self, path: &[Step], destination: Destination) {
        if let Some(at) = self.destinations.add(destination) {
            self.keys.place(path, at);
        }
    }

    /// Writes a payload as a row of `table`.
    pub fn apply(
        &mut self,
        payload: &[u8],
        is_retained: bool,
        arrival: Timestamp,
        table: &mut Table,
    ) -> PlanOutcome {
        let needs_time = is_retained && self.retained == Retained::Skip;
        if needs_time && !self.destinations.have_time() {
            return PlanOutcome::Retained;
        }
        for (column, value) in &self.tags {
            table.buffer.push_tag(*column, value);
        }
        let read = match self.form {
            PayloadFormat::Json => payload::json(payload, &mut self.keys, &mut self.destinations, table),
            PayloadFormat::Bare => payload::bare(payload, &mut self.keys, &mut self.destinations, table),
        };
        match read {
            Err(error) => {
                table.buffer.cancel();
                PlanOutcome::Malformed(error)
            }
            Ok(read) if needs_time && read.time.is_none() => {
                table.buffer.cancel();
                PlanOutcome::Retained
            }
            Ok(read) if table.buffer.end(read.time.unwrap_or(arrival)) => PlanOutcome::Row(read.refused),
            Ok(read) => PlanOutcome::NoValue(read.refused),
        }
    }
}
