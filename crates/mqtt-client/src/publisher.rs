//! What a program sees of publishing.

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
use crate::sender::{Order, Sender};
use crate::{Config, Error, topic};

/// How long the end of the connection is waited for.
const END_TIMEOUT: Duration = Duration::from_secs(3);

const ONLINE: &[u8] = b"online";
const OFFLINE: &[u8] = b"offline";

/// Gives messages to a broker and says when they have arrived.
///
/// It connects when it is first used, and again when it is used after the connection was lost. It keeps nothing: what
/// failed is not sent later behind the caller's back, where it would overtake what the caller has sent since.
///
/// While it is connected, the topic of the program's availability holds `online`; the broker puts `offline` there
/// when the connection ends, however it ends. The name of the session is the client id with `-publisher` behind it,
/// so that it does not end the connection of a [`Subscription`] of the same program.
///
/// [`Subscription`]: crate::Subscription
#[derive(Debug)]
pub struct Publisher {
    options: Options,
    availability_topic: String,
    in_flight: usize,
    link: Mutex<Link>,
    /// Counts the attempts to connect that failed, so that all who wait for one share its failure.
    failures: AtomicU64,
}

#[derive(Debug, Default)]
struct Link {
    orders: Option<mpsc::Sender<Order>>,
    work: Option<JoinHandle<()>>,
    failure: Option<Error>,
}

/// A message on its way.
#[derive(Debug)]
pub struct Receipt {
    answered: oneshot::Receiver<Result<(), Error>>,
}

impl Receipt {
    /// Waits until the broker has acknowledged the message.
    ///
    /// # Errors
    ///
    /// Why the message may not have arrived.
    pub async fn arrived(self) -> Result<(), Error> {
        self.answered.await.unwrap_or_else(|_| Err(lost()))
    }
}

impl Publisher {
    /// A publisher that has not connected yet.
    pub fn new(config: &Config, tls: &ClientConfig) -> Self {
        let availability_topic = config.availability_topic();
        let mut options = Options::new(config, tls, format!("{}-publisher", config.client_id()));
        options.will = Some(LastWill::new(availability_topic.as_str(), OFFLINE, QoS::AtLeastOnce, true));
        let in_flight = usize::from(config.in_flight);
        Self { options, availability_topic, in_flight, link: Mutex::default(), failures: AtomicU64::new(0) }
    }

    /// Publishes a message and waits until the broker has acknowledged it, as with [`Qos::AtLeastOnce`]. With `retain`,
    /// the broker keeps it for those who subscribe later, as the last that was said on its topic.
    ///
    /// A call that is dropped may still publish.
    ///
    /// # Errors
    ///
    /// Why the message may not have arrived. One that the broker's access list forbids is not among them: with MQTT
    /// 3.1.1 a broker acknowledges it and drops it.
    ///
    /// [`Qos::AtLeastOnce`]: crate::Qos::AtLeastOnce
    pub async fn publish(&self, topic: &str, payload: impl Into<Bytes>, retain: bool) -> Result<(), Error> {
        self.send(topic, payload, retain).await?.arrived().await
    }

    /// Puts a message behind those that were sent before it, as soon as the window has room. As many are under way as
    /// `MQTT_IN_FLIGHT` says. What one caller sends in turn arrives in that order, as long as the connection lasts.
    ///
    /// # Errors
    ///
    /// There is no connection, or `topic` is none.
    pub async fn send(&self, topic: &str, payload: impl Into<Bytes>, retain: bool) -> Result<Receipt, Error> {
        if !topic::is_name(topic) {
            return Err(Error::Topic { topic: topic.to_owned() });
        }
        let mut publish = Publish::from_bytes(topic, QoS::AtLeastOnce, payload.into());
        publish.retain = retain;
        let (answer, answered) = oneshot::channel();
        let orders = self.orders().await?;
        orders.send(Order { publish, answer }).await.map_err(|_| lost())?;
        Ok(Receipt { answered })
    }

    /// Reaches the broker and logs in, on a connection of its own that ends at once, and publishes nothing.
    ///
    /// # Errors
    ///
    /// Why that is not possible.
    pub async fn check(&self) -> Result<(), Error> {
        let options = self.options.renamed(format!("{}-check", self.options.client_id));
        let (connection, _) = Connection::open(&options).await?;
        connection.goodbye().await
    }

    /// Waits for what is under way, says `offline`, and takes leave of the broker.
    pub async fn close(self) {
        let Link { orders, work, .. } = self.link.into_inner();
        drop(orders);
        if let Some(work) = work {
            // A broker that does not answer is left without a word, and publishes the last will.
            let _ = timeout(END_TIMEOUT, work).await;
        }
    }

    /// The way to the connection, which is made where there is none.
    async fn orders(&self) -> Result<mpsc::Sender<Order>, Error> {
        let failures = self.failures.load(Ordering::Relaxed);
        let mut link = self.link.lock().await;
        if let Some(orders) = link.orders.as_ref().filter(|orders| !orders.is_closed()) {
            return Ok(orders.clone());
        }
        let has_failed = self.failures.load(Ordering::Relaxed) != failures;
        if let Some(failure) = link.failure.as_ref().filter(|_| has_failed) {
            return Err(failure.clone());
        }
        match Connection::open(&self.options).await {
            Ok((connection, _)) => {
                let (orders, received) = mpsc::channel(self.in_flight);
                let [birth, farewell] = [ONLINE, OFFLINE].map(|word| self.availability(word));
                let sender = Sender::new(connection, received, self.in_flight, farewell);
                let work = tokio::spawn(sender.run(birth));
                *link = Link { orders: Some(orders.clone()), work: Some(work), failure: None };
                Ok(orders)
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                *link = Link { failure: Some(error.clone()), ..Link::default() };
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
