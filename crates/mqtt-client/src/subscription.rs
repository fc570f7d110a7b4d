//! What a program sees of its subscription.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::ClientConfig;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::handover::Handover;
use crate::message::{Filter, Message, Token};
use crate::options::Options;
use crate::receiver::Receiver;
use crate::{Config, Error, topic};

/// How long the end of the connection is waited for.
const END_TIMEOUT: Duration = Duration::from_secs(3);

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// Messages arrived.
    Messages,
    /// The broker accepts the filters. What was sent before is delivered again where nobody acknowledged it.
    Connected {
        /// Whether the broker kept messages since the last connection.
        session_present: bool,
    },
    /// There is no connection. The next attempt follows by itself.
    Disconnected(Error),
}

/// Messages from a broker that keeps them until they are acknowledged.
///
/// The session is persistent: under the same client id, the broker keeps messages of [`Qos::AtLeastOnce`] while the
/// program is away, within its own limits. On each connection all filters are subscribed to again, so that the broker
/// sends what is retained, and a changed filter counts.
///
/// A thread of its own talks to the broker. It reads no more than what may wait, asks for signs of life in time,
/// however long the program takes, and connects again when the connection ends.
///
/// [`Qos::AtLeastOnce`]: crate::Qos::AtLeastOnce
#[derive(Debug)]
pub struct Subscription {
    handover: Arc<Handover>,
    ended: oneshot::Receiver<()>,
}

impl Subscription {
    /// Begins to connect and to subscribe.
    ///
    /// # Errors
    ///
    /// [`Error::Topic`] where a filter is none, [`Error::Thread`] where the system has no thread left. What the
    /// network and the broker say is told by [`Subscription::next_batch`].
    pub fn start(config: &Config, tls: &ClientConfig, filters: Vec<Filter>) -> Result<Self, Error> {
        let mut options = Options::new(config, tls, config.client_id().to_owned());
        options.is_persistent = true;
        Self::begin(options, filters)
    }

    /// Begins to look at what is published, without leaving a trace: the session is of another name and ends with the
    /// connection, so that a running program of the same client id keeps its own, and every message that waits there.
    ///
    /// # Errors
    ///
    /// Those of [`Subscription::start`].
    pub fn peek(config: &Config, tls: &ClientConfig, filters: Vec<Filter>) -> Result<Self, Error> {
        Self::begin(
            Options::new(config, tls, format!("{}-peek-{}", config.client_id(), std::process::id())),
            filters,
        )
    }

    fn begin(options: Options, filters: Vec<Filter>) -> Result<Self, Error> {
        if let Some(wrong) = filters.iter().find(|filter| !topic::is_filter(&filter.topic)) {
            return Err(Error::Topic { topic: wrong.topic.clone() });
        }
        let handover = Arc::new(Handover::default());
        let (ending, ended) = oneshot::channel();
        let receiver = Receiver::new(options, filters, Arc::clone(&handover));
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::thread)?;
        let work = move || {
            runtime.block_on(receiver.run());
            // Nobody may be waiting.
            let _ = ending.send(());
        };
        thread::Builder::new().name("mqtt".to_owned()).spawn(work).map_err(Error::thread)?;
        Ok(Self { handover, ended })
    }

    /// Waits until there is a message or something happened to the connection, and adds up to `most` messages to
    /// `into`.
    ///
    /// Events come in order, and so do messages between them. May be cancelled; nothing is lost by it.
    pub async fn next_batch(&mut self, into: &mut Vec<Message>, most: usize) -> Event {
        self.handover.take(into, most).await
    }

    /// Tells that the program is done with a message: stored it, or decided to do nothing with it. The broker then
    /// forgets it.
    ///
    /// May be called in any order; the broker is told in the order in which the messages came. A token of a former
    /// connection is of no use and does no harm: the broker sends that message again.
    pub fn acknowledge(&self, token: Token) {
        if token != Token::NONE {
            self.handover.acknowledge(token);
        }
    }

    /// Sends the acknowledgements that are left, and takes leave of the broker. The session stays.
    pub async fn close(mut self) {
        self.handover.end();
        // A broker that does not answer is left without a word.
        let _ = timeout(END_TIMEOUT, &mut self.ended).await;
    }
}

/// Ends the connection without waiting.
impl Drop for Subscription {
    fn drop(&mut self) {
        self.handover.end();
    }
}
