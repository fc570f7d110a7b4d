//! A scripted broker, for behavior that a real one does not show on request.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use bytes::BytesMut;
use rumqttc::mqttbytes::v4::{ConnAck, ConnectReturnCode, Packet, Publish, SubAck, SubscribeReasonCode};
use rumqttc::mqttbytes::{Error, QoS};

const LARGEST: usize = 64 * 1024 * 1024;

pub(crate) struct Script {
    listener: TcpListener,
}

/// The broker's end of a connection.
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    input: BytesMut,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").unwrap() }
    }

    pub(crate) fn url(&self) -> String {
        format!("mqtt://me:hunter22@{}", self.listener.local_addr().unwrap())
    }

    /// Waits for a connection and its CONNECT.
    pub(crate) fn accept(&self) -> Peer {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut peer = Peer { stream, input: BytesMut::new() };
        assert!(matches!(peer.read(), Packet::Connect(_)));
        peer
    }

    /// Accepts a connection and its login.
    pub(crate) fn log_in(&self, session_present: bool) -> Peer {
        let mut peer = self.accept();
        peer.send(Packet::ConnAck(ConnAck::new(ConnectReturnCode::Success, session_present)));
        peer
    }

    /// Accepts a connection, its login and its subscription.
    pub(crate) fn subscribed(&self, session_present: bool) -> Peer {
        let mut peer = self.log_in(session_present);
        peer.answer_subscribe(SubscribeReasonCode::Success(QoS::AtLeastOnce));
        peer
    }
}

impl Peer {
    pub(crate) fn answer_subscribe(&mut self, code: SubscribeReasonCode) {
        let Packet::Subscribe(subscribe) = self.read() else { panic!("not SUBSCRIBE") };
        let codes = vec![code; subscribe.filters.len()];
        self.send(Packet::SubAck(SubAck::new(subscribe.pkid, codes)));
    }

    pub(crate) fn read(&mut self) -> Packet {
        loop {
            match Packet::read(&mut self.input, LARGEST) {
                Ok(packet) => return packet,
                Err(Error::InsufficientBytes(_)) => {}
                Err(error) => panic!("{error}"),
            }
            let mut chunk = [0; 4096];
            let read = self.stream.read(&mut chunk).unwrap();
            assert!(read > 0, "the client ended the connection");
            self.input.extend_from_slice(&chunk[..read]);
        }
    }

    /// Reads the next packet other than a ping.
    pub(crate) fn read_next(&mut self) -> Packet {
        loop {
            match self.read() {
                Packet::PingReq => self.send(Packet::PingResp),
                packet => return packet,
            }
        }
    }

    pub(crate) fn send(&mut self, packet: Packet) {
        let mut bytes = BytesMut::new();
        packet.write(&mut bytes, LARGEST).unwrap();
        self.stream.write_all(&bytes).unwrap();
    }

    pub(crate) fn publish(&mut self, packet: u16, payload: &str) {
        let mut publish = Publish::new("a/b", QoS::AtLeastOnce, payload);
        publish.pkid = packet;
        self.send(Packet::Publish(publish));
    }

    /// Reads and acknowledges a message, and returns its payload.
    pub(crate) fn take_message(&mut self) -> String {
        let Packet::Publish(publish) = self.read_next() else { panic!("not PUBLISH") };
        self.send(Packet::PubAck(rumqttc::mqttbytes::v4::PubAck::new(publish.pkid)));
        String::from_utf8(publish.payload.to_vec()).unwrap()
    }
}
