//! Tests of faults.

use std::time::{Duration, Instant};

use mqtt_sim::{Broker, Client, ClientError, InjectedFault, Message};

#[test]
fn connections_are_refused_as_often_as_asked() {
    let broker = Broker::start().unwrap();
    broker.set_fault(InjectedFault::Refuse(1));
    assert!(matches!(Client::connect(&broker.url(), "device", None), Err(ClientError::Refused(_))));
    assert!(Client::connect(&broker.url(), "device", None).is_ok());
}

#[test]
fn a_connection_that_is_hung_up_leaves_the_message_and_no_acknowledgement() {
    let broker = Broker::start().unwrap();
    broker.set_fault(InjectedFault::HangUp(2));
    let mut device = Client::connect(&broker.url(), "device", None).unwrap();
    device.publish(&Message::new("a", "1")).unwrap();
    assert!(device.publish(&Message::new("a", "2")).is_err());
    assert_eq!(broker.messages().len(), 2);
    let mut device = Client::connect(&broker.url(), "device", None).unwrap();
    device.publish(&Message::new("a", "2")).unwrap();
}

#[test]
fn everything_waits_while_the_broker_is_slow() {
    let broker = Broker::start().unwrap();
    let mut device = Client::connect(&broker.url(), "device", None).unwrap();
    let delay = Duration::from_millis(30);
    broker.set_fault(InjectedFault::Delay(delay));
    let started = Instant::now();
    device.publish(&Message::new("a", "1")).unwrap();
    assert!(started.elapsed() >= delay);
    broker.clear_faults();
    device.publish(&Message::new("a", "2")).unwrap();
}

#[test]
fn another_protocol_ends_only_its_connection() {
    use std::io::{Read as _, Write as _};
    let broker = Broker::start().unwrap();
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", broker.port())).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.is_empty());
    assert!(Client::connect(&broker.url(), "device", None).is_ok());
}
