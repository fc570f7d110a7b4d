//! Which messages of a connection are acknowledged, and which acknowledgements may be sent.
//!
//! They are sent in the order in which the messages came, as
//! [MQTT-4.6.0-2](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html) demands, whatever the order in
//! which the caller is done with them.

use std::collections::VecDeque;

use crate::message::Token;

/// The messages of one connection that wait to be acknowledged.
#[derive(Debug)]
pub(crate) struct Acknowledgements {
    connection: u32,
    /// In order of arrival; the first is the oldest that is not acknowledged.
    waiting: VecDeque<Waiting>,
    /// The number of the first.
    first: u64,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    packet: u16,
    is_done: bool,
}

impl Acknowledgements {
    pub(crate) fn of_connection(connection: u32) -> Self {
        Self { connection, waiting: VecDeque::new(), first: 0 }
    }

    /// Notes a message, which the broker calls `packet`.
    pub(crate) fn expect(&mut self, packet: u16) -> Token {
        let number = self.first + self.waiting.len() as u64;
        self.waiting.push_back(Waiting { packet, is_done: false });
        Token { connection: self.connection, number }
    }

    /// Notes that the caller is done with a message. One of another connection is not known here: the broker sends it
    /// again, or has forgotten it, and its packet identifier may mean another message by now.
    pub(crate) fn done(&mut self, token: Token) {
        if token.connection != self.connection {
            return;
        }
        let place = token.number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        if let Some(waiting) = place.and_then(|place| self.waiting.get_mut(place)) {
            waiting.is_done = true;
        }
    }

    /// The next packet whose acknowledgement may be sent.
    pub(crate) fn next(&mut self) -> Option<u16> {
        let waiting = self.waiting.pop_front_if(|waiting| waiting.is_done)?;
        self.first += 1;
        Some(waiting.packet)
    }

    /// How many messages the broker waits for.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sendable(acknowledgements: &mut Acknowledgements) -> Vec<u16> {
        std::iter::from_fn(|| acknowledgements.next()).collect()
    }

    #[test]
    fn they_are_sent_in_order_of_arrival_up_to_the_first_that_is_missing() {
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
    fn a_token_of_a_former_connection_acknowledges_nothing() {
        let former = Acknowledgements::of_connection(1).expect(10);
        let mut acknowledgements = Acknowledgements::of_connection(2);
        acknowledgements.expect(10);
        acknowledgements.done(former);
        acknowledgements.done(Token::NONE);
        assert!(sendable(&mut acknowledgements).is_empty());
    }

    #[test]
    fn a_token_counts_once() {
        let mut acknowledgements = Acknowledgements::of_connection(1);
        let first = acknowledgements.expect(10);
        acknowledgements.done(first);
        assert_eq!(sendable(&mut acknowledgements), [10]);
        // The broker may use the identifier again at once.
        acknowledgements.expect(10);
        acknowledgements.done(first);
        assert!(sendable(&mut acknowledgements).is_empty());
    }
}
