//! State of the broker: sessions, retained messages, and routing of messages.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use rumqttc::{Connect, Publish, QoS, Subscribe, SubscribeReasonCode};
use tokio::sync::Notify;

use super::Options;
use super::filter::Filter;
use super::session::{Limits, Session, Subscription};
use crate::{Message, Qos};

/// State that outlives connections.
#[derive(Debug)]
pub(super) struct State {
    limits: Limits,
    kept: usize,
    sessions: BTreeMap<String, Session>,
    retained: BTreeMap<String, Message>,
    published: VecDeque<Message>,
    /// Number of messages sent to groups, to give members turns.
    shared: usize,
    connections: u64,
}

/// An accepted connection.
#[derive(Debug)]
pub(super) struct Admission {
    /// Id of the connection, to distinguish it from others of the client.
    pub(super) connection: u64,
    pub(super) session_present: bool,
    pub(super) wake: Arc<Notify>,
}

impl State {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            limits: Limits { in_flight: options.in_flight, queue: options.queue },
            kept: options.kept,
            sessions: BTreeMap::new(),
            retained: BTreeMap::new(),
            published: VecDeque::new(),
            shared: 0,
            connections: 0,
        }
    }

    /// Accepts a client. An older connection with the same id loses its session.
    pub(super) fn connect(&mut self, connect: &Connect) -> Admission {
        let client = &connect.client_id;
        if let Some(older) = self.sessions.get(client).and_then(|session| session.holder) {
            self.leave(client, older, false);
        }
        if connect.clean_session {
            self.sessions.remove(client);
        }
        let session_present = self.sessions.contains_key(client);
        self.connections += 1;
        let session = self.sessions.entry(client.clone()).or_insert_with(Session::new);
        session.is_clean = connect.clean_session;
        session.holder = Some(self.connections);
        session.will = connect.last_will.as_ref().map(|will| Message {
            topic: will.topic.clone(),
            payload: will.message.clone(),
            retain: will.retain,
            qos: level(will.qos),
        });
        session.resume(self.limits);
        Admission { connection: self.connections, session_present, wake: Arc::clone(&session.wake) }
    }

    /// Ends a connection. The will is published unless the client disconnected in order.
    pub(super) fn leave(&mut self, client: &str, connection: u64, said_goodbye: bool) {
        let Some(session) = self.sessions.get_mut(client).filter(|it| it.holder == Some(connection)) else {
            return;
        };
        session.holder = None;
        session.wake.notify_one();
        let will = session.will.take().filter(|_| !said_goodbye);
        if session.is_clean {
            self.sessions.remove(client);
        }
        if let Some(will) = will {
            self.publish(will);
        }
    }

    /// Takes the messages to send over a connection; `None` if it has lost its session.
    pub(super) fn take_outbox(&mut self, client: &str, connection: u64) -> Option<Vec<Publish>> {
        let session = self.sessions.get_mut(client)?;
        (session.holder == Some(connection)).then(|| session.take_outbox())
    }

    /// Stores a retained message, and delivers the message to all subscribers.
    pub(super) fn publish(&mut self, message: Message) {
        if message.retain {
            // An empty retained message deletes the retained one.
            if message.payload.is_empty() {
                self.retained.remove(&message.topic);
            } else {
                self.retained.insert(message.topic.clone(), message.clone());
            }
        }
        let passed_on = Message { retain: false, ..message.clone() };
        for session in self.sessions.values_mut() {
            if let Some(granted) = session.asked_for(&passed_on.topic) {
                let qos = granted.min(passed_on.qos);
                session.deliver(Message { qos, ..passed_on.clone() }, self.limits);
            }
        }
        self.publish_to_groups(&passed_on);
        self.published.push_back(message);
        let excess = self.published.len().saturating_sub(self.kept);
        self.published.drain(..excess);
    }

    /// Adds subscriptions of a client, and delivers the matching retained messages.
    pub(super) fn subscribe(&mut self, client: &str, subscribe: &Subscribe) -> Vec<SubscribeReasonCode> {
        let filters = subscribe.filters.iter();
        filters.map(|asked| self.subscribe_one(client, &asked.path, level(asked.qos))).collect()
    }

    /// Removes subscriptions.
    pub(super) fn unsubscribe(&mut self, client: &str, filters: &[String]) {
        if let Some(session) = self.sessions.get_mut(client) {
            session.subscriptions.retain(|subscription| !filters.contains(&subscription.text));
        }
    }

    /// Handles the acknowledgement of a message.
    pub(super) fn acknowledge(&mut self, client: &str, id: u16) {
        if let Some(session) = self.sessions.get_mut(client) {
            session.acknowledge(id, self.limits);
        }
    }

    /// Ends all connections without wills, like a broker that stops.
    pub(super) fn end_all(&mut self) {
        self.sessions.retain(|_, session| !session.is_clean);
        for session in self.sessions.values_mut() {
            (session.holder, session.will) = (None, None);
        }
    }

    /// Ends all connections; wills are published.
    pub(super) fn evict_all(&mut self) {
        let held = self.sessions.iter();
        let held: Vec<_> = held.filter_map(|(client, it)| Some((client.clone(), it.holder?))).collect();
        for (client, connection) in held {
            self.leave(&client, connection, false);
        }
    }

    pub(super) fn forget(&mut self) {
        self.evict_all();
        self.sessions.clear();
        self.retained.clear();
    }

    pub(super) fn published(&self) -> Vec<Message> {
        self.published.iter().cloned().collect()
    }

    pub(super) fn clients(&self) -> Vec<String> {
        let connected = self.sessions.iter().filter(|(_, session)| session.holder.is_some());
        connected.map(|(client, _)| client.clone()).collect()
    }

    pub(super) fn has_listener(&self, topic: &str) -> bool {
        let mut subscriptions = self.sessions.values().flat_map(|session| &session.subscriptions);
        subscriptions.any(|subscription| subscription.filter.takes(topic))
    }

    pub(super) fn backlog(&self, client: &str) -> usize {
        self.sessions.get(client).map_or(0, Session::backlog)
    }

    fn subscribe_one(&mut self, client: &str, text: &str, qos: Qos) -> SubscribeReasonCode {
        let Some((filter, session)) = Filter::parse(text).zip(self.sessions.get_mut(client)) else {
            return SubscribeReasonCode::Failure;
        };
        session.subscriptions.retain(|subscription| subscription.text != text);
        // Members of a group get no retained messages.
        if filter.group.is_none() {
            for message in self.retained.values().filter(|message| filter.takes(&message.topic)) {
                session.deliver(Message { qos: qos.min(message.qos), ..message.clone() }, self.limits);
            }
        }
        session.subscriptions.push(Subscription { text: text.to_owned(), filter, qos });
        SubscribeReasonCode::Success(match qos {
            Qos::AtMostOnce => QoS::AtMostOnce,
            Qos::AtLeastOnce => QoS::AtLeastOnce,
        })
    }

    /// Delivers the message to one member of each group: connected members take turns; without any, it is queued for
    /// one that will reconnect.
    fn publish_to_groups(&mut self, message: &Message) {
        let mut groups: BTreeMap<&str, Vec<(&String, Qos, bool)>> = BTreeMap::new();
        for (client, session) in &self.sessions {
            for Subscription { text, filter, qos } in &session.subscriptions {
                if filter.group.is_some() && filter.takes(&message.topic) {
                    groups.entry(text).or_default().push((client, *qos, session.holder.is_some()));
                }
            }
        }
        let mut chosen = Vec::new();
        for mut members in groups.into_values() {
            if members.iter().any(|(.., is_connected)| *is_connected) {
                members.retain(|(.., is_connected)| *is_connected);
            }
            if let Some((client, qos, _)) = members.get(self.shared % members.len().max(1)) {
                chosen.push(((*client).clone(), *qos));
            }
        }
        if !chosen.is_empty() {
            self.shared = self.shared.wrapping_add(1);
        }
        for (client, granted) in chosen {
            if let Some(session) = self.sessions.get_mut(&client) {
                session.deliver(Message { qos: granted.min(message.qos), ..message.clone() }, self.limits);
            }
        }
    }
}

/// Message of a packet; `None` if its topic is not UTF-8, which the codec has checked before.
pub(super) fn message(publish: Publish) -> Option<Message> {
    let Publish { topic, payload, retain, qos, .. } = publish;
    let topic = String::from_utf8(topic.to_vec()).ok()?;
    // A copy, since a small message would keep the buffer of its connection alive.
    Some(Message { topic, payload: Bytes::copy_from_slice(&payload), retain, qos: level(qos) })
}

fn level(qos: QoS) -> Qos {
    if qos == QoS::AtMostOnce { Qos::AtMostOnce } else { Qos::AtLeastOnce }
}
