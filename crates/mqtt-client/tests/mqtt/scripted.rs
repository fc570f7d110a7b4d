//! Protocol tests against a scripted broker, packet by packet.

use std::io::Write as _;

use bytes::BytesMut;
use fault::{Fault as _, Kind};
use mqtt_client::{Error, Event};
use rumqttc::mqttbytes::QoS;
use rumqttc::mqttbytes::v4::{ConnAck, ConnectReturnCode, Packet, PubAck, Publish, SubscribeReasonCode};

use crate::program::{Subscriber, config, named, patient, publisher, run};
use crate::script::Script;

#[test]
fn acknowledgements_are_sent_in_order_of_arrival() {
    let script = Script::new();
    let mut subscriber = Subscriber::start(&named(&script.url(), "test"), &["a/#"]);
    let mut broker = script.subscribed(false);
    (10..13).for_each(|packet| broker.publish(packet, "x"));
    let messages: Vec<_> = (0..3).map(|_| subscriber.message()).collect();
    subscriber.acknowledge(&messages[2]);
    subscriber.acknowledge(&messages[0]);
    assert_eq!(broker.read(), Packet::PubAck(PubAck::new(10)));
    subscriber.acknowledge(&messages[1]);
    assert_eq!(broker.read(), Packet::PubAck(PubAck::new(11)));
    assert_eq!(broker.read(), Packet::PubAck(PubAck::new(12)));
}

#[test]
fn a_message_of_an_earlier_connection_is_not_acknowledged_on_the_next() {
    let script = Script::new();
    let mut subscriber = Subscriber::start(&named(&script.url(), "test"), &["a/#"]);
    let mut broker = script.subscribed(false);
    broker.publish(10, "first");
    let stale = subscriber.message();
    drop(broker);
    let mut broker = script.subscribed(true);
    broker.publish(10, "another under the same identifier");
    let fresh = subscriber.message();
    assert_ne!(stale.token, fresh.token);
    subscriber.acknowledge(&stale);
    subscriber.close();
    assert_eq!(broker.read(), Packet::Disconnect);
}

#[test]
fn pending_acknowledgements_are_sent_before_disconnect() {
    let script = Script::new();
    let mut subscriber = Subscriber::start(&named(&script.url(), "test"), &["a/#"]);
    let mut broker = script.subscribed(false);
    broker.publish(10, "x");
    let message = subscriber.message();
    subscriber.acknowledge(&message);
    subscriber.close();
    assert_eq!((broker.read(), broker.read()), (Packet::PubAck(PubAck::new(10)), Packet::Disconnect));
}

#[test]
fn messages_before_suback_are_delivered_after_the_connected_event() {
    let script = Script::new();
    let mut subscriber = Subscriber::start(&named(&script.url(), "test"), &["a/#"]);
    let mut broker = script.log_in(true);
    broker.publish(10, "kept");
    broker.answer_subscribe(SubscribeReasonCode::Success(QoS::AtLeastOnce));
    assert!(matches!(subscriber.event(), Event::Connected { session_present: true }));
    assert_eq!(subscriber.payload(), "kept");
}

#[test]
fn while_the_program_takes_no_messages_the_broker_waits_and_gets_pings() {
    const MESSAGES: usize = 20_000;
    let script = Script::new();
    let config = config(&[("MQTT_URL", &script.url()), ("MQTT_KEEP_ALIVE_SECONDS", "1")]);
    let mut subscriber = Subscriber::start(&config, &["a/#"]);
    let mut broker = script.subscribed(false);
    let mut stream = broker.stream.try_clone().unwrap();
    // More than all buffers hold, so this ends only when the program takes messages.
    let flood = std::thread::spawn(move || {
        for number in 0..MESSAGES {
            let mut bytes = BytesMut::new();
            let payload = format!("{number:>2000}");
            let packet = Packet::Publish(Publish::new("a/b", QoS::AtMostOnce, payload));
            packet.write(&mut bytes, usize::MAX).unwrap();
            stream.write_all(&bytes).unwrap();
        }
    });
    // None of these is answered: the answer would wait behind the messages.
    (0..4).for_each(|_| assert_eq!(broker.read(), Packet::PingReq));
    assert!(!flood.is_finished());
    for number in 0..MESSAGES {
        assert_eq!(subscriber.payload().trim_start(), number.to_string());
    }
    flood.join().unwrap();
}

#[test]
fn a_broker_that_answers_no_ping_is_disconnected() {
    let script = Script::new();
    let config = config(&[("MQTT_URL", &script.url()), ("MQTT_KEEP_ALIVE_SECONDS", "1")]);
    let mut subscriber = Subscriber::start(&config, &["a/#"]);
    let _silent = script.subscribed(false);
    let error = subscriber.wait_until_disconnected();
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    assert_eq!(error.kind(), Kind::Temporary);
}

