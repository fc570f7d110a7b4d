//! Handling of a connection.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use rumqttc::mqttbytes::Error;
use rumqttc::{
    ConnAck, Connect, ConnectAuth, ConnectReturnCode, Packet, PubAck, Publish, QoS, SubAck, UnsubAck,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::Shared;
use super::state::{Admission, message};

/// Largest packet of the protocol.
const LARGEST_PACKET: usize = 268_435_455;
/// Time limit for CONNECT.
const PATIENCE: Duration = Duration::from_secs(10);
/// First byte of CONNECT.
const CONNECT: u8 = 0x10;
/// Unsent bytes at which no more messages are fetched.
const FULL: usize = 1 << 18;
/// Time limit for a silent client without a keep-alive.
const FOREVER: Duration = Duration::from_hours(24 * 365);

/// Accepts connections until it is dropped.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(Connection::new(stream, Arc::clone(&shared)).run());
        }
        while connections.try_join_next().is_some() {}
    }
}

struct Connection {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    input: BytesMut,
    output: BytesMut,
    shared: Arc<Shared>,
}

/// End of a connection.
enum End {
    Goodbye,
    Broken,
}

impl Connection {
    fn new(stream: TcpStream, shared: Arc<Shared>) -> Self {
        // Otherwise an acknowledgement waits for the next one.
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        Self { reader, writer, input: BytesMut::new(), output: BytesMut::new(), shared }
    }

    async fn run(mut self) {
        let Ok(Some(connect)) = timeout(PATIENCE, self.introduction()).await else { return };
        let code = self.judge(&connect);
        if code != ConnectReturnCode::Success {
            let _ = self.put(&Packet::ConnAck(ConnAck::new(code, false)));
            let _ = self.writer.write_all(&self.output).await;
            return;
        }
        let admission = self.shared.state().connect(&connect);
        let end = self.converse(&connect, &admission).await;
        let said_goodbye = matches!(end, End::Goodbye);
        self.shared.state().leave(&connect.client_id, admission.connection, said_goodbye);
    }

    /// Reads, answers and sends messages until the connection ends.
    async fn converse(&mut self, connect: &Connect, admission: &Admission) -> End {
        let welcome = ConnAck::new(ConnectReturnCode::Success, admission.session_present);
        if let Err(end) = self.put(&Packet::ConnAck(welcome)) {
            return end;
        }
        let silence = allowed_silence(connect.keep_alive);
        let mut deadline = Instant::now() + silence;
        let client = connect.client_id.as_str();
        loop {
            let step = tokio::select! {
                read = self.reader.read_buf(&mut self.input) => match read {
                    Ok(bytes) if bytes > 0 => {
                        deadline = Instant::now() + silence;
                        self.answer(client).await
                    }
                    _ => Err(End::Broken),
                },
                written = self.writer.write_buf(&mut self.output), if !self.output.is_empty() => {
                    written.map_or(Err(End::Broken), |_| Ok(()))
                }
                () = admission.wake.notified(), if self.output.len() < FULL => {
                    self.collect(client, admission.connection)
                }
                () = sleep_until(deadline) => Err(End::Broken),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Reads CONNECT; `None` for another packet.
    async fn introduction(&mut self) -> Option<Connect> {
        loop {
            match Packet::read(&mut self.input, LARGEST_PACKET) {
                Ok(Packet::Connect(connect)) => return Some(connect),
                // Another protocol may never send the announced length.
                Err(Error::InsufficientBytes(_))
                    if self.input.first().is_none_or(|byte| *byte == CONNECT) => {}
                Ok(_) | Err(_) => return None,
            }
            if self.reader.read_buf(&mut self.input).await.ok()? == 0 {
                return None;
            }
        }
    }

    /// Whether a client may connect.
    fn judge(&self, connect: &Connect) -> ConnectReturnCode {
        if self.shared.faults().refuses() {
            return ConnectReturnCode::ServiceUnavailable;
        }
        if connect.client_id.is_empty() {
            return ConnectReturnCode::BadClientId;
        }
        let users = &self.shared.users;
        let is_known = match &connect.auth {
            ConnectAuth::UsernamePassword { username, password } => {
                users.iter().any(|(user, secret)| user == username && secret.as_bytes() == password)
            }
            _ => false,
        };
        // Mosquitto answers a wrong password with the same code.
        if is_known || users.is_empty() {
            ConnectReturnCode::Success
        } else {
            ConnectReturnCode::NotAuthorized
        }
    }

    /// Answers all complete packets.
    async fn answer(&mut self, client: &str) -> Result<(), End> {
        loop {
            let packet = match Packet::read(&mut self.input, LARGEST_PACKET) {
                Ok(packet) => packet,
                Err(Error::InsufficientBytes(missing)) => {
                    self.input.reserve(missing);
                    return Ok(());
                }
                Err(_) => return Err(End::Broken),
            };
            let delay = self.shared.faults().delay;
            if !delay.is_zero() {
                sleep(delay).await;
            }
            self.answer_one(client, packet)?;
        }
    }

    fn answer_one(&mut self, client: &str, packet: Packet) -> Result<(), End> {
        match packet {
            Packet::Publish(publish) => self.take(publish),
            Packet::PubAck(ack) => {
                self.shared.state().acknowledge(client, ack.pkid);
                Ok(())
            }
            Packet::Subscribe(subscribe) => {
                let codes = self.shared.state().subscribe(client, &subscribe);
                self.put(&Packet::SubAck(SubAck::new(subscribe.pkid, codes)))
            }
            Packet::Unsubscribe(unsubscribe) => {
                self.shared.state().unsubscribe(client, &unsubscribe.topics);
                self.put(&Packet::UnsubAck(UnsubAck::new(unsubscribe.pkid)))
            }
            Packet::PingReq => self.put(&Packet::PingResp),
            Packet::Disconnect => Err(End::Goodbye),
            _ => Err(End::Broken),
        }
    }

    fn take(&mut self, publish: Publish) -> Result<(), End> {
        if publish.qos == QoS::ExactlyOnce {
            return Err(End::Broken);
        }
        let (id, needs_answer) = (publish.pkid, publish.qos == QoS::AtLeastOnce);
        self.shared.state().publish(message(publish).ok_or(End::Broken)?);
        if self.shared.faults().hangs_up() {
            return Err(End::Broken);
        }
        if needs_answer { self.put(&Packet::PubAck(PubAck::new(id))) } else { Ok(()) }
    }

    /// Fetches new messages for the client.
    fn collect(&mut self, client: &str, connection: u64) -> Result<(), End> {
        let packets = self.shared.state().take_outbox(client, connection).ok_or(End::Broken)?;
        packets.into_iter().try_for_each(|packet| self.put(&Packet::Publish(packet)))
    }

    fn put(&mut self, packet: &Packet) -> Result<(), End> {
        packet.write(&mut self.output, LARGEST_PACKET).map_or(Err(End::Broken), |_| Ok(()))
    }
}

/// Time limit for a silent client: one and a half times the keep-alive. Source: MQTT 3.1.1 §3.1.2.10.
fn allowed_silence(keep_alive: u16) -> Duration {
    if keep_alive == 0 { FOREVER } else { Duration::from_secs(keep_alive.into()).mul_f32(1.5) }
}
