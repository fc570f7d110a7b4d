//! Passwords, certificates and access lists: accepted and refused logins.

use std::path::Path;

use fault::{Fault as _, Kind, chain};
use mqtt_client::{Config, Error, Event, Filter, Publisher, Qos, Subscription};
use testkit::servers::{Mosquitto, MosquittoSetup};

use crate::program::{Subscriber, config, named, patient, publish, run};

fn with_certificate(broker: &Mosquitto, url: &str) -> Config {
    let (certificate, key) = (broker.certificate_file(), broker.key_file());
    let files = [("MQTT_CERT_FILE", &certificate), ("MQTT_KEY_FILE", &key)];
    let files = files.iter().map(|(name, path)| (*name, path.to_str().unwrap()));
    config(&files.chain([("MQTT_URL", url)]).collect::<Vec<_>>())
}

fn check(config: &Config, ca_file: Option<&Path>) -> Result<(), Error> {
    let publisher = Publisher::new(config, &tls::client_config(ca_file).unwrap());
    run(publisher.check())
}

#[test]
fn tls_and_a_client_certificate_are_accepted() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let ca_file = broker.ca_file();
    check(&named(&broker.tls_url(), "tls"), Some(&ca_file)).unwrap();
    check(&with_certificate(broker, &broker.mutual_tls_url()), Some(&ca_file)).unwrap();
}

#[test]
fn messages_cross_tls_both_ways() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let config = with_certificate(broker, &broker.mutual_tls_url()).named("tls-both");
    let tls = tls::client_config(Some(&broker.ca_file())).unwrap();
    let filters = vec![Filter::new("tls/#", Qos::AtLeastOnce)];
    let mut subscription = Subscription::start(&config, &tls, filters).unwrap();
    let publisher = Publisher::new(&config, &tls);
    run(async {
        let mut messages = Vec::new();
        while !matches!(subscription.next_batch(&mut messages, 10).await, Event::Connected { .. }) {}
        let payload = vec![7; 1_000_000];
        publisher.publish("tls/x", payload.clone(), false).await.unwrap();
        while messages.is_empty() {
            subscription.next_batch(&mut messages, 10).await;
        }
        assert!(messages[0].payload == payload);
        patient(subscription.close()).await;
    });
}

#[test]
fn a_missing_client_certificate_is_a_configuration_error() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let error = check(&named(&broker.mutual_tls_url(), "none"), Some(&broker.ca_file())).unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration, "{}", chain(&error));
    assert!(matches!(error, Error::Tls { .. }), "{error}");
}

#[test]
fn an_untrusted_authority_is_a_configuration_error() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let error = check(&named(&broker.tls_url(), "untrusting"), None).unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration, "{}", chain(&error));
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[test]
fn a_wrong_password_is_unauthorized_and_not_quoted() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let url = broker.url();
    let place = url.rsplit_once('@').unwrap().1;
    let wrong = named(&format!("mqtt://test:hunter22@{place}"), "wrong");
    let published = check(&wrong, None).unwrap_err();
    let subscribed = Subscriber::start(&wrong, &["a"]).wait_until_disconnected();
    for error in [published, subscribed] {
        assert_eq!(error.kind(), Kind::Unauthorized);
        let shown = format!("{} {error:?} {wrong:?}", chain(&error));
        assert!(!shown.contains("hunter22") && shown.contains("not authorized"), "{shown}");
    }
}

/// Confirms a limit that the README states: MQTT 3.1.1 cannot report such a refusal.
#[test]
fn a_message_that_the_access_list_forbids_is_acknowledged_and_dropped() {
    let access = "pattern readwrite open/#\n".to_owned();
    let setup = MosquittoSetup { access, ..MosquittoSetup::default() };
    let Some(broker) = testkit::require(Mosquitto::start_with(setup)) else { return };
    let mut subscriber = Subscriber::connected(&named(&broker.url(), "test"), &["closed/#", "open/#"]);
    publish(&broker.url(), "closed/x", "forbidden", false);
    publish(&broker.url(), "open/x", "allowed", false);
    assert_eq!(subscriber.payload(), "allowed");
}

#[test]
fn a_broker_that_is_away_is_temporary() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let away = named(&format!("mqtt://me:hunter22@127.0.0.1:{port}"), "test");
    let published = check(&away, None).unwrap_err();
    let subscribed = Subscriber::start(&away, &["a"]).wait_until_disconnected();
    for error in [published, subscribed] {
        assert_eq!(error.kind(), Kind::Temporary);
        assert_eq!(chain(&error), "the MQTT broker cannot be reached: connection refused");
    }
}
