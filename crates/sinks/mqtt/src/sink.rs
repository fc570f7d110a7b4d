//! The sink: batches in, messages out.

use fault::{Fault as _, Kind};
use mqtt_client::{Publisher, Receipt};
use record::{Batch, Refused};
use rustls::ClientConfig;
use sink::{Error, Sink, Written};

use crate::NAME;
use crate::config::Config;
use crate::payload::Payload;
use crate::template::Topics;

/// A broker.
#[derive(Debug)]
pub struct MqttSink {
    publisher: Publisher,
    config: Config,
}

impl MqttSink {
    /// The broker that `config` names. It is contacted when it is first used.
    pub fn new(config: &Config, tls: &ClientConfig) -> Self {
        Self { publisher: Publisher::new(&config.broker, tls), config: config.clone() }
    }

    /// Sends a row as soon as the window has room.
    async fn send(&self, batch: &Batch<'_>, row: usize, topics: &Topics<'_>) -> Result<Sent, Error> {
        let Some(topic) = topics.topic(batch, row) else {
            return Ok(Sent::Refused("its topic is longer than a topic can be".to_owned()));
        };
        let payload = match serde_json::to_vec(&Payload { batch, row, form: self.config.form }) {
            Ok(payload) => payload,
            Err(error) => return Ok(Sent::Refused(error.to_string())),
        };
        let sent = self.publisher.send(&topic, payload, self.config.is_retained).await;
        sent.map(Sent::Receipt).map_err(failed)
    }
}

/// Result of a sent row.
enum Sent {
    Receipt(Receipt),
    /// No broker would take it.
    Refused(String),
}

impl Sent {
    /// Waits for the broker; gives the reason where it would never take the row.
    async fn arrived(self) -> Result<Option<String>, Error> {
        match self {
            Self::Refused(reason) => Ok(Some(reason)),
            Self::Receipt(receipt) => match receipt.arrived().await {
                Ok(()) => Ok(None),
                Err(error) if error.kind() == Kind::Rejected => Ok(Some(fault::chain(&error))),
                Err(error) => Err(failed(error)),
            },
        }
    }
}

fn failed(error: mqtt_client::Error) -> Error {
    Error::caused(NAME, "cannot publish", error)
}

impl Sink for MqttSink {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Publishes each row as one message, in order, without waiting for one before the next.
    ///
    /// A broker acknowledges a message that its access list forbids, so one that nobody will ever get counts as
    /// written.
    ///
    /// # Errors
    ///
    /// - [`Kind::Temporary`]: the broker cannot be reached, or the connection was lost.
    /// - [`Kind::Unauthorized`]: the broker does not accept user and password.
    /// - [`Kind::Configuration`]: TLS fails, or `MQTT_TOPIC` names a column that is no tag or key.
    async fn write(&self, batch: &Batch<'_>) -> Result<Written, Error> {
        let topics = self.config.topic.resolve(batch.schema()).map_err(|column| {
            let message =
                format!("MQTT_TOPIC names `{column}`, which is no tag or key of `{}`", batch.schema().name);
            Error::new(NAME, Kind::Configuration, message)
        })?;
        let mut refused = Vec::new();
        let mut sent = Vec::with_capacity(batch.len());
        let mut failure = None;
        for row in 0..batch.len() {
            match self.send(batch, row, &topics).await {
                Ok(on_its_way) => sent.push((row, on_its_way)),
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        // A message in flight has a better reason for the end of the connection than one that was not sent any more.
        for (row, on_its_way) in sent {
            refused.extend(on_its_way.arrived().await?.map(|reason| Refused { row, reason }));
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        Ok(Written { refused })
    }

    /// Logs in on a connection of its own, which ends at once, and publishes nothing. Whether the broker lets the
    /// program publish on the topic cannot be asked.
    async fn check(&self) -> Result<(), Error> {
        self.publisher.check().await.map_err(|error| Error::caused(NAME, "cannot connect", error))
    }
}
