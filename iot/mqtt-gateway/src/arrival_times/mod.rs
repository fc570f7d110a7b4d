//! Arrival times of messages, unchanged for a message that the broker sends again.
//!
//! A message without a time of its own is stored with its arrival time. The broker sends it again if the gateway was
//! killed, or the connection lost, before it was acknowledged. So unacknowledged messages are recorded in a journal,
//! and a message that is sent again gets its original arrival time: it is the same point then.

mod journal;
mod pending_acks;
mod redelivery;

use std::hash::{DefaultHasher, Hasher as _};
use std::path::Path;
use std::time::Duration;

use mqtt_client::{Message, Qos, Token};
use record::Timestamp;
use tokio::time::Instant;

use crate::transform::arrival_clock::ArrivalClock;

use journal::{Journal, JournalEntry};
use pending_acks::PendingAcks;
use redelivery::RedeliveryMatcher;

/// Time after a connection in which the broker sends unacknowledged messages again. Later, an equal message is a new
/// one.
const REDELIVERY_TIME: Duration = Duration::from_secs(30);

/// Assigns arrival times.
#[derive(Debug, Default)]
pub struct ArrivalTimes {
    clock: ArrivalClock,
    journal: Option<Journal>,
    /// Connection of the pending messages; 0 while there is none.
    connection: u32,
    pending: PendingAcks,
    redeliveries: RedeliveryMatcher,
    redeliveries_until: Option<Instant>,
    is_failing: bool,
}

impl ArrivalTimes {
    /// Opens the journal of an earlier process, or a new one. Without a journal, a message that is sent again becomes
    /// another point.
    pub fn open(folder: &Path, client_id: &str) -> Self {
        let journal = Journal::open(&folder.join(file_name(client_id))).inspect_err(|error| {
            tracing::warn!(
                error = fault::chain(error),
                "no journal of arrival times: a message without a time that the broker sends again becomes another point"
            );
        });
        Self { journal: journal.ok(), ..Self::default() }
    }

    /// Starts a connection: unacknowledged messages of earlier ones are expected again.
    pub fn connected(&mut self, now: Instant) {
        self.pending = PendingAcks::default();
        let entries = self.journal.as_ref().map(Journal::read).transpose();
        self.redeliveries = entries.ok().flatten().map(RedeliveryMatcher::of).unwrap_or_default();
        self.redeliveries_until = Some(now + REDELIVERY_TIME);
    }

    /// Ends a connection. Acknowledgements that are not sent yet never reach the broker.
    pub fn disconnected(&mut self) {
        self.connection = 0;
    }

    /// Arrival time of a message; `clock` is the current time.
    pub fn of(&mut self, message: &Message, clock: Timestamp, now: Instant) -> Timestamp {
        let Some(journal) = self.journal.as_mut().filter(|_| message.qos != Qos::AtMostOnce) else {
            return self.clock.next(clock);
        };
        if self.redeliveries_until.is_some_and(|until| until < now) {
            (self.redeliveries, self.redeliveries_until) = (RedeliveryMatcher::default(), None);
        }
        let digest = digest(&message.topic, &message.payload);
        let redelivered = if message.duplicate { self.redeliveries.find(digest) } else { None };
        let arrival = redelivered.unwrap_or_else(|| self.clock.next(clock));
        self.connection = message.token.connection();
        self.pending.taken(message.token.number());
        journal.add(JournalEntry::Received { digest, arrival });
        arrival
    }

    /// Records an acknowledgement, unless the connection of the message has ended.
    pub fn acknowledged(&mut self, token: Token) {
        if token.connection() == self.connection {
            self.pending.acknowledged(token.number());
        }
    }

    /// Writes the journal. Must be called before a row of these messages can reach a store.
    ///
    /// The file is not synced to the disk: it has to survive the process, not the machine.
    pub fn write(&mut self, clock: Timestamp) {
        let Some(journal) = &mut self.journal else { return };
        if let Some(left) = self.pending.moved() {
            journal.add(JournalEntry::Acknowledged { left, at: clock });
        }
        let written = journal.write();
        if let Err(error) = &written
            && !self.is_failing
        {
            tracing::warn!(error = fault::chain(error), "cannot write the journal of arrival times");
        }
        self.is_failing = written.is_err();
    }
}

/// Name of the journal; each client id has its own, since gateways may share a folder.
fn file_name(client_id: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let plain = |letter| if is_plain(letter) { letter } else { '_' };
    format!("{}.arrivals", client_id.chars().map(plain).collect::<String>())
}

/// Digest of a message. The highest bit is always set.
fn digest(topic: &str, payload: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(topic.as_bytes());
    // A topic cannot contain NUL, so topic and payload stay separate.
    hasher.write_u8(0);
    hasher.write(payload);
    hasher.finish() | journal::RECEIVED
}
