//! A simple blocking client, for devices and tests.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rumqttc::mqttbytes::Error;
use rumqttc::{Connect, ConnectReturnCode, LastWill, Packet, PubAck, Publish, QoS, Subscribe};
use url::Url;

use crate::{Message, Qos};

/// Time limit for answers of the broker.
const PATIENCE: Duration = Duration::from_secs(10);
const LARGEST_PACKET: usize = 268_435_455;
const DEFAULT_PORT: u16 = 1883;

/// A connection to a broker, closed when it is dropped.
///
/// It publishes at QoS 1 and waits for the acknowledgement. It has no keep-alive and does not reconnect.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    input: BytesMut,
    last_id: u16,
    arrived: Vec<Message>,
}

/// Errors of a client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is not `mqtt://[USER:PASSWORD@]HOST[:PORT]`.
    #[error("the address of the broker must be mqtt://[USER:PASSWORD@]HOST[:PORT]")]
    Address,
    /// The broker refused the connection.
    #[error("the broker refuses the connection: {0:?}")]
    Refused(ConnectReturnCode),
    /// The connection failed or was lost.
    #[error("no connection to the broker")]
    Connection(#[from] io::Error),
    /// The broker violated MQTT 3.1.1.
    #[error("the broker violated the protocol")]
    Protocol,
}

impl Client {
    /// Connects with a client id. The broker publishes the will if the connection breaks.
    ///
    /// # Errors
    /// The address is invalid, or the broker is unreachable or refuses the connection.
    pub fn connect(url: &str, name: &str, will: Option<Message>) -> Result<Self, ClientError> {
        Self::connect_with(
            url,
            &Connect { keep_alive: 0, last_will: will.map(last_will), ..Connect::new(name) },
        )
    }

    /// Connects with a client id to its persistent session.
    ///
    /// # Errors
    /// The errors of [`Client::connect`].
    pub fn resume(url: &str, name: &str) -> Result<Self, ClientError> {
        Self::connect_with(url, &Connect { keep_alive: 0, clean_session: false, ..Connect::new(name) })
    }

    /// Publishes a message and waits for its acknowledgement.
    ///
    /// # Errors
    /// The connection broke; the broker may or may not have the message.
    pub fn publish(&mut self, message: &Message) -> Result<(), ClientError> {
        self.last_id = self.last_id.checked_add(1).unwrap_or(1);
        let id = self.last_id;
        let publish = Publish {
            dup: false,
            qos: QoS::AtLeastOnce,
            retain: message.retain,
            topic: message.topic.clone().into_bytes().into(),
            pkid: id,
            payload: message.payload.clone(),
        };
        self.send(&Packet::Publish(publish))?;
        self.wait_for(|packet| matches!(packet, Packet::PubAck(ack) if ack.pkid == id))
    }

    /// Subscribes to a filter at QoS 1.
    ///
    /// # Errors
    /// The connection broke, or the broker refused the filter.
    pub fn subscribe(&mut self, filter: &str) -> Result<(), ClientError> {
        self.send(&Packet::Subscribe(Subscribe {
            pkid: u16::MAX,
            ..Subscribe::new(filter, QoS::AtLeastOnce)
        }))?;
        let granted = QoS::AtLeastOnce;
        self.wait_for(|packet| {
            matches!(packet, Packet::SubAck(ack)
                if ack.return_codes == [rumqttc::SubscribeReasonCode::Success(granted)])
        })
    }

    /// Receives and acknowledges the next message; `None` after the time limit.
    ///
    /// # Errors
    /// The connection broke.
    pub fn next(&mut self, patience: Duration) -> Result<Option<Message>, ClientError> {
        let deadline = Instant::now() + patience;
        while self.arrived.is_empty() {
            match self.receive(deadline)? {
                Some(packet) => self.note(packet)?,
                None => return Ok(None),
            }
        }
        Ok(Some(self.arrived.remove(0)))
    }

    /// Disconnects in order, so that the will is not published.
    ///
    /// # Errors
    /// The connection is broken already.
    pub fn goodbye(mut self) -> Result<(), ClientError> {
        self.send(&Packet::Disconnect)
    }

    fn connect_with(url: &str, connect: &Connect) -> Result<Self, ClientError> {
        let url = Url::parse(url).ok().filter(|url| url.scheme() == "mqtt").ok_or(ClientError::Address)?;
        let host = url.host_str().ok_or(ClientError::Address)?;
        let stream = TcpStream::connect((host, url.port().unwrap_or(DEFAULT_PORT)))?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut connect = connect.clone();
        if let Some(password) = url.password() {
            connect.set_credentials(url.username(), password.as_bytes().to_vec());
        }
        let mut client = Self { stream, input: BytesMut::new(), last_id: 0, arrived: Vec::new() };
        client.send(&Packet::Connect(connect))?;
        match client.receive(Instant::now() + PATIENCE)? {
            Some(Packet::ConnAck(ack)) if ack.code == ConnectReturnCode::Success => Ok(client),
            Some(Packet::ConnAck(ack)) => Err(ClientError::Refused(ack.code)),
            _ => Err(ClientError::Protocol),
        }
    }

    fn wait_for(&mut self, is_answer: impl Fn(&Packet) -> bool) -> Result<(), ClientError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.receive(deadline)? {
                Some(packet) if is_answer(&packet) => return Ok(()),
                Some(packet) => self.note(packet)?,
                None => return Err(io::Error::from(io::ErrorKind::TimedOut).into()),
            }
        }
    }

    /// Queues and acknowledges a received message. Other packets are errors.
    fn note(&mut self, packet: Packet) -> Result<(), ClientError> {
        let Packet::Publish(publish) = packet else { return Err(ClientError::Protocol) };
        if publish.qos == QoS::AtLeastOnce {
            self.send(&Packet::PubAck(PubAck::new(publish.pkid)))?;
        }
        let topic = String::from_utf8(publish.topic.to_vec()).map_err(|_| ClientError::Protocol)?;
        let qos = if publish.qos == QoS::AtMostOnce { Qos::AtMostOnce } else { Qos::AtLeastOnce };
        self.arrived.push(Message { topic, payload: publish.payload, retain: publish.retain, qos });
        Ok(())
    }

    fn send(&mut self, packet: &Packet) -> Result<(), ClientError> {
        let mut output = BytesMut::new();
        packet.write(&mut output, LARGEST_PACKET).map_err(|_| ClientError::Protocol)?;
        Ok(self.stream.write_all(&output)?)
    }

    /// Receives the next packet; `None` after the deadline.
    fn receive(&mut self, deadline: Instant) -> Result<Option<Packet>, ClientError> {
        loop {
            match Packet::read(&mut self.input, LARGEST_PACKET) {
                Ok(packet) => return Ok(Some(packet)),
                Err(Error::InsufficientBytes(_)) => {}
                Err(_) => return Err(ClientError::Protocol),
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.stream.set_read_timeout(Some(left))?;
            let mut chunk = [0; 4096];
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                Ok(bytes) => self.input.extend_from_slice(chunk.get(..bytes).unwrap_or_default()),
                Err(error) if is_timeout(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn last_will(will: Message) -> LastWill {
    LastWill { topic: will.topic, message: will.payload, qos: QoS::AtLeastOnce, retain: will.retain }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
