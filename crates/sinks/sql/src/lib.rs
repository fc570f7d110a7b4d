//! Common parts of the SQL sinks: statements, identities, and differences between a table and a schema.
//!
//! A row has an **identity**: the time and all tags of a measurement, the keys of a table. A unique index named
//! `<table>_identity` enforces it, so that writing a row twice is writing it once. A tag that is absent is stored as
//! the empty text, because nothing equals an SQL `NULL`.
//!
//! [`plan()`] compares a [`Schema`](record::Schema) with the [`Table`] a sink found, and gives the statements that make
//! the table fit it and the [`Layout`] rows are then written by. A table is widened and never narrowed: columns that
//! others made, or that an older program needed, stay.
//!
//! This crate does no I/O. A [`Dialect`] has the differences between SQLite and PostgreSQL.

#[cfg(feature = "conformance")]
pub mod conformance;
mod definition;
mod dialect;
mod identity;
mod layout;
mod mismatch;
mod name;
mod plan;
mod sift;
mod table;

pub use dialect::{Dialect, Fit, LARGEST_EXACT};
pub use identity::microseconds;
pub use layout::{Held, Layout, Write};
pub use mismatch::Mismatch;
pub use name::{literal, quoted, quoted_list};
pub use plan::{Condition, Plan, plan};
pub use sift::{Sifted, sift, write_sifted};
pub use table::{Table, TableColumn, UniqueIndex};

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
