//! Tests against Mosquitto: sessions, restarts, shared subscriptions, large messages, availability.

use std::collections::HashSet;

use fault::{Fault as _, Kind};
use mqtt_client::{Event, Filter, Qos, Subscription};
use testkit::servers::Mosquitto;

use crate::program::{Subscriber, config, named, patient, publish, publisher, run};

#[test]
fn only_unacknowledged_messages_are_delivered_again() {
    let Some(mut broker) = testkit::require(Mosquitto::start()) else { return };
    let mut subscriber = Subscriber::connected(&named(&broker.url(), "test"), &["a/#"]);
    for payload in ["1", "2", "3"] {
        publish(&broker.url(), "a/b", payload, false);
    }
    let messages: Vec<_> = (0..3).map(|_| subscriber.message()).collect();
    subscriber.acknowledge(&messages[0]);
    subscriber.close();
    broker.restart().unwrap();
    let mut subscriber = Subscriber::start(&named(&broker.url(), "test"), &["a/#"]);
    assert!(subscriber.wait_until_connected(), "the session is kept");
    let messages: Vec<_> = (0..2).map(|_| subscriber.message()).collect();
    assert_eq!(messages.iter().map(|message| &message.payload[..]).collect::<Vec<_>>(), [b"2", b"3"]);
    assert!(messages.iter().all(|message| message.duplicate), "{messages:?}");
}

#[test]
fn after_a_restart_of_the_broker_the_client_reconnects_and_nothing_is_lost() {
    let Some(mut broker) = testkit::require(Mosquitto::start()) else { return };
    let mut subscriber = Subscriber::connected(&named(&broker.url(), "test"), &["a/#"]);
    publish(&broker.url(), "a/b", "before", false);
    assert_eq!(subscriber.payload(), "before");
    broker.restart().unwrap();
    assert_eq!(subscriber.wait_until_disconnected().kind(), Kind::Temporary);
    publish(&broker.url(), "a/b", "between", false);
    assert!(subscriber.wait_until_connected());
    // The acknowledgement of the first may not have reached the broker in time.
    assert_eq!(subscriber.payload_after("before"), "between");
    publish(&broker.url(), "a/b", "after", false);
    assert_eq!(subscriber.payload(), "after");
}

#[test]
fn messages_published_while_the_program_is_stopped_are_delivered_later() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let config = named(&broker.url(), "away");
    Subscriber::connected(&config, &["away/#"]).close();
    publish(&broker.url(), "away/x", "kept", false);
    assert_eq!(Subscriber::start(&config, &["away/#"]).payload(), "kept");
}

#[test]
fn peek_takes_no_message_from_the_running_program() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let config = named(&broker.url(), "looked-at");
    let mut subscriber = Subscriber::connected(&config, &["looked-at/#"]);
    publish(&broker.url(), "looked-at/x", "there", true);
    let filters = vec![Filter::new("looked-at/#", Qos::AtLeastOnce)];
    let mut look = Subscription::peek(&config, &tls::client_config(None).unwrap(), filters).unwrap();
    run(async {
        let mut messages = Vec::new();
        while messages.is_empty() {
            look.next_batch(&mut messages, 10).await;
        }
        assert_eq!(messages[0].payload, "there");
        look.close().await;
    });
    // The connection was never interrupted.
    assert!(matches!(subscriber.event(), Event::Messages));
    assert_eq!(subscriber.payload(), "there");
}

#[test]
fn a_retained_message_is_marked() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    publish(&broker.url(), "retained/x", "old", true);
    let mut subscriber = Subscriber::connected(&named(&broker.url(), "retained"), &["retained/#"]);
    let old = subscriber.message();
    assert!(old.retained && old.payload == "old");
    publish(&broker.url(), "retained/x", "new", true);
    assert!(!subscriber.message().retained);
}

#[test]
fn members_of_a_group_share_the_messages() {
    const MESSAGES: usize = 200;
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let names = ["shared-1", "shared-2"];
    let mut members =
        names.map(|name| Subscriber::connected(&named(&broker.url(), name), &["$share/g/shared/#"]));
    let publisher = publisher(&named(&broker.url(), "sharing"));
    run(async {
        for number in 0..MESSAGES {
            publisher.publish("shared/x", number.to_string(), false).await.unwrap();
        }
        // Each member gets one of these, or one gets both; either way all others came before.
        publisher.close().await;
    });
    let half = MESSAGES / 2;
    let got: Vec<Vec<_>> =
        members.iter_mut().map(|member| (0..half).map(|_| member.payload()).collect()).collect();
    let distinct: HashSet<_> = got.iter().flatten().collect();
    assert_eq!(distinct.len(), MESSAGES, "Mosquitto deals them out in turn");
}

