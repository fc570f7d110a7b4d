//! PostgreSQL connections: settings, TLS, and errors by what they ask of the caller.
//!
//! The sink and the state of a program reach the database through this crate, so that both understand the same
//! settings and sort the same failures the same way.
//!
//! This crate does not know records, tables or keys.

mod config;
mod connect;
mod connector;
mod error;
mod sqlstate;
mod url;

pub use config::Config;
pub use connect::{connect, within};
pub use connector::Connector;
pub use error::Error;
pub use tokio_postgres::Client;

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
