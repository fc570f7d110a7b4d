//! Drives messages from the broker through the mapping to the stores, and acknowledges each when it is durable.

use std::future;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use mqtt_client::{Event, Message, Qos, Subscription, Token};
use record::Timestamp;
use runner::{Device, Failure};
use tokio::time::{Instant, sleep_until};

use crate::arrivals::Arrivals;
use crate::config::Config;
use crate::gather::{Gathering, Stored};
use crate::memory::{self, Memory};
use crate::telling::Telling;
use crate::transform::{Incoming, Mapper, Outcome};
use crate::waiting::{Held, Waiting};

/// Messages that are taken at once. Between two takes, what is on its way to the stores goes on.
const TAKEN_AT_ONCE: usize = 500;
/// What is remembered changes seldom. When it does, it often changes again at once.
const REMEMBER_AFTER: Duration = Duration::from_secs(5);
/// What could not be written down is tried again after this, unless there is more to write before.
const SAVE_AGAIN_AFTER: Duration = Duration::from_secs(30);
/// With `--once`, the program ends when there was no message for so long.
const QUIET: Duration = Duration::from_secs(2);

/// Works until the program has to end, or, with `--once`, until the broker has delivered what it kept.
///
/// # Errors
///
/// The program cannot do its work, or has to end before what it took is durable.
pub async fn run(device: &Device<Config>) -> Result<(), Failure> {
    let broker = device.config.broker.clone().named(crate::NAME);
    let start = async {
        if device.is_dry_run() {
            Subscription::peek(&broker, device.tls(), device.config.filters_to_look())
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
    arrivals: Arrivals,
    gathering: Gathering,
    waiting: Waiting,
    telling: Telling<'d>,
    /// What is to be remembered.
    memory: Memory,
    /// What was written down.
    remembered: Memory,
    remember_at: Option<Instant>,
    /// When it has been quiet for long enough, where that ends the program.
    quiet_at: Option<Instant>,
}

impl<'d> Bridge<'d> {
    async fn new(device: &'d Device<Config>, client_id: &str) -> Self {
        let mut mapper = Mapper::new(device.config.mapping.clone());
        let memory = memory::recall(device).await;
        memory.restore(&mut mapper);
        let arrivals = if device.is_dry_run() {
            Arrivals::default()
        } else {
            Arrivals::open(device.spool_folder(), client_id)
        };
        Self {
            device,
            arrivals,
            gathering: Gathering::new(mapper.tables().len(), device.config.flush),
            waiting: Waiting::default(),
            telling: Telling::new(device, Instant::now()),
            remembered: memory.clone(),
            memory,
            remember_at: None,
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
                && let Some(load) = self.gathering.due(&mut self.mapper, now)
            {
                loads.push(load.store(device));
            }
            if savings.is_empty() && self.remember_at.is_some_and(|at| at <= now) {
                savings.extend(self.learned().map(|memory| memory::save(device, memory)));
            }
            if self.has_waited_enough(now) {
                self.stop_waiting(subscription);
            }
            if loads.is_empty() && self.is_quiet(now) {
                break;
            }
            let has_room = self.gathering.has_room(&mut self.mapper);
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
        loads.extend(
            std::iter::from_fn(|| self.gathering.any(&mut self.mapper)).map(|load| load.store(device)),
        );
        while let Some(stored) = loads.next().await {
            self.settle(stored?, subscription);
        }
        while let Some(saved) = savings.next().await {
            self.saved(saved);
        }
        if let Some(memory) = self.learned() {
            memory::save(device, memory).await;
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
                self.arrivals.write(clock);
                self.device.progress();
            }
            Event::Connected { session_present } => {
                self.arrivals.connected(now);
                self.telling.connected(session_present, clock);
            }
            Event::Disconnected(error) => {
                self.arrivals.disconnected();
                self.telling.disconnected(&error, clock);
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
            arrival: self.arrivals.of(message, clock, now),
        };
        let outcome = if message.is_too_large() {
            Outcome::Malformed(format!("{} bytes are more than MQTT_MAX_PACKET_BYTES allows", message.size))
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
        self.telling.outcome(outcome, message, now);
        match outcome {
            Outcome::Row { table, .. } => self.gathering.add(*table, token, now),
            Outcome::Wait => self.waiting.add(Held::of(message, token), now),
            _ => token.into_iter().for_each(|token| self.acknowledge(token, subscription)),
        }
    }

    /// Maps the messages that waited, in their order.
    fn replay(&mut self, now: Instant, subscription: &Subscription) {
        for held in self.waiting.take() {
            let message = held.message();
            let outcome = self.mapper.map(message);
            self.settle_outcome(&outcome, message, held.token, now, subscription);
        }
    }

    /// Whether there was no message for long enough, and none is left to be stored.
    fn is_quiet(&self, now: Instant) -> bool {
        let is_empty = self.gathering.next_due().is_none() && self.waiting.until().is_none();
        is_empty && self.quiet_at.is_some_and(|at| at <= now)
    }

    fn has_waited_enough(&self, now: Instant) -> bool {
        self.waiting.is_full() || self.waiting.until().is_some_and(|until| until <= now)
    }

    fn stop_waiting(&mut self, subscription: &Subscription) {
        tracing::warn!("no list of devices came from Zigbee2MQTT; values are typed by how they look");
        self.mapper.stop_waiting();
        self.replay(Instant::now(), subscription);
    }

    /// Acknowledges and remembers what is durable now.
    fn settle(&mut self, stored: Stored, subscription: &Subscription) {
        for token in stored.tokens {
            self.acknowledge(token, subscription);
        }
        self.arrivals.write(Timestamp::now());
        self.memory.learn_signs(stored.signs);
        self.device.progress();
        if self.remember_at.is_none() {
            self.remember_at = Some(Instant::now() + REMEMBER_AFTER);
        }
    }

    fn acknowledge(&mut self, token: Token, subscription: &Subscription) {
        subscription.acknowledge(token);
        self.arrivals.acknowledged(token);
    }

    /// What was learned since it was last written down.
    fn learned(&mut self) -> Option<Memory> {
        self.remember_at = None;
        self.memory.learn_types(&mut self.mapper);
        let is_new = self.memory != self.remembered && !self.device.is_dry_run();
        is_new.then(|| self.memory.clone())
    }

    /// Takes what was written down, or tries again in a while.
    fn saved(&mut self, saved: Option<Memory>) {
        match saved {
            Some(memory) => self.remembered = memory,
            None => self.remember_at = Some(Instant::now() + SAVE_AGAIN_AFTER),
        }
    }

    /// When there is something to do besides waiting for messages and for what is on its way.
    fn next_due(&self, loads: usize, may_save: bool) -> Option<Instant> {
        let rows = self.gathering.next_due();
        let quiet = self.quiet_at.filter(|_| rows.is_none() && loads == 0);
        let rows = rows.filter(|_| loads < self.device.config.flush.at_once);
        let memory = self.remember_at.filter(|_| may_save);
        [rows, memory, self.waiting.until(), quiet].into_iter().flatten().min()
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => future::pending().await,
    }
}
