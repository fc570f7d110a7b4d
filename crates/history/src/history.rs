//! Reading of all stores that programs with the same settings write to.

use std::cmp::Ordering;

use http_client::Client;
use jiff::Timestamp;
use rustls::ClientConfig;
use sink_router::{Config, StoreName};

use crate::influxdb::Influxdb;
use crate::postgres::Postgres;
use crate::run::{by_pipeline, newest_first};
use crate::sqlite::Sqlite;
use crate::{Dataset, Error, Pipeline, Query, Row, RunReport, Series, StateEntry};

/// Reading of all stores that programs with the same settings write to.
#[derive(Debug)]
pub struct History {
    stores: Vec<Store>,
    state: Store,
}

#[derive(Debug)]
enum Store {
    Influxdb(Influxdb),
    Postgres(Box<Postgres>),
    Sqlite(Sqlite),
}

/// Calls a method of the store, whichever it is. The futures are boxed, since they differ much in size.
macro_rules! ask {
    ($store:expr, $one:ident => $call:expr) => {
        match $store {
            Store::Influxdb($one) => Box::pin($call).await,
            Store::Postgres($one) => Box::pin($call).await,
            Store::Sqlite($one) => Box::pin($call).await,
        }
    };
}

impl History {
    /// Creates a history of the stores in `config`. It connects on first use.
    ///
    /// InfluxDB and PostgreSQL are both read if configured, since each may hold records of other programs; the embedded
    /// store is read if neither is configured, or if `SINK` names it.
    pub fn new(config: &Config, http: &Client, tls: &ClientConfig) -> Self {
        let influxdb = || Some(Store::Influxdb(Influxdb::new(config.influxdb()?, http)));
        let postgres =
            || Some(Store::Postgres(Box::new(Postgres::new(config.postgres()?.clone(), tls.clone()))));
        let sqlite = || Store::Sqlite(Sqlite::new(&config.sqlite.path));
        let named = |name| config.stores().contains(&name);
        let servers = [
            influxdb().filter(|_| named(StoreName::Influxdb)),
            postgres().filter(|_| named(StoreName::Postgres)),
        ];
        let mut stores: Vec<_> = servers.into_iter().flatten().collect();
        if stores.is_empty() || (config.is_forced() && named(StoreName::Sqlite)) {
            stores.push(sqlite());
        }
        Self { stores, state: postgres().unwrap_or_else(sqlite) }
    }

    /// All programs that ran since then, by name, each with its newest runs.
    ///
    /// # Errors
    ///
    /// A store could not be read.
    pub async fn pipelines(&self, since: Timestamp, runs: usize) -> Result<Vec<Pipeline>, Error> {
        let mut found = Vec::new();
        for store in &self.stores {
            found.extend(ask!(store, store => store.pipelines(since, runs))?);
        }
        Ok(by_pipeline(found, runs))
    }

    /// Newest runs of a program, newest first.
    ///
    /// # Errors
    ///
    /// A store could not be read.
    pub async fn runs(&self, pipeline: &str, limit: usize) -> Result<Vec<RunReport>, Error> {
        let mut found = Vec::new();
        for store in &self.stores {
            found.extend(ask!(store, store => store.runs(pipeline, None, limit))?);
        }
        Ok(newest_first(found, limit))
    }

    /// Newest failed run of a program.
    ///
    /// # Errors
    ///
    /// A store could not be read.
    pub async fn last_error(&self, pipeline: &str) -> Result<Option<RunReport>, Error> {
        self.last(pipeline, "failed").await
    }

    /// Newest successful run of a program.
    ///
    /// # Errors
    ///
    /// A store could not be read.
    pub async fn last_success(&self, pipeline: &str) -> Result<Option<RunReport>, Error> {
        self.last(pipeline, "ok").await
    }

    /// All measurements and tables, by name.
    ///
    /// # Errors
    ///
    /// A store could not be read.
    pub async fn datasets(&self) -> Result<Vec<Dataset>, Error> {
        let mut found = Vec::new();
        for store in &self.stores {
            found.extend(ask!(store, store => store.datasets())?);
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// Series of a measurement, ordered by field, in the order of the query, and by tags.
    ///
    /// Fields that are not numeric, or not part of the measurement, have no series.
    ///
    /// # Errors
    ///
    /// The store could not be read.
    pub async fn series(&self, dataset: &Dataset, query: &Query) -> Result<Vec<Series>, Error> {
        let Some(store) = self.store_of(dataset) else { return Ok(Vec::new()) };
        let is_known = |tag: &String| dataset.tags.contains(tag);
        if dataset.time.is_none() || !query.tags.keys().all(is_known) || query.since >= query.until {
            return Ok(Vec::new());
        }
        let mut query = query.clone();
        query.fields.retain(|field| dataset.numeric_fields().any(|numeric| numeric == field));
        if query.fields.is_empty() {
            return Ok(Vec::new());
        }
        ask!(store, store => store.series(dataset, &query))
    }

    /// Newest row of each series of a measurement that is not later than `until`, newest first; or the first rows of a
    /// table.
    ///
    /// SQL stores read only the newest five thousand rows, so a series that ended long ago may be missing.
    ///
    /// # Errors
    ///
    /// The store could not be read.
    pub async fn latest(&self, dataset: &Dataset, until: Timestamp, limit: usize) -> Result<Vec<Row>, Error> {
        let Some(store) = self.store_of(dataset) else { return Ok(Vec::new()) };
        let mut rows = ask!(store, store => store.latest(dataset, until, limit))?;
        if let Some(time) = &dataset.time {
            let at = |row: &Row| row.get(time).and_then(crate::row::time);
            rows.sort_by(|one, other| at(other).partial_cmp(&at(one)).unwrap_or(Ordering::Equal));
            rows.truncate(limit);
        }
        Ok(rows)
    }

    /// State of programs under keys that begin with `prefix`, by program and key.
    ///
    /// # Errors
    ///
    /// The store could not be read.
    pub async fn state(&self, prefix: &str) -> Result<Vec<StateEntry>, Error> {
        match &self.state {
            Store::Postgres(store) => Box::pin(store.state(prefix)).await,
            Store::Sqlite(store) => store.state(prefix).await,
            // InfluxDB holds no state.
            Store::Influxdb(_) => Ok(Vec::new()),
        }
    }

    async fn last(&self, pipeline: &str, status: &'static str) -> Result<Option<RunReport>, Error> {
        let mut found = Vec::new();
        for store in &self.stores {
            found.extend(ask!(store, store => store.runs(pipeline, Some(status), 1))?);
        }
        Ok(newest_first(found, 1).pop())
    }

    fn store_of(&self, dataset: &Dataset) -> Option<&Store> {
        self.stores.iter().find(|store| store.name() == dataset.store)
    }
}

impl Store {
    fn name(&self) -> &'static str {
        match self {
            Self::Influxdb(_) => crate::influxdb::NAME,
            Self::Postgres(_) => crate::postgres::NAME,
            Self::Sqlite(_) => crate::sqlite::NAME,
        }
    }
}
