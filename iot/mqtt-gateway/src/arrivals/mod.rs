//! When messages arrived: the same time again for one that the broker sends again.
//!
//! A message without a time of its own is stored under the time of its arrival. The broker sends it again where the
//! gateway was killed, or the connection lost, before it was acknowledged. So what is not acknowledged is noted in a
//! file, and what comes again gets its former time: it is the same point then.

mod former;
mod journal;
mod pending;

use std::hash::{DefaultHasher, Hasher as _};
use std::path::Path;
use std::time::Duration;

use mqtt_client::{Message, Qos, Token};
use record::Timestamp;
use tokio::time::Instant;

use crate::transform::arrival::Arrival;

use former::Former;
use journal::{Journal, Record};
use pending::Pending;

/// A broker sends what is not acknowledged as soon as it is connected. Later, a message that resembles a former one is
/// another one.
const AGAIN_WITHIN: Duration = Duration::from_secs(30);

/// Says when each message arrived.
#[derive(Debug, Default)]
pub struct Arrivals {
    clock: Arrival,
    journal: Option<Journal>,
    /// The connection that the pending messages came by; 0 while there is none.
    connection: u32,
    pending: Pending,
    former: Former,
    former_until: Option<Instant>,
    is_failing: bool,
}

impl Arrivals {
    /// Goes on with the file that a former process left, or with a new one. Without a file, what comes again is
    /// another point.
    pub fn open(folder: &Path, client_id: &str) -> Self {
        let journal = Journal::open(&folder.join(file_name(client_id))).inspect_err(|error| {
            tracing::warn!(
                error = fault::chain(error),
                "a message without a time of its own that the broker sends again will be another point"
            );
        });
        Self { journal: journal.ok(), ..Self::default() }
    }

    /// Notes that a connection began: what was not acknowledged on former ones comes again.
    pub fn connected(&mut self, now: Instant) {
        self.pending = Pending::default();
        let noted = self.journal.as_ref().map(Journal::read).transpose();
        self.former = noted.ok().flatten().map(Former::of).unwrap_or_default();
        self.former_until = Some(now + AGAIN_WITHIN);
    }

    /// Notes that the connection ended. The broker hears of no acknowledgement that is not sent yet.
    pub fn disconnected(&mut self) {
        self.connection = 0;
    }

    /// When a message arrived; `clock` is what the clock says now.
    pub fn of(&mut self, message: &Message, clock: Timestamp, now: Instant) -> Timestamp {
        let Some(journal) = self.journal.as_mut().filter(|_| message.qos != Qos::AtMostOnce) else {
            return self.clock.next(clock);
        };
        if self.former_until.is_some_and(|until| until < now) {
            (self.former, self.former_until) = (Former::default(), None);
        }
        let digest = digest(&message.topic, &message.payload);
        let former = if message.duplicate { self.former.find(digest) } else { None };
        let arrival = former.unwrap_or_else(|| self.clock.next(clock));
        self.connection = message.token.connection();
        self.pending.taken(message.token.number());
        journal.add(Record::Taken { digest, arrival });
        arrival
    }

    /// Notes that a message is acknowledged, unless its connection has ended.
    pub fn acknowledged(&mut self, token: Token) {
        if token.connection() == self.connection {
            self.pending.acknowledged(token.number());
        }
    }

    /// Writes what was noted. It has to be called before a row of these messages may reach a store.
    ///
    /// It is not synced to the disk: it has to outlive the process, not the machine.
    pub fn write(&mut self, clock: Timestamp) {
        let Some(journal) = &mut self.journal else { return };
        if let Some(left) = self.pending.moved() {
            journal.add(Record::Acknowledged { left, at: clock });
        }
        let written = journal.write();
        if let Err(error) = &written
            && !self.is_failing
        {
            tracing::warn!(error = fault::chain(error), "arrival times cannot be written down");
        }
        self.is_failing = written.is_err();
    }
}

/// Gateways that share a folder have files of their own, as they have sessions of their own.
fn file_name(client_id: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let plain = |letter| if is_plain(letter) { letter } else { '_' };
    format!("{}.arrivals", client_id.chars().map(plain).collect::<String>())
}

/// A number that tells messages apart. The highest bit is always set.
fn digest(topic: &str, payload: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(topic.as_bytes());
    // No topic holds it, so no topic runs into a payload.
    hasher.write_u8(0);
    hasher.write(payload);
    hasher.finish() | journal::TAKEN
}
