//! Event loop of a subscription, on a thread of its own.

use std::sync::Arc;
use std::time::Duration;

use rumqttc::mqttbytes::QoS;
use rumqttc::mqttbytes::v4::{Packet, Publish, SubAck, Subscribe, SubscribeFilter, SubscribeReasonCode};
use tokio::time::{Instant, sleep, sleep_until};

use crate::Error;
use crate::acknowledgements::Acknowledgements;
use crate::coalescing::{COALESCE_DELAY, ReadCoalescing};
use crate::connection::Connection;
use crate::event::Event;
use crate::framing::Frame;
use crate::in_flight_limit::InFlightLimit;
use crate::message::{Filter, Message, Qos, Token};
use crate::options::Options;
use crate::receive_buffer::ReceiveBuffer;
use crate::reconnection::Reconnection;

/// Packet identifier of the SUBSCRIBE of a connection.
const SUBSCRIBE: u16 = 1;

/// Connects, reconnects after errors, receives messages and sends acknowledgements.
pub(crate) struct ReceiveLoop {
    options: Options,
    filters: Vec<Filter>,
    buffer: Arc<ReceiveBuffer>,
    connections: u32,
    in_flight_limit: InFlightLimit,
}

/// State of one connection.
struct Session {
    connection: Connection,
    acknowledgements: Acknowledgements,
    session_present: bool,
    is_subscribed: bool,
    coalescing: ReadCoalescing,
    /// Messages of the current read.
    messages: Vec<Message>,
    /// Acknowledgements of the current wake-up.
    tokens: Vec<Token>,
}

impl ReceiveLoop {
    pub(crate) fn new(options: Options, filters: Vec<Filter>, buffer: Arc<ReceiveBuffer>) -> Self {
        Self { options, filters, buffer, connections: 0, in_flight_limit: InFlightLimit::default() }
    }

    /// Runs until the program stops it.
    pub(crate) async fn run(mut self) {
        let mut reconnection = Reconnection::new();
        while !self.buffer.is_stopping() {
            let Err(error) = self.connect_and_receive(&mut reconnection).await else { return };
            let delay = reconnection.after(&error);
            self.buffer.push_event(Event::Disconnected(error));
            self.pause(delay).await;
        }
    }

    /// Waits for `delay`, or until the program stops the loop.
    async fn pause(&self, delay: Duration) {
        let end = Instant::now() + delay;
        while !self.buffer.is_stopping() {
            tokio::select! {
                () = sleep_until(end) => return,
                () = self.buffer.consumer_acted() => {}
            }
        }
    }

    /// Runs one connection. Returns without an error if the program stopped it.
    async fn connect_and_receive(&mut self, reconnection: &mut Reconnection) -> Result<(), Error> {
        let opened = tokio::select! {
            opened = Connection::open(&self.options) => opened?,
            () = self.stopped() => return Ok(()),
        };
        reconnection.connected();
        let (connection, session_present) = opened;
        self.connections = self.connections.wrapping_add(1).max(1);
        let mut session = Session {
            connection,
            acknowledgements: Acknowledgements::of_connection(self.connections),
            session_present,
            is_subscribed: false,
            coalescing: ReadCoalescing::default(),
            messages: Vec::new(),
            tokens: Vec::new(),
        };
        session.connection.write(&Packet::Subscribe(subscribe(&self.filters)))?;
        let result = self.receive(&mut session).await;
        if result.is_ok() {
            // All acknowledgements are written; an error here changes nothing.
            let _ = session.connection.disconnect().await;
        }
        result
    }

    async fn stopped(&self) {
        while !self.buffer.is_stopping() {
            self.buffer.consumer_acted().await;
        }
    }

    async fn receive(&mut self, session: &mut Session) -> Result<(), Error> {
        loop {
            self.acknowledge(session);
            if self.buffer.is_stopping() {
                return Ok(());
            }
            // Messages that come before SUBACK are held in the session, without a limit.
            let reads = !session.is_subscribed || self.buffer.has_room();
            tokio::select! {
                step = session.connection.step(reads) => step?,
                () = self.buffer.consumer_acted() => continue,
            }
            while let Some(frame) = session.connection.next()? {
                self.take(session, frame)?;
            }
            if session.is_subscribed {
                let messages = session.messages.len();
                self.buffer.push_messages(&mut session.messages);
                if messages > 0 && session.coalescing.delays_after(messages) {
                    sleep(COALESCE_DELAY).await;
                }
            }
        }
    }

    /// Sends the acknowledgements of the program that are next in order.
    fn acknowledge(&mut self, session: &mut Session) {
        self.buffer.take_tokens(&mut session.tokens);
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
            self.in_flight_limit.acknowledged(before, Instant::now());
        }
    }

    fn take(&mut self, session: &mut Session, frame: Frame) -> Result<(), Error> {
        match frame {
            Frame::Packet(Packet::Publish(publish)) => {
                let size = publish.payload.len();
                self.take_message(session, publish, size)
            }
            Frame::TooLarge(publish, size) => {
                tracing::warn!(bytes = size, "message larger than MQTT_MAX_PACKET_BYTES, payload dropped");
                self.take_message(session, publish, size)
            }
            Frame::Packet(Packet::SubAck(answer)) => {
                self.check(&answer)?;
                session.is_subscribed = true;
                self.buffer.push_event(Event::Connected { session_present: session.session_present });
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
                self.in_flight_limit.arrived(Instant::now());
                (Qos::AtLeastOnce, token)
            }
            QoS::ExactlyOnce => return Err(Error::protocol("a message with QoS 2, which was not requested")),
        };
        let topic =
            std::str::from_utf8(&publish.topic).map_err(|_| Error::protocol("a topic that is not UTF-8"))?;
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

    /// Fails if the broker rejected a filter.
    fn check(&self, answer: &SubAck) -> Result<(), Error> {
        if answer.pkid != SUBSCRIBE || answer.return_codes.len() != self.filters.len() {
            return Err(Error::protocol("a SUBACK that does not match SUBSCRIBE"));
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
