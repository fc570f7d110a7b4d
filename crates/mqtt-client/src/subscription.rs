//! Subscriptions: messages and their acknowledgement.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::ClientConfig;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::event::Event;
use crate::message::{Filter, Message, Token};
use crate::options::Options;
use crate::receive_buffer::ReceiveBuffer;
use crate::receive_loop::ReceiveLoop;
use crate::{Config, Error, topic};

/// Time limit for an orderly close.
const END_TIMEOUT: Duration = Duration::from_secs(3);

/// A subscription whose messages the broker keeps until they are acknowledged.
///
/// The session is persistent: under the same client id, the broker keeps messages of [`Qos::AtLeastOnce`] while the
/// program is disconnected, within its own limits. Each connection subscribes to all filters again, so that the broker
/// sends the retained messages, and changed filters take effect.
///
/// A thread of its own talks to the broker. It stops reading while its buffer is full, sends pings however long the
/// program takes, and reconnects when the connection ends.
///
/// [`Qos::AtLeastOnce`]: crate::Qos::AtLeastOnce
#[derive(Debug)]
pub struct Subscription {
    buffer: Arc<ReceiveBuffer>,
    ended: oneshot::Receiver<()>,
}

impl Subscription {
    /// Starts a thread that connects and subscribes.
    ///
    /// # Errors
    ///
    /// [`Error::Topic`] if a filter is not valid, [`Error::Thread`] if no thread can be started. Errors of the network
    /// and the broker are returned by [`Subscription::next_batch`].
    pub fn start(config: &Config, tls: &ClientConfig, filters: Vec<Filter>) -> Result<Self, Error> {
        let mut options = Options::new(config, tls, config.client_id().to_owned());
        options.is_persistent = true;
        Self::begin(options, filters)
    }

    /// Starts a temporary subscription under another client id, whose session ends with the connection. A running
    /// program with the configured client id keeps its session and the messages in it.
    ///
    /// # Errors
    ///
    /// The errors of [`Subscription::start`].
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
        let buffer = Arc::new(ReceiveBuffer::default());
        let (ending, ended) = oneshot::channel();
        let receive_loop = ReceiveLoop::new(options, filters, Arc::clone(&buffer));
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::thread)?;
        let work = move || {
            runtime.block_on(receive_loop.run());
            // The subscription may have been dropped.
            let _ = ending.send(());
        };
        thread::Builder::new().name("mqtt".to_owned()).spawn(work).map_err(Error::thread)?;
        Ok(Self { buffer, ended })
    }

    /// Waits for messages or a change of the connection, and appends up to `most` messages to `into`.
    ///
    /// Messages and events keep their order. Cancel-safe.
    pub async fn next_batch(&mut self, into: &mut Vec<Message>, most: usize) -> Event {
        self.buffer.take(into, most).await
    }

    /// Acknowledges a message, once it is stored or rejected. The broker then drops it.
    ///
    /// May be called in any order; acknowledgements are sent in the order in which the messages came. A token of an
    /// earlier connection has no effect: the broker sends that message again.
    pub fn acknowledge(&self, token: Token) {
        if token != Token::NONE {
            self.buffer.acknowledge(token);
        }
    }

    /// Sends the remaining acknowledgements and disconnects. The broker keeps the session.
    pub async fn close(mut self) {
        self.buffer.stop();
        // If the broker does not answer, the connection is dropped.
        let _ = timeout(END_TIMEOUT, &mut self.ended).await;
    }
}

/// Closes the connection without waiting.
impl Drop for Subscription {
    fn drop(&mut self) {
        self.buffer.stop();
    }
}
