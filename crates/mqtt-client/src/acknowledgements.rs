//! Acknowledgements of received messages, sent in order of arrival.
//!
//! The caller may acknowledge in any order. The broker gets the acknowledgements in the order in which it sent the
//! messages, as [MQTT-4.6.0-2](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html) requires.

use std::collections::VecDeque;

use crate::message::Token;

/// Messages of one connection that have not been acknowledged yet.
#[derive(Debug)]
pub(crate) struct Acknowledgements {
    connection: u32,
    /// In order of arrival, oldest first.
    pending: VecDeque<PendingAck>,
    /// Number of the oldest pending message.
    first: u64,
}

/// A message that the broker expects an acknowledgement for.
#[derive(Debug, Clone, Copy)]
struct PendingAck {
    packet: u16,
    is_done: bool,
}

impl Acknowledgements {
    pub(crate) fn of_connection(connection: u32) -> Self {
        Self { connection, pending: VecDeque::new(), first: 0 }
    }

    /// Adds a message with the packet identifier `packet`, and returns the token that acknowledges it.
    pub(crate) fn expect(&mut self, packet: u16) -> Token {
        let number = self.first + self.pending.len() as u64;
        self.pending.push_back(PendingAck { packet, is_done: false });
        Token { connection: self.connection, number }
    }

    /// Marks a message as acknowledged by the caller.
    ///
    /// A token of an earlier connection is ignored: the broker sends that message again or has dropped it, and its
    /// packet identifier may belong to another message by now.
    pub(crate) fn done(&mut self, token: Token) {
        if token.connection != self.connection {
            return;
        }
        let place = token.number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        if let Some(pending) = place.and_then(|place| self.pending.get_mut(place)) {
            pending.is_done = true;
        }
    }

    /// Removes the oldest message if it is acknowledged, and returns its packet identifier.
    pub(crate) fn next(&mut self) -> Option<u16> {
        let pending = self.pending.pop_front_if(|pending| pending.is_done)?;
        self.first += 1;
        Some(pending.packet)
    }

    /// Number of messages without an acknowledgement sent.
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sendable(acknowledgements: &mut Acknowledgements) -> Vec<u16> {
        std::iter::from_fn(|| acknowledgements.next()).collect()
    }

    #[test]
    fn acknowledgements_are_sent_in_order_of_arrival_up_to_the_first_that_is_missing() {
        let mut acknowledgements = Acknowledgements::of_connection(1);
        let tokens = [10, 11, 12, 13].map(|packet| acknowledgements.expect(packet));
        acknowledgements.done(tokens[2]);
        acknowledgements.done(tokens[1]);
        assert!(sendable(&mut acknowledgements).is_empty());
        acknowledgements.done(tokens[0]);
        assert_eq!(sendable(&mut acknowledgements), [10, 11, 12]);
        assert_eq!(acknowledgements.len(), 1);
        acknowledgements.done(tokens[3]);
        assert_eq!(sendable(&mut acknowledgements), [13]);
    }

    #[test]
    fn a_token_of_an_earlier_connection_acknowledges_nothing() {
        let stale = Acknowledgements::of_connection(1).expect(10);
        let mut acknowledgements = Acknowledgements::of_connection(2);
        acknowledgements.expect(10);
        acknowledgements.done(stale);
        acknowledgements.done(Token::NONE);
        assert!(sendable(&mut acknowledgements).is_empty());
    }

    #[test]
    fn a_token_counts_once() {
        let mut acknowledgements = Acknowledgements::of_connection(1);
        let first = acknowledgements.expect(10);
        acknowledgements.done(first);
        assert_eq!(sendable(&mut acknowledgements), [10]);
        // The broker may reuse the identifier at once.
        acknowledgements.expect(10);
        acknowledgements.done(first);
        assert!(sendable(&mut acknowledgements).is_empty());
    }
}
