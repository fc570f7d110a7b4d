//! Session of a client: subscriptions, and messages to deliver.

use std::collections::VecDeque;
use std::sync::Arc;

use rumqttc::{Publish, QoS};
use tokio::sync::Notify;

use super::filter::Filter;
use crate::{Message, Qos};

/// Limits of a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Unacknowledged messages.
    pub(super) in_flight: usize,
    /// Queued messages.
    pub(super) queue: usize,
}

/// The session of a client, connected or not.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) subscriptions: Vec<Subscription>,
    /// Whether it ends with its connection.
    pub(super) is_clean: bool,
    /// Connection that owns it.
    pub(super) holder: Option<u64>,
    pub(super) will: Option<Message>,
    /// Wakes the connection.
    pub(super) wake: Arc<Notify>,
    waiting: VecDeque<Message>,
    in_flight: VecDeque<(u16, Message)>,
    outbox: Vec<Publish>,
    last_id: u16,
}

/// A filter with the granted QoS.
#[derive(Debug)]
pub(super) struct Subscription {
    /// Filter as the client wrote it.
    pub(super) text: String,
    pub(super) filter: Filter,
    pub(super) qos: Qos,
}

impl Session {
    pub(super) fn new() -> Self {
        Self {
            subscriptions: Vec::new(),
            is_clean: true,
            holder: None,
            will: None,
            wake: Arc::default(),
            waiting: VecDeque::new(),
            in_flight: VecDeque::new(),
            outbox: Vec::new(),
            last_id: 0,
        }
    }

    /// QoS of the client's own subscription to a topic; `None` without one.
    pub(super) fn asked_for(&self, topic: &str) -> Option<Qos> {
        let own = self.subscriptions.iter().filter(|subscription| subscription.filter.group.is_none());
        own.filter(|subscription| subscription.filter.takes(topic)).map(|subscription| subscription.qos).max()
    }

    /// Sends a message, or queues it at QoS 1.
    pub(super) fn deliver(&mut self, message: Message, limits: Limits) {
        if message.qos == Qos::AtMostOnce {
            if self.holder.is_some() && self.outbox.len() < limits.queue {
                self.outbox.push(packet(0, &message));
                self.wake.notify_one();
            }
        } else if self.waiting.len() < limits.queue {
            self.waiting.push_back(message);
            self.send_waiting(limits);
        }
    }

    /// Handles an acknowledgement, and sends queued messages.
    pub(super) fn acknowledge(&mut self, id: u16, limits: Limits) {
        self.in_flight.retain(|(sent, _)| *sent != id);
        self.send_waiting(limits);
    }

    /// Resumes on a new connection: unacknowledged messages are sent again, in their order.
    pub(super) fn resume(&mut self, limits: Limits) {
        let again = self.in_flight.iter().map(|(id, message)| Publish { dup: true, ..packet(*id, message) });
        self.outbox = again.collect();
        self.wake = Arc::default();
        self.send_waiting(limits);
    }

    /// Takes the messages to send now.
    pub(super) fn take_outbox(&mut self) -> Vec<Publish> {
        std::mem::take(&mut self.outbox)
    }

    /// Number of queued and unacknowledged messages.
    pub(super) fn backlog(&self) -> usize {
        self.waiting.len() + self.in_flight.len()
    }

    fn send_waiting(&mut self, limits: Limits) {
        while self.holder.is_some() && self.in_flight.len() < limits.in_flight {
            let Some(message) = self.waiting.pop_front() else { break };
            let id = self.free_id();
            self.outbox.push(packet(id, &message));
            self.in_flight.push_back((id, message));
        }
        self.wake.notify_one();
    }

    /// Next free packet identifier, from 1.
    fn free_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            if !self.in_flight.iter().any(|(id, _)| *id == self.last_id) {
                return self.last_id;
            }
        }
    }
}

fn packet(id: u16, message: &Message) -> Publish {
    let qos = match message.qos {
        Qos::AtMostOnce => QoS::AtMostOnce,
        Qos::AtLeastOnce => QoS::AtLeastOnce,
    };
    let topic = message.topic.clone().into_bytes().into();
    let payload = message.payload.clone();
    Publish { dup: false, qos, retain: message.retain, topic, pkid: id, payload }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { in_flight: 2, queue: 3 };

    fn connected() -> Session {
        Session { holder: Some(1), ..Session::new() }
    }

    fn sent(session: &mut Session) -> Vec<(u16, bool, String)> {
        let text = |packet: &Publish| String::from_utf8(packet.payload.to_vec()).unwrap();
        session.take_outbox().iter().map(|packet| (packet.pkid, packet.dup, text(packet))).collect()
    }

    #[test]
    fn messages_in_flight_and_queued_are_limited() {
        let mut session = connected();
        for number in 1..=9 {
            session.deliver(Message::new("a", number.to_string()), LIMITS);
        }
        assert_eq!(sent(&mut session), [(1, false, "1".into()), (2, false, "2".into())]);
        session.acknowledge(1, LIMITS);
        assert_eq!(sent(&mut session), [(3, false, "3".into())]);
        assert_eq!(session.backlog(), 4);
    }

    #[test]
    fn unacknowledged_messages_are_sent_again_in_order() {
        let mut session = connected();
        for number in 1..=3 {
            session.deliver(Message::new("a", number.to_string()), LIMITS);
        }
        session.take_outbox();
        session.holder = Some(2);
        session.resume(LIMITS);
        assert_eq!(sent(&mut session), [(1, true, "1".into()), (2, true, "2".into())]);
    }

    #[test]
    fn a_disconnected_client_misses_messages_at_qos_0() {
        let mut session = Session::new();
        session.deliver(Message { qos: Qos::AtMostOnce, ..Message::new("a", "0") }, LIMITS);
        session.deliver(Message::new("a", "1"), LIMITS);
        session.holder = Some(1);
        session.resume(LIMITS);
        assert_eq!(sent(&mut session), [(1, false, "1".into())]);
    }
}
