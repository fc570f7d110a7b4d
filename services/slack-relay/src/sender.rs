//! Sends queued messages to Slack: in order, one per second and channel, with retries.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Duration;

use alert_slack::{Bot, Error};
use fault::{Backoff, Fault as _, Kind};
use http_server::prometheus::metrics::counter::Counter;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::queue::{self, Queue, QueuedMessage};

/// Wait between messages of a channel: Slack's limit is one per second,
/// <https://docs.slack.dev/apis/web-api/rate-limits>.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest wait after failures.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Time limit of a post in progress after the stop, shorter than the time limit of orchestrators.
const GRACE: Duration = Duration::from_secs(5);

/// Sends queued messages to Slack.
#[derive(Debug)]
pub struct SlackSender {
    queue: Rc<Queue>,
    bot: Bot,
    longest_wait: Duration,
    handle: SenderHandle,
    delays: RefCell<HashMap<String, ChannelDelay>>,
    /// Finished messages that could not be removed, since the disk was full.
    done: RefCell<HashSet<i64>>,
}

/// Signals and counters that the sender shares with the API. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct SenderHandle {
    /// Signals a new message.
    pub arrived: Rc<Notify>,
    /// Number of messages accepted by Slack.
    pub sent: Counter,
    /// Number of dropped messages.
    pub dropped: Counter,
}

/// Wait before the next message to a channel.
#[derive(Debug)]
struct ChannelDelay {
    until: Instant,
    backoff: Backoff,
}

impl ChannelDelay {
    fn after_a_message() -> Self {
        Self { until: Instant::now() + PAUSE, backoff: Backoff::between(PAUSE, LONGEST_PAUSE) }
    }
}

impl SlackSender {
    /// Creates a sender that drops messages older than `longest_wait`.
    pub fn new(queue: Rc<Queue>, bot: Bot, longest_wait: Duration) -> Self {
        let (handle, delays, done) = Default::default();
        Self { queue, bot, longest_wait, handle, delays, done }
    }

    /// Handle for the API.
    pub fn handle(&self) -> SenderHandle {
        self.handle.clone()
    }

    /// Runs until `ended`. A post in progress then has a few seconds to finish; otherwise its message stays in the
    /// queue.
    pub async fn run<E: Future<Output = ()>>(&self, ended: impl Fn() -> E) {
        let cut_off = async || {
            ended().await;
            tokio::time::sleep(GRACE).await;
        };
        loop {
            let next = tokio::select! {
                biased;
                () = ended() => return,
                next = self.next() => next,
            };
            let delivered = match next {
                Ok(channel) => tokio::select! {
                    biased;
                    delivered = self.deliver(&channel) => delivered,
                    () = cut_off() => return,
                },
                Err(error) => Err(error),
            };
            if let Err(error) = delivered {
                tracing::error!(error = fault::chain(&error), "cannot use the queue");
                tokio::select! {
                    () = ended() => return,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }

    /// Waits for a channel with a message and without a delay.
    async fn next(&self) -> Result<String, queue::Error> {
        loop {
            let channels = self.queue.channels()?;
            let due = |channel: &String| {
                self.delays.borrow().get(channel).map_or_else(Instant::now, |delay| delay.until)
            };
            let earliest =
                channels.into_iter().map(|channel| (due(&channel), channel)).min_by_key(|(at, _)| *at);
            match earliest {
                Some((at, channel)) if at <= Instant::now() => return Ok(channel),
                Some((at, _)) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(at) => {}
                        () = self.handle.arrived.notified() => {}
                    }
                }
                None => {
                    self.delays.borrow_mut().retain(|_, delay| delay.until > Instant::now());
                    self.handle.arrived.notified().await;
                }
            }
        }
    }

    async fn deliver(&self, channel: &str) -> Result<(), queue::Error> {
        let Some(message) = self.queue.oldest(channel)? else { return Ok(()) };
        if self.done.borrow().contains(&message.id) {
            return self.finish(message.id);
        }
        let waited = Timestamp::now().duration_since(message.queued_at);
        if waited.unsigned_abs() > self.longest_wait && !waited.is_negative() {
            tracing::error!(channel, "message dropped after {} s in the queue", waited.as_secs());
            self.handle.dropped.inc();
            return self.finish(message.id);
        }
        let posted = self.bot.post(&message.payload).await;
        self.settle(channel, &message, posted.map(drop))
    }

    fn settle(
        &self,
        channel: &str,
        message: &QueuedMessage,
        posted: Result<(), Error>,
    ) -> Result<(), queue::Error> {
        match posted {
            Ok(()) => {
                self.handle.sent.inc();
                tracing::info!(channel, "sent");
            }
            // The message may have arrived. Slack cannot be asked, and a duplicate is worse than a loss.
            Err(error) if error.kind() == Kind::Rejected => {
                tracing::error!(channel, error = fault::chain(&error), "message dropped");
                self.handle.dropped.inc();
            }
            Err(error) => {
                let wait = self.delay_channel(channel, error.retry_after());
                let error = fault::chain(&error);
                tracing::warn!(
                    channel,
                    error,
                    wait = wait.as_secs_f64(),
                    "Slack unavailable, message queued"
                );
                return Ok(());
            }
        }
        self.delays.borrow_mut().insert(channel.to_owned(), ChannelDelay::after_a_message());
        self.finish(message.id)
    }

    /// Delays a channel with exponential backoff, or longer where Slack asked for it.
    fn delay_channel(&self, channel: &str, asked: Option<Duration>) -> Duration {
        let mut delays = self.delays.borrow_mut();
        let delay = delays.entry(channel.to_owned()).or_insert_with(ChannelDelay::after_a_message);
        let wait = delay.backoff.wait(asked);
        delay.until = Instant::now() + wait;
        wait
    }

    fn finish(&self, id: i64) -> Result<(), queue::Error> {
        self.done.borrow_mut().insert(id);
        self.queue.remove(id)?;
        self.done.borrow_mut().remove(&id);
        Ok(())
    }
}