#[test]
fn a_message_beyond_the_limit_comes_without_its_payload_and_is_acknowledged() {
    let script = Script::new();
    let config = config(&[("MQTT_URL", &script.url()), ("MQTT_MAX_PACKET_BYTES", "1024")]);
    let mut subscriber = Subscriber::start(&config, &["a/#"]);
    let mut broker = script.subscribed(false);
    broker.publish(10, &"x".repeat(1_000_000));
    broker.publish(11, "small");
    let large = subscriber.message();
    assert!(large.is_too_large() && large.payload.is_empty());
    assert_eq!(large.size, 1_000_000);
    subscriber.acknowledge(&large);
    assert_eq!(broker.read(), Packet::PubAck(PubAck::new(10)));
    assert_eq!(subscriber.payload(), "small");
}

#[test]
fn a_refused_login_has_the_kind_of_its_reason() {
    let refusals = [
        (ConnectReturnCode::BadUserNamePassword, Kind::Unauthorized),
        (ConnectReturnCode::NotAuthorized, Kind::Unauthorized),
        (ConnectReturnCode::BadClientId, Kind::Configuration),
        (ConnectReturnCode::RefusedProtocolVersion, Kind::Configuration),
        (ConnectReturnCode::ServiceUnavailable, Kind::Temporary),
    ];
    for (code, kind) in refusals {
        let script = Script::new();
        let mut subscriber = Subscriber::start(&named(&script.url(), "test"), &["a/#"]);
        script.accept().send(Packet::ConnAck(ConnAck::new(code, false)));
        assert_eq!(subscriber.wait_until_disconnected().kind(), kind, "{code:?}");
    }
}

#[test]
fn a_filter_that_is_refused_is_named() {
    let script = Script::new();
    let mut subscriber = Subscriber::start(&named(&script.url(), "test"), &["secret/#"]);
    script.log_in(false).answer_subscribe(SubscribeReasonCode::Failure);
    let error = subscriber.wait_until_disconnected();
    assert_eq!(error.kind(), Kind::Unauthorized);
    assert_eq!(error.to_string(), "the MQTT broker refused to subscribe to secret/#");
}

#[test]
fn a_message_in_flight_on_a_lost_connection_fails_and_is_not_sent_later() {
    let script = Script::new();
    let publisher = publisher(&named(&script.url(), "test"));
    let script = std::thread::spawn(move || {
        let mut broker = script.log_in(false);
        assert_eq!(broker.take_message(), "online");
        assert!(matches!(broker.read(), Packet::Publish(_)));
        drop(broker);
        let mut broker = script.log_in(false);
        assert_eq!(broker.take_message(), "online");
        assert_eq!(broker.take_message(), "second");
        assert_eq!(broker.take_message(), "offline");
        assert_eq!(broker.read(), Packet::Disconnect);
    });
    run(async {
        let error = publisher.publish("a", "first", false).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Temporary, "{error}");
        publisher.publish("a", "second", false).await.unwrap();
        publisher.close().await;
    });
    script.join().unwrap();
}

#[test]
fn callers_that_wait_for_one_connection_share_its_failure() {
    let script = Script::new();
    let publisher = publisher(&named(&script.url(), "test"));
    let attempts = std::thread::spawn(move || {
        script.accept().send(Packet::ConnAck(ConnAck::new(ConnectReturnCode::ServiceUnavailable, false)));
        script
    });
    run(async {
        let publish = || publisher.publish("a", "x", false);
        let (first, second, third) = tokio::join!(publish(), publish(), publish());
        assert!([first, second, third].iter().all(|result| matches!(result, Err(Error::Unavailable))));
    });
    let script = attempts.join().unwrap();
    // The next call tries again.
    let again = std::thread::spawn(move || drop(script.accept()));
    run(async { patient(publisher.publish("a", "x", false)).await.unwrap_err() });
    again.join().unwrap();
}

#[test]
fn no_more_messages_are_in_flight_than_the_limit() {
    let script = Script::new();
    let settings = [("MQTT_URL", &*script.url()), ("MQTT_IN_FLIGHT", "2"), ("MQTT_KEEP_ALIVE_SECONDS", "1")];
    let publisher = publisher(&config(&settings).named("test"));
    let script = std::thread::spawn(move || {
        let mut broker = script.log_in(false);
        assert_eq!(broker.take_message(), "online");
        let packets = [broker.read(), broker.read()];
        assert!(packets.iter().all(|packet| matches!(packet, Packet::Publish(_))), "{packets:?}");
        // With two in flight, only a ping follows.
        assert_eq!(broker.read(), Packet::PingReq);
        for packet in packets {
            let Packet::Publish(publish) = packet else { continue };
            broker.send(Packet::PubAck(PubAck::new(publish.pkid)));
        }
        (0..4).for_each(|_| drop(broker.take_message()));
        broker
    });
    run(async {
        let send = || async { publisher.send("a", "x", false).await.unwrap() };
        let receipts = tokio::join!(send(), send(), send());
        let more = tokio::join!(send(), send(), send());
        for receipt in [receipts.0, receipts.1, receipts.2, more.0, more.1, more.2] {
            receipt.arrived().await.unwrap();
        }
    });
    drop(script.join().unwrap());
}
