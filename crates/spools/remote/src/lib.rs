//! A spool without a disk: in an S3-compatible bucket or in a PostgreSQL database.
//!
//! It keeps the content of a [`spool`] file, by the same rules: batches that wait for their destination,
//! delivered oldest first, and dead letters. Each batch is one object, or one row, that is written once and
//! removed after its delivery. Its name has its place in the queue, its destination and its number of
//! records, so that one listing has the whole backlog.
//!
//! Two runs may use it at once. A lease keeps both from delivering at the same time; it ends by itself when its holder
//! does. If a service cannot grant one safely, a batch may be delivered twice, which changes nothing in a store.
//!
//! This crate does not know records or sinks: a destination is a name, a batch is bytes.

mod content;
mod error;
mod lease;
mod letters;
mod listing;
mod name;
mod remote;
mod room;
mod storage;

pub use error::Error;
pub use remote::{RemoteBatch, RemoteSpool};
pub use storage::Storage;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
