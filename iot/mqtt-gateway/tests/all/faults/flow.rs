//! A steady flow of published messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use mqtt_client::{Config, Publisher};
use settings::{Settings as _, Source};

use super::scene::{TOPIC, eventually};

const EVERY: Duration = Duration::from_millis(3);
/// Time after which an unacknowledged message is published again.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Creates the payload of a message from its number.
pub type Payload = fn(usize) -> String;

/// Payload with the number only; the message gets its arrival time.
pub fn plain(number: usize) -> String {
    format!(r#"{{"power":{number}}}"#)
}

/// Payload with the number and a time.
pub fn timed(number: usize) -> String {
    format!(r#"{{"power":{number},"last_seen":{}}}"#, 1_795_348_800_000 + number)
}

/// Length of a flow, ten times as long with `FAULTS_LONG=1`.
pub fn long(messages: usize) -> usize {
    if std::env::var_os("FAULTS_LONG").is_some() { messages * 10 } else { messages }
}

/// A flow of messages, numbered from 1.
pub struct Flow {
    is_over: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Flow {
    /// Starts to publish about 300 messages a second.
    pub fn start(url: &str, payload: Payload) -> Self {
        let (is_over, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (ending, counting, url) = (Arc::clone(&is_over), Arc::clone(&acknowledged), url.to_owned());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(publish(&url, payload, &ending, &counting));
        });
        Self { is_over, acknowledged, thread: Some(thread) }
    }

    /// Number of messages that the broker has acknowledged.
    pub fn count(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Waits for a number of further messages.
    pub fn go_on(&self, messages: usize) {
        let enough = self.count() + messages;
        eventually("more messages", || self.count() >= enough);
    }

    /// Stops the flow. Returns the number of acknowledged messages.
    pub fn end(mut self) -> usize {
        self.is_over.store(true, Ordering::SeqCst);
        self.thread.take().unwrap().join().unwrap();
        self.count()
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
    }
}

/// Creates a publisher.
pub fn publisher(url: &str) -> Publisher {
    let variables = [("MQTT_URL", url), ("MQTT_KEEP_ALIVE_SECONDS", "2")];
    let config = Config::read(&mut Source::of(variables)).unwrap().named("devices");
    Publisher::new(&config, &tls::client_config(None).unwrap())
}

async fn publish(url: &str, payload: Payload, is_over: &AtomicBool, acknowledged: &AtomicUsize) {
    let publisher = publisher(url);
    let mut next = tokio::time::interval(EVERY);
    while !is_over.load(Ordering::SeqCst) {
        next.tick().await;
        let number = acknowledged.load(Ordering::SeqCst) + 1;
        while publisher.publish(TOPIC, payload(number), false).await.is_err() {
            tokio::time::sleep(AGAIN_AFTER).await;
        }
        acknowledged.store(number, Ordering::SeqCst);
    }
    publisher.close().await;
}
