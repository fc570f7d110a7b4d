//! Sinks: the trait of all stores, and its error.
//!
//! A sink stores batches of records. It neither retries nor keeps records that it could not store: its caller does, for
//! all sinks. It connects on first use.

use std::time::Duration;

use fault::{Fault, Kind};
use record::{Batch, Refused};

/// A store for records.
#[expect(async_fn_in_trait, reason = "programs run on one thread, so the futures need not be Send")]
pub trait Sink {
    /// The name of the store, as in `SINK`: `influxdb`, `postgres`.
    fn name(&self) -> &'static str;

    /// Stores a batch. When it returns, every row but the refused ones is durable in the store, and writing the same
    /// batch again would change nothing.
    ///
    /// # Errors
    ///
    /// The batch as a whole could not be stored. Some of its rows may have been; a repeat is harmless.
    async fn write(&self, batch: &Batch<'_>) -> Result<Written, Error>;

    /// Reaches the store and shows that it would take records, without writing one.
    ///
    /// # Errors
    ///
    /// The reason why it would not take records.
    async fn check(&self) -> Result<(), Error>;
}

/// Result of writing a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The rows the store will never take, each with the reason. The others are stored.
    pub refused: Vec<Refused>,
}

/// Error of a store that did not take a batch.
#[derive(Debug, thiserror::Error)]
#[error("{store}: {message}")]
pub struct Error {
    store: &'static str,
    message: String,
    kind: Kind,
    retry_after: Option<Duration>,
    source: Option<Source>,
}

type Source = Box<dyn std::error::Error + Send + Sync>;

impl Error {
    /// An error of `store`, with a text that holds no secret.
    pub fn new(store: &'static str, kind: Kind, message: impl Into<String>) -> Self {
        Self { store, message: message.into(), kind, retry_after: None, source: None }
    }

    /// An error that another one caused: its kind and the time to wait are those of the cause.
    pub fn caused(
        store: &'static str,
        message: impl Into<String>,
        by: impl Fault + Send + Sync + 'static,
    ) -> Self {
        let retry_after = by.retry_after();
        Self { retry_after, ..Self::new(store, by.kind(), message).with_source(by) }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn with_source(self, source: impl Into<Source>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}
