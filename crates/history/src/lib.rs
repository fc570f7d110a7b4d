//! Reads what programs stored: run reports, measurements as series, what is kept between runs.
//!
//! Programs write through sinks; whoever shows or watches what they wrote reads through [`History`]. It asks the same
//! stores that the same settings make programs write to, so it needs none of its own: InfluxDB (through the `InfluxQL`
//! API of version 1, which version 2 answers too), PostgreSQL, or the embedded store.
//!
//! It only reads. A store that nothing was written to yet, even one whose file is not there, is empty and no error.
//!
//! Long series are brought down to as many points as a chart has room for, each with its least, greatest and mean
//! value, so that no peak is lost.
//!
//! This crate does not know what a pipeline is for, when it should run, or how any of this looks.

mod dataset;
mod error;
mod history;
mod influxdb;
mod kept;
mod postgres;
mod row;
mod run;
mod series;
mod sqlite;

pub use dataset::{Column, Dataset, Kind};
pub use error::Error;
pub use history::History;
pub use kept::Kept;
pub use row::Row;
pub use run::{Pipeline, RunReport};
pub use series::{Point, Query, Series};

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
