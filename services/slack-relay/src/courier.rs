//! Brings messages from the queue to Slack: in their order, one a second in each channel, again where Slack could not.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Duration;

use alert_slack::{Bot, Error};
use fault::{Fault as _, Kind};
use http_server::prometheus::metrics::counter::Counter;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::queue::{self, Queue, Waiting};

/// Slack takes one message a second in each channel, <https://docs.slack.dev/apis/web-api/rate-limits>.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How long a message may be on its way once the program has to end: shorter than what orchestrators wait.
const GRACE: Duration = Duration::from_secs(5);

/// Brings messages from the queue to Slack.
#[derive(Debug)]
pub struct Courier {
    queue: Rc<Queue>,
    bot: Bot,
    longest_wait: Duration,
    signs: Signs,
    pauses: RefCell<HashMap<String, Pause>>,
    /// Messages that are done with and could not be removed, since the disk was full.
    done: RefCell<HashSet<i64>>,
}

/// What the courier and those who give it messages have in common. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Signs {
    /// There is a new message.
    pub arrived: Rc<Notify>,
    /// Messages that Slack took.
    pub sent: Counter,
    /// Messages that were given up.
    pub dropped: Counter,
}

/// How long a channel is left alone.
#[derive(Debug)]
struct Pause {
    until: Instant,
    failures: u32,
}

impl Courier {
    /// A courier that drops what has waited for longer than `longest_wait`.
    pub fn new(queue: Rc<Queue>, bot: Bot, longest_wait: Duration) -> Self {
        let (signs, pauses, done) = Default::default();
        Self { queue, bot, longest_wait, signs, pauses, done }
    }

    /// Its signs.
    pub fn signs(&self) -> Signs {
        self.signs.clone()
    }

    /// Works until `ended`. A message that is on its way then has a moment to arrive; if it does not, it stays in the
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
                tracing::error!(error = fault::chain(&error), "the queue cannot be used");
                tokio::select! {
                    () = ended() => return,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }

    /// Waits for a channel that has a message and is not to be left alone.
    async fn next(&self) -> Result<String, queue::Error> {
        loop {
            let channels = self.queue.channels()?;
            let due = |channel: &String| {
                self.pauses.borrow().get(channel).map_or_else(Instant::now, |pause| pause.until)
            };
            let earliest =
                channels.into_iter().map(|channel| (due(&channel), channel)).min_by_key(|(at, _)| *at);
            match earliest {
                Some((at, channel)) if at <= Instant::now() => return Ok(channel),
                Some((at, _)) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(at) => {}
                        () = self.signs.arrived.notified() => {}
                    }
                }
                None => {
                    self.pauses.borrow_mut().retain(|_, pause| pause.until > Instant::now());
                    self.signs.arrived.notified().await;
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
            tracing::error!(channel, "a message was dropped: it waited for {} s", waited.as_secs());
            self.signs.dropped.inc();
            return self.finish(message.id);
        }
        let posted = self.bot.post(&message.payload).await;
        self.settle(channel, &message, posted.map(drop))
    }

    fn settle(
        &self,
        channel: &str,
        message: &Waiting,
        posted: Result<(), Error>,
    ) -> Result<(), queue::Error> {
        match posted {
            Ok(()) => {
                self.signs.sent.inc();
                tracing::info!(channel, "sent");
            }
            // Slack offers no way to ask whether it arrived, and twice is worse than not at all.
            Err(error) if error.kind() == Kind::Rejected => {
                tracing::error!(channel, error = fault::chain(&error), "a message was given up");
                self.signs.dropped.inc();
            }
            Err(error) => {
                let wait = self.fail(channel, error.retry_after());
                let error = fault::chain(&error);
                tracing::warn!(channel, error, wait = wait.as_secs_f64(), "a message waits");
                return Ok(());
            }
        }
        self.pauses
            .borrow_mut()
            .insert(channel.to_owned(), Pause { until: Instant::now() + PAUSE, failures: 0 });
        self.finish(message.id)
    }

    /// Leaves a channel alone for as long as Slack asked, or for longer each time.
    fn fail(&self, channel: &str, asked: Option<Duration>) -> Duration {
        let mut pauses = self.pauses.borrow_mut();
        let failures = pauses.get(channel).map_or(0, |pause| pause.failures);
        let longer_each_time = PAUSE.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST_PAUSE);
        let wait = asked.unwrap_or(longer_each_time).max(PAUSE);
        pauses.insert(channel.to_owned(), Pause { until: Instant::now() + wait, failures: failures + 1 });
        wait
    }

    fn finish(&self, id: i64) -> Result<(), queue::Error> {
        self.done.borrow_mut().insert(id);
        self.queue.remove(id)?;
        self.done.borrow_mut().remove(&id);
        Ok(())
    }
}
