//! Tests of routing.

use mqtt_sim::{Broker, Client, ClientError, Message, Options};

use crate::{PATIENCE, is_silent, receive};

#[test]
fn a_message_comes_to_each_subscriber_once() {
    let broker = Broker::start().unwrap();
    let mut listener = Client::connect(&broker.url(), "listener", None).unwrap();
    listener.subscribe("home/+/climate").unwrap();
    listener.subscribe("home/#").unwrap();
    let mut device = Client::connect(&broker.url(), "device", None).unwrap();
    device.publish(&Message::new("home/attic/climate", "21")).unwrap();
    device.publish(&Message::new("garden", "12")).unwrap();
    assert_eq!(receive(&mut listener, 1), [("home/attic/climate".into(), "21".into())]);
    assert!(is_silent(&mut listener));
    let topics: Vec<_> = broker.messages().into_iter().map(|message| message.topic).collect();
    assert_eq!(topics, ["home/attic/climate", "garden"]);
    assert_eq!(broker.clients(), ["device", "listener"]);
}

#[test]
fn a_retained_message_is_delivered_to_later_subscribers() {
    let broker = Broker::start().unwrap();
    broker.publish("home/state", "online", true);
    broker.publish("home/gone", "soon", true);
    broker.publish("home/gone", "", true);
    let mut listener = Client::connect(&broker.url(), "listener", None).unwrap();
    listener.subscribe("home/#").unwrap();
    let repeated = listener.next(PATIENCE).unwrap().unwrap();
    assert!(repeated.retain && repeated.text() == "online");
    broker.publish("home/state", "offline", true);
    let live = listener.next(PATIENCE).unwrap().unwrap();
    assert!(!live.retain && live.text() == "offline");
    assert!(is_silent(&mut listener));
}

#[test]
fn the_members_of_a_group_share_the_messages() {
    let broker = Broker::start().unwrap();
    let mut members = ["one", "two"].map(|name| {
        let mut member = Client::connect(&broker.url(), name, None).unwrap();
        member.subscribe("$share/gateways/home/#").unwrap();
        member
    });
    for number in 0..10 {
        broker.publish("home/plug", number.to_string(), false);
    }
    let shares = members.each_mut().map(|member| receive(member, 5));
    let mut all: Vec<_> = shares.concat().into_iter().map(|(_, text)| text).collect();
    all.sort();
    assert_eq!(all, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    assert!(members.iter_mut().all(is_silent));
}

#[test]
fn a_message_of_ten_megabytes_arrives_whole() {
    let broker = Broker::start().unwrap();
    let mut listener = Client::connect(&broker.url(), "listener", None).unwrap();
    listener.subscribe("big").unwrap();
    let payload: Vec<u8> = (0..10_000_000_u32).map(|index| index.to_le_bytes()[1]).collect();
    Client::connect(&broker.url(), "device", None)
        .unwrap()
        .publish(&Message::new("big", payload.clone()))
        .unwrap();
    assert!(listener.next(PATIENCE).unwrap().unwrap().payload == payload);
}

#[test]
fn a_stranger_is_not_let_in() {
    let users = vec![("home".to_owned(), "right".to_owned())];
    let broker = Broker::start_with(Options { users, ..Options::default() }).unwrap();
    let connect =
        |user: &str| Client::connect(&broker.url().replace("://", &format!("://{user}")), "a", None);
    assert!(connect("home:right@").is_ok());
    for user in ["home:wrong@", "nobody:right@", ""] {
        let refusal = connect(user).unwrap_err();
        assert!(matches!(refusal, ClientError::Refused(_)), "{refusal}");
    }
}
