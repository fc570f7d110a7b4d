//! Task that sends the messages of a publisher and reads the acknowledgements.

use std::collections::HashMap;
use std::time::Duration;

use rumqttc::mqttbytes::v4::{Packet, Publish};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use crate::Error;
use crate::connection::Connection;
use crate::framing::Frame;

/// Time limit without any acknowledgement while messages are in flight.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// Bytes in the output buffer at which no more requests are taken.
const MOST_UNSENT: usize = 256 * 1024;

/// A message to publish, and the channel for its result.
#[derive(Debug)]
pub(crate) struct PublishRequest {
    pub(crate) publish: Publish,
    pub(crate) answer: Answer,
}

type Answer = oneshot::Sender<Result<(), Error>>;

/// Event loop of one publishing connection.
pub(crate) struct PublishLoop {
    connection: Connection,
    requests: mpsc::Receiver<PublishRequest>,
    /// Messages in flight, by packet identifier, with the channel of the caller that waits for the result.
    unacknowledged: HashMap<u16, Option<Answer>>,
    last_packet: u16,
    in_flight: usize,
    /// Time of the last acknowledgement, or of the first message after a time without any in flight.
    progress: Instant,
    offline: Publish,
}

impl PublishLoop {
    pub(crate) fn new(
        connection: Connection,
        requests: mpsc::Receiver<PublishRequest>,
        in_flight: usize,
        offline: Publish,
    ) -> Self {
        let unacknowledged = HashMap::new();
        let progress = Instant::now();
        Self { connection, requests, unacknowledged, last_packet: 0, in_flight, progress, offline }
    }

    /// Publishes `online`, then the requests, until the publisher is closed or the connection ends.
    pub(crate) async fn run(mut self, online: Publish) {
        let worked = match self.write(online) {
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
        while is_open || !self.unacknowledged.is_empty() {
            let has_room =
                self.unacknowledged.len() < self.in_flight && self.connection.unsent() < MOST_UNSENT;
            tokio::select! {
                request = self.requests.recv(), if is_open && has_room => match request {
                    Some(request) => self.take(request),
                    None => is_open = false,
                },
                step = self.connection.step(true) => {
                    step?;
                    self.read()?;
                }
                () = sleep_until(self.progress + ANSWER_TIMEOUT), if !self.unacknowledged.is_empty() => {
                    return Err(Error::TimedOut { to: "a message", after: ANSWER_TIMEOUT });
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, request: PublishRequest) {
        let PublishRequest { publish, answer } = request;
        // The caller has given up and may have sent the same message again.
        if answer.is_closed() {
            return;
        }
        match self.write(publish) {
            Ok(packet) => drop(self.unacknowledged.insert(packet, Some(answer))),
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    /// Sends a message under a free packet identifier, and returns that identifier.
    fn write(&mut self, mut publish: Publish) -> Result<u16, Error> {
        publish.pkid = self.free_packet();
        let packet = publish.pkid;
        self.connection.write(&Packet::Publish(publish))?;
        if self.unacknowledged.is_empty() {
            self.progress = Instant::now();
        }
        self.unacknowledged.insert(packet, None);
        Ok(packet)
    }

    /// Returns a packet identifier that is not in use. One is always free: fewer messages may be in flight than there
    /// are identifiers.
    fn free_packet(&mut self) -> u16 {
        loop {
            self.last_packet = self.last_packet.wrapping_add(1).max(1);
            if !self.unacknowledged.contains_key(&self.last_packet) {
                return self.last_packet;
            }
        }
    }

    fn read(&mut self) -> Result<(), Error> {
        while let Some(frame) = self.connection.next()? {
            match frame {
                Frame::Packet(Packet::PubAck(acknowledgement)) => {
                    let Some(answer) = self.unacknowledged.remove(&acknowledgement.pkid) else {
                        return Err(Error::protocol("an acknowledgement for a message that was not sent"));
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
                Frame::TooLarge(..) => return Err(Error::protocol("a message without a subscription")),
            }
        }
        Ok(())
    }

    async fn leave(mut self) {
        let offline = self.offline.clone();
        // Packets arrive in order, so the broker has the message before it sees DISCONNECT.
        if self.write(offline).is_ok() {
            let _ = self.connection.disconnect().await;
        }
    }

    /// Reports the error to all callers, in flight and queued.
    fn fail(mut self, error: &Error) {
        self.requests.close();
        let queued = std::iter::from_fn(|| self.requests.try_recv().ok()).map(|request| request.answer);
        for answer in self.unacknowledged.drain().filter_map(|(_, answer)| answer).chain(queued) {
            let _ = answer.send(Err(error.clone()));
        }
    }
}
