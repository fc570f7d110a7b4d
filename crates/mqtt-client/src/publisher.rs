//! Publishing of messages.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use rumqttc::mqttbytes::QoS;
use rumqttc::mqttbytes::v4::{LastWill, Publish};
use rustls::ClientConfig;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::connection::Connection;
use crate::options::Options;
use crate::publish_loop::{PublishLoop, PublishRequest};
use crate::{Config, Error, topic};

/// Time limit for an orderly close.
const END_TIMEOUT: Duration = Duration::from_secs(3);

const ONLINE: &[u8] = b"online";
const OFFLINE: &[u8] = b"offline";

/// Sends messages to a broker and reports their acknowledgement.
///
/// It connects on first use, and again on the first use after the connection was lost. It does not retry: a message
/// that failed is not sent later, where it could overwrite a newer one of the caller.
///
/// While it is connected, the availability topic of the program holds `online`. When the connection ends, for any
/// reason, the broker publishes `offline` there. The client id of the connection ends in `-publisher`, so that it does
/// not end the connection of a [`Subscription`] of the same program.
///
/// [`Subscription`]: crate::Subscription
#[derive(Debug)]
pub struct Publisher {
    options: Options,
    availability_topic: String,
    in_flight: usize,
    handle: Mutex<SenderHandle>,
    /// Number of failed attempts to connect. Callers that wait for the same attempt share its error.
    failures: AtomicU64,
}

#[derive(Debug, Default)]
struct SenderHandle {
    requests: Option<mpsc::Sender<PublishRequest>>,
    task: Option<JoinHandle<()>>,
    failure: Option<Error>,
}

/// A message in flight.
#[derive(Debug)]
pub struct Receipt {
    answered: oneshot::Receiver<Result<(), Error>>,
}

impl Receipt {
    /// Waits until the broker has acknowledged the message.
    ///
    /// # Errors
    ///
    /// The reason why the message may not have arrived.
    pub async fn arrived(self) -> Result<(), Error> {
        self.answered.await.unwrap_or_else(|_| Err(lost()))
    }
}

impl Publisher {
    /// Creates a publisher. It connects on first use.
    pub fn new(config: &Config, tls: &ClientConfig) -> Self {
        let availability_topic = config.availability_topic();
        let mut options = Options::new(config, tls, format!("{}-publisher", config.client_id()));
        options.will = Some(LastWill::new(availability_topic.as_str(), OFFLINE, QoS::AtLeastOnce, true));
        let in_flight = usize::from(config.in_flight);
        Self { options, availability_topic, in_flight, handle: Mutex::default(), failures: AtomicU64::new(0) }
    }

    /// Publishes a message with [`Qos::AtLeastOnce`] and waits for its acknowledgement. With `retain`, the broker keeps
    /// it as the last message of its topic, for later subscribers.
    ///
    /// Dropping the future may still publish.
    ///
    /// # Errors
    ///
    /// The reason why the message may not have arrived. A message that the broker's access list forbids is no error:
    /// with MQTT 3.1.1 a broker acknowledges and drops it.
    ///
    /// [`Qos::AtLeastOnce`]: crate::Qos::AtLeastOnce
    pub async fn publish(&self, topic: &str, payload: impl Into<Bytes>, retain: bool) -> Result<(), Error> {
        self.send(topic, payload, retain).await?.arrived().await
    }

    /// Queues a message, as soon as fewer than `MQTT_IN_FLIGHT` are in flight. Messages of one caller arrive in the
    /// order of the calls, as long as the connection lasts.
    ///
    /// # Errors
    ///
    /// The broker cannot be reached, or `topic` is not a valid topic name.
    pub async fn send(&self, topic: &str, payload: impl Into<Bytes>, retain: bool) -> Result<Receipt, Error> {
        if !topic::is_name(topic) {
            return Err(Error::Topic { topic: topic.to_owned() });
        }
        let mut publish = Publish::from_bytes(topic, QoS::AtLeastOnce, payload.into());
        publish.retain = retain;
        let (answer, answered) = oneshot::channel();
        let requests = self.requests().await?;
        requests.send(PublishRequest { publish, answer }).await.map_err(|_| lost())?;
        Ok(Receipt { answered })
    }

    /// Tests connection and login on a separate connection, without publishing anything.
    ///
    /// # Errors
    ///
    /// The reason why the login failed.
    pub async fn check(&self) -> Result<(), Error> {
        let options = self.options.with_client_id(format!("{}-check", self.options.client_id));
        let (connection, _) = Connection::open(&options).await?;
        connection.disconnect().await
    }

    /// Waits for the messages in flight, publishes `offline` and disconnects.
    pub async fn close(self) {
        let SenderHandle { requests, task, .. } = self.handle.into_inner();
        drop(requests);
        if let Some(task) = task {
            // If the broker does not answer, the connection is dropped, and the broker publishes the last will.
            let _ = timeout(END_TIMEOUT, task).await;
        }
    }

    /// Queue of the publish loop; connects if there is no connection.
    async fn requests(&self) -> Result<mpsc::Sender<PublishRequest>, Error> {
        let failures = self.failures.load(Ordering::Relaxed);
        let mut handle = self.handle.lock().await;
        if let Some(requests) = handle.requests.as_ref().filter(|requests| !requests.is_closed()) {
            return Ok(requests.clone());
        }
        let has_failed = self.failures.load(Ordering::Relaxed) != failures;
        if let Some(failure) = handle.failure.as_ref().filter(|_| has_failed) {
            return Err(failure.clone());
        }
        match Connection::open(&self.options).await {
            Ok((connection, _)) => {
                let (requests, received) = mpsc::channel(self.in_flight);
                let [online, offline] = [ONLINE, OFFLINE].map(|word| self.availability(word));
                let publish_loop = PublishLoop::new(connection, received, self.in_flight, offline);
                let task = tokio::spawn(publish_loop.run(online));
                *handle = SenderHandle { requests: Some(requests.clone()), task: Some(task), failure: None };
                Ok(requests)
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                *handle = SenderHandle { failure: Some(error.clone()), ..SenderHandle::default() };
                Err(error)
            }
        }
    }

    fn availability(&self, word: &'static [u8]) -> Publish {
        let topic = self.availability_topic.as_str();
        let mut publish = Publish::from_bytes(topic, QoS::AtLeastOnce, Bytes::from_static(word));
        publish.retain = true;
        publish
    }
}

fn lost() -> Error {
    Error::Lost { reason: "it ended".to_owned() }
}
