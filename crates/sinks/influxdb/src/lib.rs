//! InfluxDB as a sink: the [v2 write API](https://docs.influxdata.com/influxdb/v2/api/#operation/PostWrite).
//!
//! A server that refuses some lines of a request does not say which in any one way, and may name the first alone. The
//! sink finds them all: it sets the suspects apart and sends the others again, which is harmless, until every row was
//! either in a request the server took or is known to be refused. Responses of the server are parsed in `bad_request`, the
//! suspects are chosen in `part`, and the search is in `delivery`.
//!
//! This crate does not retry, does not keep unwritten rows, and does not know its callers.

mod bad_request;
mod config;
mod delivery;
mod influxdb;
mod part;
mod write_api;

pub use config::Config;
pub use influxdb::InfluxdbSink;

/// The name of the store, in settings, errors and logs.
const NAME: &str = "influxdb";

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
