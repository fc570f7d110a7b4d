//! Programs under test: a subscriber and a publisher, with time limits on each step.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mqtt_client::{Config, Error, Event, Filter, Message, Publisher, Qos, Subscription};
use settings::{Settings as _, Source};
use tokio::runtime::Runtime;

/// Time limit of one step.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn config(variables: &[(&str, &str)]) -> Config {
    let mut source = Source::of(variables.iter().copied());
    let config = Config::read(&mut source);
    source.finish().unwrap();
    config.unwrap()
}

/// Configuration of a program with the given name.
pub(crate) fn named(url: &str, program: &str) -> Config {
    config(&[("MQTT_URL", url)]).named(program)
}

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    runtime().block_on(patient(work))
}

pub(crate) async fn patient<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap()
}

pub(crate) fn publisher(config: &Config) -> Publisher {
    Publisher::new(config, &tls::client_config(None).unwrap())
}

/// Publishes through a publisher of its own, with a unique client id, since tests share a broker.
pub(crate) fn publish(url: &str, topic: &str, payload: impl Into<bytes::Bytes>, retain: bool) {
    static PUBLISHERS: AtomicUsize = AtomicUsize::new(0);
    let number = PUBLISHERS.fetch_add(1, Ordering::Relaxed);
    let publisher = publisher(&named(url, &format!("publishing-{number}")));
    run(async {
        publisher.publish(topic, payload, retain).await.unwrap();
        publisher.close().await;
    });
}

/// A program that subscribes.
pub(crate) struct Subscriber {
    runtime: Runtime,
    subscription: Subscription,
    taken: Vec<Message>,
}

impl Subscriber {
    pub(crate) fn start(config: &Config, topics: &[&str]) -> Self {
        let filters = topics.iter().map(|topic| Filter::new(*topic, Qos::AtLeastOnce)).collect();
        let tls = tls::client_config(None).unwrap();
        let subscription = Subscription::start(config, &tls, filters).unwrap();
        Self { runtime: runtime(), subscription, taken: Vec::new() }
    }

    /// Starts a subscriber and waits until the broker has accepted it.
    pub(crate) fn connected(config: &Config, topics: &[&str]) -> Self {
        let mut subscriber = Self::start(config, topics);
        subscriber.wait_until_connected();
        subscriber
    }

    pub(crate) fn event(&mut self) -> Event {
        self.runtime.block_on(patient(self.subscription.next_batch(&mut self.taken, 100)))
    }

    /// Waits for a connection. Returns whether the broker kept the session.
    pub(crate) fn wait_until_connected(&mut self) -> bool {
        loop {
            if let Event::Connected { session_present } = self.event() {
                return session_present;
            }
        }
    }

    pub(crate) fn wait_until_disconnected(&mut self) -> Error {
        loop {
            if let Event::Disconnected(error) = self.event() {
                return error;
            }
        }
    }

    pub(crate) fn message(&mut self) -> Message {
        while self.taken.is_empty() {
            self.event();
        }
        self.taken.remove(0)
    }

    pub(crate) fn acknowledge(&self, message: &Message) {
        self.subscription.acknowledge(message.token);
    }

    /// Takes and acknowledges the next message, and returns its payload.
    pub(crate) fn payload(&mut self) -> String {
        let message = self.message();
        self.acknowledge(&message);
        String::from_utf8(message.payload.to_vec()).unwrap()
    }

    /// Returns the next payload other than `repeated`.
    pub(crate) fn payload_after(&mut self, repeated: &str) -> String {
        loop {
            let payload = self.payload();
            if payload != repeated {
                return payload;
            }
        }
    }

    pub(crate) fn close(self) {
        self.runtime.block_on(patient(self.subscription.close()));
    }
}
