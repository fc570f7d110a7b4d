//! A connection to a broker: login, keep-alive, reading and writing of packets.

use std::time::Duration;

use bytes::{BufMut as _, BytesMut};
use rumqttc::mqttbytes::v4::{ConnAck, ConnectReturnCode, Packet};
use tokio::io::{self, AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep_until, timeout};

use crate::Error;
use crate::framing::{Frame, Framing};
use crate::options::Options;
use crate::transport::{self, Stream};

/// Time limit for the broker's answer to CONNECT.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(10);

/// Time limit for sending the last packets before an orderly close.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Capacity above which the output buffer is released once it is empty.
const OUTPUT_BYTES: usize = 64 * 1024;

/// An open connection. Dropping it without [`Connection::disconnect`] makes the broker publish the last will.
pub(crate) struct Connection {
    reader: ReadHalf<Box<dyn Stream>>,
    writer: WriteHalf<Box<dyn Stream>>,
    framing: Framing,
    output: BytesMut,
    /// False while bytes may remain in a TLS buffer.
    is_flushed: bool,
    limit: usize,
    keep_alive: KeepAlive,
}

impl Connection {
    /// Connects and logs in. The flag says whether the broker kept a session.
    pub(crate) async fn open(options: &Options) -> Result<(Self, bool), Error> {
        let stream = transport::open(&options.address, &options.tls).await?;
        let (reader, writer) = io::split(stream);
        let mut connection = Self {
            reader,
            writer,
            framing: Framing::new(options.max_packet_bytes),
            output: BytesMut::new(),
            is_flushed: true,
            limit: options.max_packet_bytes,
            keep_alive: KeepAlive::new(options.keep_alive),
        };
        connection.write(&Packet::Connect(options.connect()))?;
        let answer = timeout(LOGIN_TIMEOUT, connection.answer()).await;
        let answer = answer.map_err(|_| Error::TimedOut { to: "CONNECT", after: LOGIN_TIMEOUT })??;
        match answer {
            Frame::Packet(Packet::ConnAck(ConnAck { code: ConnectReturnCode::Success, session_present })) => {
                Ok((connection, session_present))
            }
            Frame::Packet(Packet::ConnAck(ConnAck { code, .. })) => Err(refused(code)),
            _ => Err(Error::protocol("expected CONNACK after CONNECT, got another packet")),
        }
    }

    async fn answer(&mut self) -> Result<Frame, Error> {
        loop {
            if let Some(frame) = self.next()? {
                return Ok(frame);
            }
            self.step(true).await?;
        }
    }

