//! Event loop: maps messages of the broker to rows, stores them, and acknowledges each message once it is durable.

use std::future;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use mqtt_client::{Event, Message, Qos, Subscription, Token};
use record::Timestamp;
use runner::{Device, Failure};
use tokio::time::{Instant, sleep_until};

use crate::arrival_times::ArrivalTimes;
use crate::backlog::{Backlog, DeferredMessage};
use crate::batcher::{Batcher, Stored};
use crate::config::Config;
use crate::learned_state::{self, LearnedState};
use crate::reporter::Reporter;
use crate::transform::{Incoming, Mapper, Outcome};

/// Largest number of messages taken at once, so that stores in progress get their turn.
const TAKEN_AT_ONCE: usize = 500;
/// Delay before the learned state is saved. It changes seldom, but then often several times in a row.
const SAVE_AFTER: Duration = Duration::from_secs(5);
/// Delay before a failed save is repeated, unless the state changes before.
const SAVE_AGAIN_AFTER: Duration = Duration::from_secs(30);
/// Time without messages after which the program ends with `--once`.
const QUIET: Duration = Duration::from_secs(2);

/// Runs until the program is stopped, or, with `--once`, until the broker has delivered all queued messages.
///
/// # Errors
///
/// The program cannot work, or is stopped before all messages are durable.
pub async fn run(device: &Device<Config>) -> Result<(), Failure> {
    let broker = device.config.broker.clone().named(device.name());
    let start = async {
        if device.is_dry_run() {
            Subscription::peek(&broker, device.tls(), device.config.peek_filters())
        } else {
            Subscription::start(&broker, device.tls(), device.config.filters())
        }
    };
    let mut subscription = device.extract(start).await?;
    let worked = Bridge::new(device, broker.client_id()).await.work(&mut subscription).await;
    subscription.close().await;
    worked
}

struct Bridge<'d> {
    device: &'d Device<Config>,
    mapper: Mapper,
    arrival_times: ArrivalTimes,
    batcher: Batcher,
    backlog: Backlog,
    reporter: Reporter<'d>,
    /// State learned so far.
    learned: LearnedState,
    /// State as last saved.
    saved_state: LearnedState,
    save_at: Option<Instant>,
    /// With `--once`: time at which the program ends if no message arrives.
    quiet_at: Option<Instant>,
}

impl<'d> Bridge<'d> {
    async fn new(device: &'d Device<Config>, client_id: &str) -> Self {
        let mut mapper = Mapper::new(device.config.mapping.clone());
        let learned = learned_state::load(device).await;
        learned.restore(&mut mapper);
        let arrival_times = if device.is_dry_run() {
            ArrivalTimes::default()
        } else {
            ArrivalTimes::open(device.spool_folder(), client_id)
        };
        Self {
            device,
            arrival_times,
            batcher: Batcher::new(mapper.tables().len(), device.config.flush),
            backlog: Backlog::default(),
            reporter: Reporter::new(device, Instant::now()),
            saved_state: learned.clone(),
            learned,
            save_at: None,
            quiet_at: None,
            mapper,
        }
    }

    async fn work(mut self, subscription: &mut Subscription) -> Result<(), Failure> {
        let device = self.device;
        let at_once = device.config.flush.at_once;
        let (mut loads, mut savings) = (FuturesUnordered::new(), FuturesUnordered::new());
        let mut messages: Vec<Message> = Vec::new();
        let mut ended = pin!(device.ended());
        loop {
            let now = Instant::now();
            while loads.len() < at_once
                && let Some(load) = self.batcher.due(&mut self.mapper, now)
            {
                loads.push(load.store(device));
            }
            if savings.is_empty() && self.save_at.is_some_and(|at| at <= now) {
                savings.extend(self.unsaved().map(|learned| learned_state::save(device, learned)));
            }
            if self.has_waited_enough(now) {
                self.stop_waiting(subscription);
            }
            if loads.is_empty() && self.is_quiet(now) {
                break;
            }
            let has_room = self.batcher.has_room(&mut self.mapper);
            let next_due = self.next_due(loads.len(), savings.is_empty());
            tokio::select! {
                () = &mut ended => break,
                Some(stored) = loads.next(), if !loads.is_empty() => self.settle(stored?, subscription),
                Some(saved) = savings.next(), if !savings.is_empty() => self.saved(saved),
                event = subscription.next_batch(&mut messages, TAKEN_AT_ONCE), if has_room => {
                    self.take(event, &mut messages, subscription)?;
                }
                () = until(next_due) => {}
            }
        }
        loads
            .extend(std::iter::from_fn(|| self.batcher.any(&mut self.mapper)).map(|load| load.store(device)));
        while let Some(stored) = loads.next().await {
            self.settle(stored?, subscription);
        }
        while let Some(saved) = savings.next().await {
            self.saved(saved);
        }
        if let Some(learned) = self.unsaved() {
            learned_state::save(device, learned).await;
        }
        Ok(())
    }

