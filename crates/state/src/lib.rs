//! Small durable key-value state: cursors, caches, alert state.
//!
//! A job that runs once an hour gets the values of its last run from its [`State`]. The state lives where the
//! records do: in PostgreSQL or in the SQLite file. Without either, it lasts as long as the program, and the
//! log says so once.
//!
//! Each program has keys of its own. Nothing is opened before it is needed.
//!
//! This crate does not know the meaning of the values.

mod error;
mod forgetful;
mod postgres;
mod remember;
mod sqlite;
mod statement;

use std::cell::Cell;
use std::path::Path;

use postgres_client::{Config, Connector};
use rustls::ClientConfig;

pub use error::Error;
use forgetful::Forgetful;
use postgres::Postgres;
use sqlite::Sqlite;
use statement::Change;

/// Durable state of a program between runs.
#[derive(Debug)]
pub struct State {
    program: String,
    place: Place,
    /// Whether the log already says that something could not be remembered.
    has_warned: Cell<bool>,
}

#[derive(Debug)]
enum Place {
    Postgres(Box<Postgres>),
    Sqlite(Sqlite),
    Forgetful(Forgetful),
}

impl State {
    /// The state of `program` in a PostgreSQL database, in the table `platform_state`.
    pub fn postgres(config: Config, tls: ClientConfig, program: &str) -> Self {
        Self::new(program, Place::Postgres(Box::new(Postgres::new(Connector::new(config, tls)))))
    }

    /// The state of `program` in the SQLite file at `path`, in the table `platform_state`.
    pub fn sqlite(path: &Path, program: &str) -> Self {
        Self::new(program, Place::Sqlite(Sqlite::new(path)))
    }

    /// State that ends with the program. `reason` says why, for the log: no store is configured, nothing is writable.
    pub fn forgetful(reason: &str) -> Self {
        Self::new("", Place::Forgetful(Forgetful::new(reason)))
    }

    /// Whether the next run will find the values of this one.
    pub fn is_durable(&self) -> bool {
        !matches!(self.place, Place::Forgetful(_))
    }

    /// Reads the value of `key`.
    ///
    /// # Errors
    ///
    /// The reason why the state cannot be read.
    pub async fn get(&self, key: &str) -> Result<Option<String>, Error> {
        match &self.place {
            Place::Postgres(place) => place.get(&self.program, key).await,
            Place::Sqlite(place) => place.get(&self.program, key),
            Place::Forgetful(place) => Ok(place.get(key)),
        }
    }

    /// Every key that begins with `beginning`, with its value, in order.
    ///
    /// # Errors
    ///
    /// The reason why the state cannot be read.
    pub async fn all(&self, beginning: &str) -> Result<Vec<(String, String)>, Error> {
        match &self.place {
            Place::Postgres(place) => place.all(&self.program, beginning).await,
            Place::Sqlite(place) => place.all(&self.program, beginning),
            Place::Forgetful(place) => Ok(place.all(beginning)),
        }
    }

    /// Keeps `value` under `key`, in place of an earlier value.
    ///
    /// # Errors
    ///
    /// The reason why it could not be kept.
    pub async fn set(&self, key: &str, value: &str) -> Result<(), Error> {
        self.change(key, Change::Set(value)).await.map(drop)
    }

    /// Removes the value of `key`, if there is one.
    ///
    /// # Errors
    ///
    /// The reason why it could not be removed.
    pub async fn remove(&self, key: &str) -> Result<(), Error> {
        self.change(key, Change::Remove).await.map(drop)
    }

    /// Replaces the value of `key` if it is `expected`, and returns whether it was. `None` is no value.
    ///
    /// Of two programs that swap at once, one gets `false`.
    ///
    /// # Errors
    ///
    /// The reason why it could not be replaced.
    pub async fn swap(&self, key: &str, expected: Option<&str>, new: Option<&str>) -> Result<bool, Error> {
        let change = match (expected, new) {
            (None, None) => return Ok(self.get(key).await?.is_none()),
            (None, Some(value)) => Change::Add(value),
            (Some(expected), Some(value)) => Change::Replace { expected, value },
            (Some(expected), None) => Change::Take { expected },
        };
        self.change(key, change).await
    }

    fn new(program: &str, place: Place) -> Self {
        Self { program: program.to_owned(), place, has_warned: Cell::new(false) }
    }

    /// Makes a change. Returns whether its condition held.
    async fn change(&self, key: &str, change: Change<'_>) -> Result<bool, Error> {
        match &self.place {
            Place::Postgres(place) => place.change(&self.program, key, change).await,
            Place::Sqlite(place) => place.change(&self.program, key, change),
            Place::Forgetful(place) => Ok(place.change(key, change)),
        }
    }
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
