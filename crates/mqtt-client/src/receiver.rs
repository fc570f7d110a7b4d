//! The thread that talks to the broker for a subscription.

use std::sync::Arc;
use std::time::Duration;

use rumqttc::mqttbytes::QoS;
use rumqttc::mqttbytes::v4::{Packet, Publish, SubAck, Subscribe, SubscribeFilter, SubscribeReasonCode};
use tokio::time::{Instant, sleep, sleep_until};

use crate::Error;
use crate::acknowledgements::Acknowledgements;
use crate::backoff::Backoff;
use crate::connection::Connection;
use crate::framing::Frame;
use crate::handover::Handover;
use crate::message::{Filter, Message, Qos, Token};
use crate::options::Options;
use crate::pace::{Pace, REST};
use crate::subscription::Event;
use crate::window::Window;

/// The identifier of the one SUBSCRIBE of a connection.
const SUBSCRIBE: u16 = 1;

/// Connects, again and again, and carries messages and acknowledgements.
pub(crate) struct Receiver {
    options: Options,
    filters: Vec<Filter>,
    handover: Arc<Handover>,
    connections: u32,
    window: Window,
}

/// What lasts as long as one connection.
struct Session {
    connection: Connection,
    acknowledgements: Acknowledgements,
    session_present: bool,
    is_subscribed: bool,
    pace: Pace,
    /// Messages of one read.
    messages: Vec<Message>,
    /// Acknowledgements of one wake-up.
    tokens: Vec<Token>,
}

impl Receiver {
    pub(crate) fn new(options: Options, filters: Vec<Filter>, handover: Arc<Handover>) -> Self {
        Self { options, filters, handover, connections: 0, window: Window::default() }
    }

    /// Works until the program ends it.
    pub(crate) async fn run(mut self) {
        let mut backoff = Backoff::new();
        while !self.handover.is_ending() {
            let Err(error) = self.connect_and_receive(&mut backoff).await else { return };
            let delay = backoff.after(&error);
            self.handover.tell(Event::Disconnected(error));
            self.pause(delay).await;
        }
    }

    /// Waits, but not longer than the program does.
    async fn pause(&self, delay: Duration) {
        let end = Instant::now() + delay;
        while !self.handover.is_ending() {
            tokio::select! {
                () = sleep_until(end) => return,
                () = self.handover.turned() => {}
            }
        }
    }

    /// One connection; returns without an error where the program ended it.
    async fn connect_and_receive(&mut self, backoff: &mut Backoff) -> Result<(), Error> {
        let opened = tokio::select! {
            opened = Connection::open(&self.options) => opened?,
            () = self.ending() => return Ok(()),
        };
        backoff.connected();
        let (connection, session_present) = opened;
        self.connections = self.connections.wrapping_add(1).max(1);
        let mut session = Session {
            connection,
            acknowledgements: Acknowledgements::of_connection(self.connections),
            session_present,
            is_subscribed: false,
            pace: Pace::default(),
            messages: Vec::new(),
            tokens: Vec::new(),
        };
        session.connection.write(&Packet::Subscribe(subscribe(&self.filters)))?;
        let result = self.receive(&mut session).await;
        if result.is_ok() {
            // The broker knows all it has to; how the connection ends changes nothing.
            let _ = session.connection.goodbye().await;
        }
        result
    }

    async fn ending(&self) {
        while !self.handover.is_ending() {
            self.handover.turned().await;
        }
    }

    async fn receive(&mut self, session: &mut Session) -> Result<(), Error> {
        loop {
            self.acknowledge(session);
            if self.handover.is_ending() {
                return Ok(());
            }
            // Before it has answered SUBSCRIBE, messages stay here, however many.
            let reads = !session.is_subscribed || self.handover.has_room();
            tokio::select! {
                step = session.connection.step(reads) => step?,
                () = self.handover.turned() => continue,
            }
            while let Some(frame) = session.connection.next()? {
                self.take(session, frame)?;
            }
            if session.is_subscribed {
                let messages = session.messages.len();
                self.handover.put(&mut session.messages);
                if messages > 0 && session.pace.rests_after(messages) {
                    sleep(REST).await;
                }
            }
        }
    }

    /// Sends on what the program is done with.
    fn acknowledge(&mut self, session: &mut Session) {
        self.handover.take_tokens(&mut session.tokens);
        if session.tokens.is_empty() {
            return;
        }
        let before = session.acknowledgements.len();
        for token in &session.tokens {
            session.acknowledgements.done(*token);
        }
        while let Some(packet) = session.acknowledgements.next() {
            session.connection.acknowledge(packet);
        }
        if session.acknowledgements.len() < before {
            self.window.acknowledged(before, Instant::now());
        }
    }

    fn take(&mut self, session: &mut Session, frame: Frame) -> Result<(), Error> {
        match frame {
            Frame::Packet(Packet::Publish(publish)) => {
                let size = publish.payload.len();
                self.take_message(session, publish, size)
            }
            Frame::TooLarge(publish, size) => {
                tracing::warn!(
                    bytes = size,
                    "a message is larger than MQTT_MAX_PACKET_BYTES; it comes without its payload"
                );
                self.take_message(session, publish, size)
            }
            Frame::Packet(Packet::SubAck(answer)) => {
                self.check(&answer)?;
                session.is_subscribed = true;
                self.handover.tell(Event::Connected { session_present: session.session_present });
                Ok(())
            }
            Frame::Packet(Packet::PingResp) => Ok(()),
            Frame::Packet(other) => Err(Error::protocol(format!("an unexpected {:?}", other.packet_type()))),
        }
    }

    fn take_message(&mut self, session: &mut Session, publish: Publish, size: usize) -> Result<(), Error> {
        let (qos, token) = match publish.qos {
            QoS::AtMostOnce => (Qos::AtMostOnce, Token::NONE),
            QoS::AtLeastOnce => {
                let token = session.acknowledgements.expect(publish.pkid);
                self.window.arrived(Instant::now());
                (Qos::AtLeastOnce, token)
            }
            QoS::ExactlyOnce => return Err(Error::protocol("a message of a quality nobody asked for")),
        };
        let topic =
            std::str::from_utf8(&publish.topic).map_err(|_| Error::protocol("a topic that is no text"))?;
        session.messages.push(Message {
            topic: topic.to_owned(),
            payload: publish.payload,
            size,
            retained: publish.retain,
            duplicate: publish.dup,
            qos,
            token,
        });
        Ok(())
    }

    /// Whether the broker accepts every filter.
    fn check(&self, answer: &SubAck) -> Result<(), Error> {
        if answer.pkid != SUBSCRIBE || answer.return_codes.len() != self.filters.len() {
            return Err(Error::protocol("an answer to another SUBSCRIBE"));
        }
        let refused = self.filters.iter().zip(&answer.return_codes);
        let refused = refused.filter(|(_, code)| **code == SubscribeReasonCode::Failure);
        let filters: Vec<_> = refused.map(|(filter, _)| filter.topic.clone()).collect();
        if filters.is_empty() { Ok(()) } else { Err(Error::Subscription { filters }) }
    }
}

fn subscribe(filters: &[Filter]) -> Subscribe {
    let filter = |filter: &Filter| {
        let qos = match filter.qos {
            Qos::AtMostOnce => QoS::AtMostOnce,
            Qos::AtLeastOnce => QoS::AtLeastOnce,
        };
        SubscribeFilter::new(filter.topic.clone(), qos)
    };
    let mut subscribe = Subscribe::new_many(filters.iter().map(filter));
    subscribe.pkid = SUBSCRIBE;
    subscribe
}
