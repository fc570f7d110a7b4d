//! Small durable key-value state: cursors, caches, alert state.

use std::path::Path;
use std::time::Duration;

use fault::{Fault, Kind};
use rustls::ClientConfig;

/// What a program remembers from one run to the next.
#[derive(Debug)]
pub struct State {
    program: String,
}

/// State that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the state cannot be read or written")]
pub struct Error;

impl Fault for Error {
    fn kind(&self) -> Kind {
        Kind::Temporary
    }
}

impl State {
    /// State of `program` in a PostgreSQL database. Connects when it is first used.
    pub fn postgres(_config: postgres_client::Config, _tls: ClientConfig, program: &str) -> Self {
        Self { program: program.to_owned() }
    }

    /// State of `program` in the SQLite file at `path`. Opens it when it is first used.
    pub fn sqlite(_path: &Path, program: &str) -> Self {
        Self { program: program.to_owned() }
    }

    /// State that ends with the program, because of `reason`.
    pub fn forgetful(_reason: &str) -> Self {
        Self { program: String::new() }
    }

    /// Whether what is kept is still there in the next run.
    pub fn is_durable(&self) -> bool {
        !self.program.is_empty()
    }

    /// What is kept under `key`.
    pub async fn get(&self, _key: &str) -> Result<Option<String>, Error> {
        Ok(None)
    }

    /// Keeps `value` under `key`.
    pub async fn set(&self, _key: &str, _value: &str) -> Result<(), Error> {
        Ok(())
    }

    /// Forgets what is kept under `key`.
    pub async fn remove(&self, _key: &str) -> Result<(), Error> {
        Ok(())
    }

    /// Replaces what is kept under `key` if it is `expected`, and tells whether it did. `None` stands for nothing kept.
    pub async fn swap(&self, _key: &str, _expected: Option<&str>, _new: Option<&str>) -> Result<bool, Error> {
        Ok(false)
    }

    /// The value kept under `key` if it is younger than `max_age`, else what `make` returns, which is then kept.
    pub async fn remember<E>(
        &self,
        _key: &str,
        _max_age: Duration,
        make: impl AsyncFnOnce() -> Result<String, E>,
    ) -> Result<String, E> {
        make().await
    }
}
