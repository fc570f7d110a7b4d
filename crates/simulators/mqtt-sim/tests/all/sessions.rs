//! Tests of sessions.

use std::time::Instant;

use mqtt_sim::{Broker, Client, Message, Options};

use crate::{PATIENCE, is_silent, receive};

fn texts(client: &mut Client, messages: usize) -> Vec<String> {
    receive(client, messages).into_iter().map(|(_, text)| text).collect()
}

/// Waits until all messages of the client are acknowledged.
fn settle(broker: &Broker, client: &str) {
    let deadline = Instant::now() + PATIENCE;
    while broker.backlog(client) > 0 {
        assert!(Instant::now() < deadline, "not acknowledged in time");
        std::thread::yield_now();
    }
}

#[test]
fn messages_for_a_disconnected_client_are_queued() {
    let broker = Broker::start().unwrap();
    let mut listener = Client::resume(&broker.url(), "listener").unwrap();
    listener.subscribe("home/#").unwrap();
    drop(listener);
    broker.publish("home/plug", "1", false);
    broker.publish("home/plug", "2", false);
    let mut listener = Client::resume(&broker.url(), "listener").unwrap();
    assert_eq!(texts(&mut listener, 2), ["1", "2"]);
    settle(&broker, "listener");
    drop(listener);
    // A clean session has no subscriptions.
    drop(Client::connect(&broker.url(), "listener", None).unwrap());
    let mut listener = Client::resume(&broker.url(), "listener").unwrap();
    broker.publish("home/plug", "3", false);
    assert!(is_silent(&mut listener));
}

#[test]
fn a_broker_that_was_stopped_remembers_unless_it_forgets() {
    let mut broker = Broker::start().unwrap();
    let mut listener = Client::resume(&broker.url(), "listener").unwrap();
    listener.subscribe("home/#").unwrap();
    broker.publish("home/state", "online", true);
    assert_eq!(texts(&mut listener, 1), ["online"]);
    settle(&broker, "listener");
    broker.stop();
    assert!(listener.next(PATIENCE).is_err());
    assert!(Client::resume(&broker.url(), "listener").is_err());
    broker.publish("home/plug", "on", false);
    broker.restart().unwrap();
    let mut listener = Client::resume(&broker.url(), "listener").unwrap();
    assert_eq!(texts(&mut listener, 1), ["on"]);
    broker.forget();
    let mut listener = Client::resume(&broker.url(), "listener").unwrap();
    listener.subscribe("home/#").unwrap();
    assert!(is_silent(&mut listener));
}

#[test]
fn a_will_is_published_when_a_connection_breaks_and_not_after_a_goodbye() {
    let broker = Broker::start().unwrap();
    let mut listener = Client::connect(&broker.url(), "listener", None).unwrap();
    listener.subscribe("state/#").unwrap();
    let with_will = |name: &str| {
        let will = Message::new(format!("state/{name}"), "offline").retained(true);
        Client::connect(&broker.url(), name, Some(will)).unwrap()
    };
    with_will("polite").goodbye().unwrap();
    drop(with_will("broken"));
    assert_eq!(receive(&mut listener, 1), [("state/broken".into(), "offline".into())]);
    assert!(is_silent(&mut listener));
}

#[test]
fn a_client_of_the_same_name_takes_the_place_of_the_first() {
    let broker = Broker::start().unwrap();
    let mut first = Client::connect(&broker.url(), "twin", None).unwrap();
    let mut second = Client::connect(&broker.url(), "twin", None).unwrap();
    assert!(first.next(PATIENCE).is_err());
    second.publish(&Message::new("a", "b")).unwrap();
    assert_eq!(broker.clients(), ["twin"]);
}

#[test]
fn a_group_goes_on_without_the_member_that_is_away() {
    let broker = Broker::start().unwrap();
    let join = |name: &str| {
        let mut member = Client::resume(&broker.url(), name).unwrap();
        member.subscribe("$share/gateways/a").unwrap();
        member
    };
    join("away").goodbye().unwrap();
    let mut here = join("here");
    while broker.clients() != ["here"] {
        std::thread::yield_now();
    }
    for number in 0..4 {
        broker.publish("a", number.to_string(), false);
    }
    assert_eq!(texts(&mut here, 4), ["0", "1", "2", "3"]);
    assert_eq!(broker.backlog("away"), 0);
}

#[test]
fn queued_messages_of_a_client_are_limited() {
    let broker = Broker::start_with(Options { in_flight: 2, queue: 3, ..Options::default() }).unwrap();
    Client::resume(&broker.url(), "listener").unwrap().subscribe("a").unwrap();
    broker.disconnect_all();
    for number in 0..9 {
        broker.publish("a", number.to_string(), false);
    }
    assert_eq!(broker.backlog("listener"), 3);
    let mut listener = Client::resume(&broker.url(), "listener").unwrap();
    assert_eq!(texts(&mut listener, 3), ["0", "1", "2"]);
    assert!(is_silent(&mut listener));
    settle(&broker, "listener");
}