#[test]
fn a_large_message_is_a_message_like_any_other() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let mut subscriber = Subscriber::connected(&named(&broker.url(), "large"), &["large/#"]);
    let limits = [("MQTT_URL", broker.url()), ("MQTT_MAX_PACKET_BYTES", "1000000".to_owned())];
    let limits: Vec<_> = limits.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut limited = Subscriber::connected(&config(&limits).named("limited"), &["large/#"]);
    publish(&broker.url(), "large/x", vec![b'x'; 10_000_000], false);
    publish(&broker.url(), "large/x", "next", false);
    assert_eq!(subscriber.payload().len(), 10_000_000);
    assert_eq!(subscriber.payload(), "next");
    let large = limited.message();
    assert_eq!((large.size, large.payload.len()), (10_000_000, 0));
    limited.acknowledge(&large);
    assert_eq!(limited.payload(), "next");
}

#[test]
fn a_message_larger_than_the_limit_is_not_published_and_the_next_is() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let url = broker.url();
    let config = config(&[("MQTT_URL", url.as_str()), ("MQTT_MAX_PACKET_BYTES", "2000")]).named("limit");
    let publisher = publisher(&config);
    run(async {
        let error = publisher.publish("a", vec![0; 3000], false).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Rejected, "{error}");
        publisher.publish("a", "small", false).await.unwrap();
    });
}

#[test]
fn availability_is_published_at_start_end_and_loss_of_the_program() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let topic = "platform/there/availability";
    let mut subscriber = Subscriber::connected(&named(&broker.url(), "watcher"), &[topic]);
    let there = publisher(&named(&broker.url(), "there"));
    run(async {
        there.publish("x", "x", false).await.unwrap();
        there.close().await;
    });
    let gone = publisher(&named(&broker.url(), "there"));
    // The end of the runtime closes the connection, as when a program is killed.
    run(async { gone.publish("x", "x", false).await.unwrap() });
    let payloads: Vec<_> = (0..4).map(|_| subscriber.payload()).collect();
    assert_eq!(payloads, ["online", "offline", "online", "offline"]);
    let mut late = Subscriber::connected(&named(&broker.url(), "late"), &[topic]);
    let last = late.message();
    assert!(last.retained && last.payload == "offline");
}

#[test]
fn a_program_may_publish_and_subscribe_under_one_name() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let config = named(&broker.url(), "both");
    let mut subscriber = Subscriber::connected(&config, &["both/#"]);
    let publisher = publisher(&config);
    run(async {
        publisher.check().await.unwrap();
        publisher.publish("both/x", "x", false).await.unwrap();
    });
    assert!(matches!(subscriber.event(), Event::Messages));
}

#[test]
fn thousands_of_messages_arrive_once_however_they_are_acknowledged() {
    const MESSAGES: usize = 3000;
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let config = named(&broker.url(), "many");
    let tls = tls::client_config(None).unwrap();
    let filters = vec![Filter::new("many/#", Qos::AtLeastOnce)];
    let mut subscription = Subscription::start(&config, &tls, filters).unwrap();
    let publisher = publisher(&config);
    let numbers = run(async {
        let (mut messages, mut numbers) = (Vec::new(), Vec::new());
        while !matches!(subscription.next_batch(&mut messages, 100).await, Event::Connected { .. }) {}
        let publish = async {
            let mut receipts = Vec::new();
            for number in 0..MESSAGES {
                receipts.push(publisher.send("many/x", number.to_string(), false).await.unwrap());
            }
            for receipt in receipts {
                receipt.arrived().await.unwrap();
            }
        };
        let take = async {
            while numbers.len() < MESSAGES {
                subscription.next_batch(&mut messages, 100).await;
                for message in messages.drain(..).rev() {
                    numbers.push(String::from_utf8(message.payload.to_vec()).unwrap());
                    subscription.acknowledge(message.token);
                }
            }
        };
        tokio::join!(publish, take);
        patient(subscription.close()).await;
        numbers
    });
    let distinct: HashSet<_> = numbers.iter().collect();
    assert_eq!((numbers.len(), distinct.len()), (MESSAGES, MESSAGES));
    // The session holds no more messages.
    let mut subscriber = Subscriber::connected(&config, &["many/#"]);
    publish(&broker.url(), "many/x", "next", false);
    assert_eq!(subscriber.payload(), "next");
}
