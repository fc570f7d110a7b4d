//! Reads the data of programs: run reports, measurements as series, and state.
//!
//! Programs write through sinks; programs that show or watch their data read through [`History`]. With the same
//! settings it reads the same stores: InfluxDB (through the `InfluxQL` API of version 1, which version 2 supports as
//! well), PostgreSQL, or the embedded store.
//!
//! It only reads. A store without data, even one whose file does not exist, is empty and not an error.
//!
//! Long series are reduced to as many points as a chart has room for, each with minimum, maximum and mean, so that no
//! peak is lost.
//!
//! This crate does not know the purpose, schedule or presentation of a pipeline.

mod dataset;
mod error;
mod history;
mod influxdb;
mod period;
mod postgres;
mod row;
mod run;
mod series;
mod sqlite;
mod state_entry;

pub use dataset::{Column, ColumnKind, Dataset};
pub use error::Error;
pub use history::History;
pub use period::period;
pub use row::Row;
pub use run::{Pipeline, RunReport};
pub use series::{Point, Query, Series};
pub use state_entry::StateEntry;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