    fn take(
        &mut self,
        event: Event,
        messages: &mut Vec<Message>,
        subscription: &Subscription,
    ) -> Result<(), Failure> {
        let (now, clock) = (Instant::now(), Timestamp::now());
        match event {
            Event::Messages => {
                for message in messages.drain(..) {
                    self.message(&message, clock, now, subscription);
                }
                self.arrival_times.write(clock);
                self.device.progress();
            }
            Event::Connected { session_present } => {
                self.arrival_times.connected(now);
                self.reporter.connected(session_present, clock);
            }
            Event::Disconnected(error) => {
                self.arrival_times.disconnected();
                self.reporter.disconnected(&error, clock);
                if self.device.is_once() && !fault::Fault::kind(&error).is_passing() {
                    return Err(error.into());
                }
                self.quiet_at = None;
                return Ok(());
            }
        }
        self.quiet_at = self.device.is_once().then(|| now + QUIET);
        Ok(())
    }

    fn message(&mut self, message: &Message, clock: Timestamp, now: Instant, subscription: &Subscription) {
        let incoming = Incoming {
            topic: &message.topic,
            payload: &message.payload,
            retained: message.retained,
            arrival: self.arrival_times.of(message, clock, now),
        };
        let outcome = if message.is_too_large() {
            Outcome::Malformed(format!("{} bytes, more than MQTT_MAX_PACKET_BYTES", message.size))
        } else {
            self.mapper.map(incoming)
        };
        let token = (message.qos != Qos::AtMostOnce).then_some(message.token);
        self.settle_outcome(&outcome, incoming, token, now, subscription);
        if outcome == Outcome::Learned {
            self.replay(now, subscription);
        }
    }

    fn settle_outcome(
        &mut self,
        outcome: &Outcome,
        message: Incoming<'_>,
        token: Option<Token>,
        now: Instant,
        subscription: &Subscription,
    ) {
        self.reporter.outcome(outcome, message, now);
        match outcome {
            Outcome::Row { table, .. } => self.batcher.add(*table, token, now),
            Outcome::Wait => self.backlog.add(DeferredMessage::of(message, token), now),
            _ => token.into_iter().for_each(|token| self.acknowledge(token, subscription)),
        }
    }

    /// Maps the deferred messages, in their order.
    fn replay(&mut self, now: Instant, subscription: &Subscription) {
        for held in self.backlog.take() {
            let message = held.message();
            let outcome = self.mapper.map(message);
            self.settle_outcome(&outcome, message, held.token, now, subscription);
        }
    }

    /// Whether no message came for long enough, and all rows are stored.
    fn is_quiet(&self, now: Instant) -> bool {
        let is_empty = self.batcher.next_due().is_none() && self.backlog.until().is_none();
        is_empty && self.quiet_at.is_some_and(|at| at <= now)
    }

    fn has_waited_enough(&self, now: Instant) -> bool {
        self.backlog.is_full() || self.backlog.until().is_some_and(|until| until <= now)
    }

    fn stop_waiting(&mut self, subscription: &Subscription) {
        tracing::warn!("no device list from Zigbee2MQTT; types are inferred from the values");
        self.mapper.stop_waiting();
        self.replay(Instant::now(), subscription);
    }

    /// Acknowledges the messages of stored rows, and adds their availability changes to the state.
    fn settle(&mut self, stored: Stored, subscription: &Subscription) {
        for token in stored.tokens {
            self.acknowledge(token, subscription);
        }
        self.arrival_times.write(Timestamp::now());
        self.learned.add_availability(stored.availability);
        self.device.progress();
        if self.save_at.is_none() {
            self.save_at = Some(Instant::now() + SAVE_AFTER);
        }
    }

    fn acknowledge(&mut self, token: Token, subscription: &Subscription) {
        subscription.acknowledge(token);
        self.arrival_times.acknowledged(token);
    }

    /// Learned state, if it has changed since the last save.
    fn unsaved(&mut self) -> Option<LearnedState> {
        self.save_at = None;
        self.learned.learn_types(&mut self.mapper);
        let is_new = self.learned != self.saved_state && !self.device.is_dry_run();
        is_new.then(|| self.learned.clone())
    }

    /// Handles the result of a save; a failed one is repeated later.
    fn saved(&mut self, saved: Option<LearnedState>) {
        match saved {
            Some(learned) => self.saved_state = learned,
            None => self.save_at = Some(Instant::now() + SAVE_AGAIN_AFTER),
        }
    }

    /// Time of the next action besides receiving messages and finished stores.
    fn next_due(&self, loads: usize, may_save: bool) -> Option<Instant> {
        let rows = self.batcher.next_due();
        let quiet = self.quiet_at.filter(|_| rows.is_none() && loads == 0);
        let rows = rows.filter(|_| loads < self.device.config.flush.at_once);
        let learned = self.save_at.filter(|_| may_save);
        [rows, learned, self.backlog.until(), quiet].into_iter().flatten().min()
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => future::pending().await,
    }
}
