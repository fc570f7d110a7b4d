//! A store of any kind.

use http_client::Client;
use record::{Batch, Schema};
use rustls::ClientConfig;
use sink::{Error, Sink, Written};
use sink_influxdb::InfluxdbSink;
use sink_mqtt::MqttSink;
use sink_postgres::PostgresSink;
use sink_sqlite::SqliteSink;
use sink_stdout::StdoutSink;

use crate::{Config, StoreName};

/// A store of any kind.
#[derive(Debug)]
pub enum Store {
    /// InfluxDB, or a database with its v2 write API.
    Influxdb(InfluxdbSink),
    /// PostgreSQL.
    Postgres(Box<PostgresSink>),
    /// The embedded store.
    Sqlite(SqliteSink),
    /// An MQTT broker.
    Mqtt(Box<MqttSink>),
    /// Standard output.
    Stdout(StdoutSink),
}

impl Store {
    /// The store of that name; `None` where it is not configured.
    pub(crate) fn new(name: StoreName, config: &Config, http: &Client, tls: &ClientConfig) -> Option<Self> {
        Some(match name {
            StoreName::Influxdb => Self::Influxdb(InfluxdbSink::new(config.influxdb.as_ref()?, http)),
            StoreName::Postgres => {
                Self::Postgres(Box::new(PostgresSink::new(config.postgres()?.clone(), tls.clone())))
            }
            StoreName::Sqlite => Self::Sqlite(SqliteSink::new(&config.sqlite)),
            StoreName::Mqtt => Self::Mqtt(Box::new(MqttSink::new(config.mqtt.as_ref()?, tls))),
            StoreName::Stdout => Self::Stdout(StdoutSink::new()),
        })
    }

    /// Whether it can hold records of this schema.
    pub fn holds(&self, schema: &Schema) -> bool {
        !matches!(self, Self::Influxdb(_)) || schema.is_measurement()
    }
}

/// Each sink's future is boxed: they differ in size, and all of them would weigh on every program.
impl Sink for Store {
    fn name(&self) -> &'static str {
        match self {
            Self::Influxdb(sink) => sink.name(),
            Self::Postgres(sink) => sink.name(),
            Self::Sqlite(sink) => sink.name(),
            Self::Mqtt(sink) => sink.name(),
            Self::Stdout(sink) => sink.name(),
        }
    }

    async fn write(&self, batch: &Batch<'_>) -> Result<Written, Error> {
        match self {
            Self::Influxdb(sink) => Box::pin(sink.write(batch)).await,
            Self::Postgres(sink) => Box::pin(sink.write(batch)).await,
            Self::Sqlite(sink) => Box::pin(sink.write(batch)).await,
            Self::Mqtt(sink) => Box::pin(sink.write(batch)).await,
            Self::Stdout(sink) => Box::pin(sink.write(batch)).await,
        }
    }

    async fn check(&self) -> Result<(), Error> {
        match self {
            Self::Influxdb(sink) => Box::pin(sink.check()).await,
            Self::Postgres(sink) => Box::pin(sink.check()).await,
            Self::Sqlite(sink) => Box::pin(sink.check()).await,
            Self::Mqtt(sink) => Box::pin(sink.check()).await,
            Self::Stdout(sink) => Box::pin(sink.check()).await,
        }
    }
}
