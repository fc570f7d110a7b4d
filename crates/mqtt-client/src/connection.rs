//! One connection to a broker: opened, kept alive, read from and written to.

use std::time::Duration;

use bytes::{BufMut as _, BytesMut};
use rumqttc::mqttbytes::v4::{ConnAck, ConnectReturnCode, Packet};
use tokio::io::{self, AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep_until, timeout};

use crate::Error;
use crate::framing::{Frame, Framing};
use crate::options::Options;
use crate::transport::{self, Stream};

/// How long a broker may take to answer CONNECT.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the last packets may take at an orderly end.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(2);

/// Room that a burst of acknowledgements took is given back beyond this.
const OUTPUT_BYTES: usize = 64 * 1024;

/// An open connection. Dropping it without [`Connection::goodbye`] makes the broker publish the last will.
pub(crate) struct Connection {
    reader: ReadHalf<Box<dyn Stream>>,
    writer: WriteHalf<Box<dyn Stream>>,
    framing: Framing,
    output: BytesMut,
    /// Whether the last bytes may still be in a buffer of TLS.
    is_flushed: bool,
    limit: usize,
    pulse: Pulse,
}

impl Connection {
    /// Connects and logs in. Tells whether the broker has kept a session.
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
            pulse: Pulse::new(options.keep_alive),
        };
        connection.write(&Packet::Connect(options.connect()))?;
        let answer = timeout(LOGIN_TIMEOUT, connection.answer()).await;
        let answer = answer.map_err(|_| Error::TimedOut { to: "the login", after: LOGIN_TIMEOUT })??;
        match answer {
            Frame::Packet(Packet::ConnAck(ConnAck { code: ConnectReturnCode::Success, session_present })) => {
                Ok((connection, session_present))
            }
            Frame::Packet(Packet::ConnAck(ConnAck { code, .. })) => Err(refused(code)),
            _ => Err(Error::protocol("it answered CONNECT with another packet than CONNACK")),
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

    /// The next of the packets that have been read.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, Error> {
        self.framing.next()
    }

    /// Puts a packet behind those that are to be sent.
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

    /// Puts the acknowledgement of a message behind what is to be sent.
    pub(crate) fn acknowledge(&mut self, packet: u16) {
        const PUBACK: [u8; 2] = [0x40, 2];
        self.output.put_slice(&PUBACK);
        self.output.put_u16(packet);
    }

    /// How many bytes are to be sent.
    pub(crate) fn unsent(&self) -> usize {
        self.output.len()
    }

    /// Sends or reads some bytes, or asks the broker for a sign of life. Without `reads`, what the broker sends stays
    /// in the network, and the broker has to wait.
    ///
    /// May be cancelled at any time; nothing is lost by it.
    pub(crate) async fn step(&mut self, reads: bool) -> Result<(), Error> {
        if !reads {
            self.pulse.pause();
        }
        let has_output = !self.output.is_empty() || !self.is_flushed;
        tokio::select! {
            sent = send(&mut self.writer, &mut self.output, &mut self.is_flushed), if has_output => {
                sent.map_err(|error| Error::lost(&error))?;
                if self.output.capacity() > OUTPUT_BYTES {
                    self.output = BytesMut::new();
                }
                self.pulse.sent();
            }
            read = self.reader.read_buf(self.framing.input()), if reads => {
                if read.map_err(|error| Error::lost(&error))? == 0 {
                    return Err(Error::lost(&io::ErrorKind::UnexpectedEof.into()));
                }
                self.pulse.heard();
            }
            () = sleep_until(self.pulse.next()) => self.feel_pulse()?,
        }
        Ok(())
    }

    fn feel_pulse(&mut self) -> Result<(), Error> {
        if self.pulse.is_dead() {
            return Err(Error::TimedOut { to: "a sign of life", after: self.pulse.keep_alive });
        }
        if self.pulse.is_ping_due() {
            self.pulse.sent();
            self.write(&Packet::PingReq)?;
        }
        Ok(())
    }

    /// Sends what is left, takes leave, so that the broker does not publish the last will, and waits until the broker
    /// ends the connection: then it has read everything.
    pub(crate) async fn goodbye(mut self) -> Result<(), Error> {
        self.write(&Packet::Disconnect)?;
        let leave = async {
            send(&mut self.writer, &mut self.output, &mut self.is_flushed).await?;
            self.writer.shutdown().await?;
            io::copy(&mut self.reader, &mut io::sink()).await
        };
        match timeout(GOODBYE_TIMEOUT, leave).await {
            Ok(left) => left.map(drop).map_err(|error| Error::lost(&error)),
            Err(_) => Err(Error::TimedOut { to: "the end of the connection", after: GOODBYE_TIMEOUT }),
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

/// When the broker has to hear something, and when it has been silent for too long.
///
/// Source: [MQTT 3.1.1, 3.1.2.10](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html).
struct Pulse {
    keep_alive: Duration,
    last_sent: Instant,
    /// Since when an answer to PINGREQ is missing.
    waiting_since: Option<Instant>,
}

impl Pulse {
    fn new(keep_alive: Duration) -> Self {
        Self { keep_alive, last_sent: Instant::now(), waiting_since: None }
    }

    fn sent(&mut self) {
        self.last_sent = Instant::now();
    }

    fn heard(&mut self) {
        self.waiting_since = None;
    }

    /// Nothing is heard while nothing is read, so nothing is missed either.
    fn pause(&mut self) {
        self.waiting_since = None;
    }

    /// A broker cuts the connection after one and a half times the interval, so it hears something after half of it.
    fn ping_at(&self) -> Instant {
        self.last_sent + self.keep_alive / 2
    }

    fn dead_at(&self) -> Option<Instant> {
        self.waiting_since.map(|since| since + self.keep_alive)
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