    /// Takes the next complete packet from the input buffer.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, Error> {
        self.framing.next()
    }

    /// Appends a packet to the output buffer.
    pub(crate) fn write(&mut self, packet: &Packet) -> Result<(), Error> {
        let before = self.output.len();
        match packet.write(&mut self.output, self.limit) {
            Ok(_) => Ok(()),
            Err(error) => {
                self.output.truncate(before);
                Err(match error {
                    rumqttc::mqttbytes::Error::OutgoingPacketTooLarge { pkt_size, .. } => {
                        Error::TooLarge { bytes: pkt_size }
                    }
                    error => Error::protocol(error.to_string()),
                })
            }
        }
    }

    /// Appends the acknowledgement of a message to the output buffer.
    pub(crate) fn acknowledge(&mut self, packet: u16) {
        const PUBACK: [u8; 2] = [0x40, 2];
        self.output.put_slice(&PUBACK);
        self.output.put_u16(packet);
    }

    /// Number of bytes in the output buffer.
    pub(crate) fn unsent(&self) -> usize {
        self.output.len()
    }

    /// Sends or reads some bytes, or sends a ping. Without `reads`, nothing is read, and the broker has to wait.
    ///
    /// Cancel-safe: no bytes are lost.
    pub(crate) async fn step(&mut self, reads: bool) -> Result<(), Error> {
        if !reads {
            self.keep_alive.pause();
        }
        let has_output = !self.output.is_empty() || !self.is_flushed;
        tokio::select! {
            sent = send(&mut self.writer, &mut self.output, &mut self.is_flushed), if has_output => {
                sent.map_err(|error| Error::lost(&error))?;
                if self.output.capacity() > OUTPUT_BYTES {
                    self.output = BytesMut::new();
                }
                self.keep_alive.sent();
            }
            read = self.reader.read_buf(self.framing.input()), if reads => {
                if read.map_err(|error| Error::lost(&error))? == 0 {
                    return Err(Error::lost(&io::ErrorKind::UnexpectedEof.into()));
                }
                self.keep_alive.received();
            }
            () = sleep_until(self.keep_alive.next()) => self.check_keep_alive()?,
        }
        Ok(())
    }

    fn check_keep_alive(&mut self) -> Result<(), Error> {
        if self.keep_alive.is_dead() {
            return Err(Error::TimedOut { to: "a ping", after: self.keep_alive.interval });
        }
        if self.keep_alive.is_ping_due() {
            self.keep_alive.sent();
            self.write(&Packet::PingReq)?;
        }
        Ok(())
    }

    /// Sends the rest of the output and DISCONNECT, and waits until the broker closes the connection: it has then read
    /// everything, and does not publish the last will.
    pub(crate) async fn disconnect(mut self) -> Result<(), Error> {
        self.write(&Packet::Disconnect)?;
        let leave = async {
            send(&mut self.writer, &mut self.output, &mut self.is_flushed).await?;
            self.writer.shutdown().await?;
            io::copy(&mut self.reader, &mut io::sink()).await
        };
        match timeout(DISCONNECT_TIMEOUT, leave).await {
            Ok(left) => left.map(drop).map_err(|error| Error::lost(&error)),
            Err(_) => Err(Error::TimedOut { to: "DISCONNECT", after: DISCONNECT_TIMEOUT }),
        }
    }
}

async fn send(
    writer: &mut WriteHalf<Box<dyn Stream>>,
    output: &mut BytesMut,
    is_flushed: &mut bool,
) -> io::Result<()> {
    while !output.is_empty() {
        *is_flushed = false;
        if writer.write_buf(output).await? == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
    }
    writer.flush().await?;
    *is_flushed = true;
    Ok(())
}

fn refused(code: ConnectReturnCode) -> Error {
    match code {
        ConnectReturnCode::RefusedProtocolVersion => Error::Version,
        ConnectReturnCode::BadClientId => Error::ClientId,
        ConnectReturnCode::BadUserNamePassword => Error::Login { reason: "bad user name or password" },
        ConnectReturnCode::NotAuthorized => Error::Login { reason: "not authorized" },
        ConnectReturnCode::ServiceUnavailable => Error::Unavailable,
        ConnectReturnCode::Success => Error::protocol("it refused the login without a reason"),
    }
}

/// Timers of the MQTT keep-alive: one for the next ping, and one for a silent broker.
///
/// Source: [MQTT 3.1.1, 3.1.2.10](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html).
struct KeepAlive {
    interval: Duration,
    last_sent: Instant,
    /// Time of the first PINGREQ without an answer.
    waiting_since: Option<Instant>,
}

impl KeepAlive {
    fn new(interval: Duration) -> Self {
        Self { interval, last_sent: Instant::now(), waiting_since: None }
    }

    fn sent(&mut self) {
        self.last_sent = Instant::now();
    }

    fn received(&mut self) {
        self.waiting_since = None;
    }

    /// Forgets the outstanding ping, since its answer cannot be read while reading is stopped.
    fn pause(&mut self) {
        self.waiting_since = None;
    }

    /// Time of the next ping: half an interval after the last packet. A broker closes the connection after one and a
    /// half.
    fn ping_at(&self) -> Instant {
        self.last_sent + self.interval / 2
    }

    fn dead_at(&self) -> Option<Instant> {
        self.waiting_since.map(|since| since + self.interval)
    }

    fn next(&self) -> Instant {
        self.dead_at().map_or(self.ping_at(), |dead| dead.min(self.ping_at()))
    }

    fn is_dead(&self) -> bool {
        self.dead_at().is_some_and(|dead| dead <= Instant::now())
    }

    fn is_ping_due(&mut self) -> bool {
        let is_due = self.ping_at() <= Instant::now();
        if is_due {
            self.waiting_since.get_or_insert_with(Instant::now);
        }
        is_due
    }
}
