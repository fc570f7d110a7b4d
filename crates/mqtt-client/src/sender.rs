//! The task that talks to the broker for a publisher.

use std::collections::HashMap;
use std::time::Duration;

use rumqttc::mqttbytes::v4::{Packet, Publish};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use crate::Error;
use crate::connection::Connection;
use crate::framing::Frame;

/// How long the broker may go without acknowledging any of the messages that wait for it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// No more is taken while this many bytes are unsent.
const MOST_UNSENT: usize = 256 * 1024;

/// A message, and who waits for its acknowledgement.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) publish: Publish,
    pub(crate) answer: Answer,
}

type Answer = oneshot::Sender<Result<(), Error>>;

/// Carries messages over one connection, until it ends.
pub(crate) struct Sender {
    connection: Connection,
    orders: mpsc::Receiver<Order>,
    /// Messages that are not acknowledged, by packet identifier; without an answer where nobody waits.
    waiting: HashMap<u16, Option<Answer>>,
    last_packet: u16,
    in_flight: usize,
    /// When the broker last acknowledged something, or had nothing to acknowledge.
    progress: Instant,
    farewell: Publish,
}

impl Sender {
    pub(crate) fn new(
        connection: Connection,
        orders: mpsc::Receiver<Order>,
        in_flight: usize,
        farewell: Publish,
    ) -> Self {
        let waiting = HashMap::new();
        let progress = Instant::now();
        Self { connection, orders, waiting, last_packet: 0, in_flight, progress, farewell }
    }

    /// Publishes `birth`, then what is ordered, until nobody can order any more or the connection ends.
    pub(crate) async fn run(mut self, birth: Publish) {
        let worked = match self.write(birth) {
            Ok(_) => self.work().await,
            Err(error) => Err(error),
        };
        match worked {
            Ok(()) => self.leave().await,
            Err(error) => {
                tracing::debug!(error = fault::chain(&error), "the connection for publishing ended");
                self.fail(&error);
            }
        }
    }

    async fn work(&mut self) -> Result<(), Error> {
        let mut is_open = true;
        while is_open || !self.waiting.is_empty() {
            let has_room = self.waiting.len() < self.in_flight && self.connection.unsent() < MOST_UNSENT;
            tokio::select! {
                order = self.orders.recv(), if is_open && has_room => match order {
                    Some(order) => self.take(order),
                    None => is_open = false,
                },
                step = self.connection.step(true) => {
                    step?;
                    self.read()?;
                }
                () = sleep_until(self.progress + ANSWER_TIMEOUT), if !self.waiting.is_empty() => {
                    return Err(Error::TimedOut { to: "a message", after: ANSWER_TIMEOUT });
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, order: Order) {
        let Order { publish, answer } = order;
        // Who has gone away may have ordered the same again.
        if answer.is_closed() {
            return;
        }
        match self.write(publish) {
            Ok(packet) => drop(self.waiting.insert(packet, Some(answer))),
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    /// Sends a message under a packet identifier that waits for its acknowledgement from now on.
    fn write(&mut self, mut publish: Publish) -> Result<u16, Error> {
        publish.pkid = self.free_packet();
        let packet = publish.pkid;
        self.connection.write(&Packet::Publish(publish))?;
        if self.waiting.is_empty() {
            self.progress = Instant::now();
        }
        self.waiting.insert(packet, None);
        Ok(packet)
    }

    /// A packet identifier nobody waits for. There is one: fewer may be in flight than there are.
    fn free_packet(&mut self) -> u16 {
        loop {
            self.last_packet = self.last_packet.wrapping_add(1).max(1);
            if !self.waiting.contains_key(&self.last_packet) {
                return self.last_packet;
            }
        }
    }

    fn read(&mut self) -> Result<(), Error> {
        while let Some(frame) = self.connection.next()? {
            match frame {
                Frame::Packet(Packet::PubAck(acknowledgement)) => {
                    let Some(answer) = self.waiting.remove(&acknowledgement.pkid) else {
                        return Err(Error::protocol("an acknowledgement of a message that was not sent"));
                    };
                    self.progress = Instant::now();
                    if let Some(answer) = answer {
                        let _ = answer.send(Ok(()));
                    }
                }
                Frame::Packet(Packet::PingResp) => {}
                Frame::Packet(other) => {
                    return Err(Error::protocol(format!("an unexpected {:?}", other.packet_type())));
                }
                Frame::TooLarge(..) => return Err(Error::protocol("a message nobody subscribed to")),
            }
        }
        Ok(())
    }

    async fn leave(mut self) {
        let farewell = self.farewell.clone();
        // The broker takes packets in order, so it has the last word before it hears of the end.
        if self.write(farewell).is_ok() {
            let _ = self.connection.goodbye().await;
        }
    }

    /// Tells everybody who waits, or is about to.
    fn fail(mut self, error: &Error) {
        self.orders.close();
        let queued = std::iter::from_fn(|| self.orders.try_recv().ok()).map(|order| order.answer);
        for answer in self.waiting.drain().filter_map(|(_, answer)| answer).chain(queued) {
            let _ = answer.send(Err(error.clone()));
        }
    }
}
