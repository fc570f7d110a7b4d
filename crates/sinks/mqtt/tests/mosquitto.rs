//! Records published to a real broker.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::time::Duration;

use fault::{Fault as _, Kind};
use mqtt_client::{Event, Filter, Message, Qos, Subscription};
use record::{Batch, Record, Timestamp};
use settings::{Settings as _, Source};
use sink::Sink as _;
use sink_mqtt::{Config, MqttSink};
use testkit::servers::Mosquitto;

/// Air at one place.
#[derive(Record)]
#[record(measurement = "air_quality")]
struct Air {
    #[record(time)]
    time: Timestamp,
    #[record(tag)]
    place: String,
    pm2: f64,
    pm10: Option<f64>,
}

/// Price of a token.
#[derive(Record)]
#[record(table = "prices")]
struct Price {
    #[record(key)]
    symbol: String,
    cost: f64,
}

fn air(place: &str, pm2: f64) -> Air {
    Air { time: Timestamp::UNIX_EPOCH, place: place.to_owned(), pm2, pm10: None }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(30), work).await.unwrap() })
}

fn sink(url: &str, program: &str, more: &[(&str, &str)]) -> MqttSink {
    let variables = [&[("MQTT_URL", url)], more].concat();
    let mut source = Source::of(variables.iter().copied());
    let config = Config::read(&mut source);
    source.finish().unwrap();
    MqttSink::new(&config.unwrap().named(program), &tls::client_config(None).unwrap())
}

/// The next `count` messages under `topic` once `publish` is done.
async fn received(url: &str, topic: &str, count: usize, publish: impl Future<Output = ()>) -> Vec<Message> {
    let mut source = Source::of([("MQTT_URL", url)]);
    let config = mqtt_client::Config::read(&mut source).unwrap().named(&topic.replace(['/', '#'], "-"));
    let filters = vec![Filter::new(topic, Qos::AtLeastOnce)];
    let mut subscription = Subscription::start(&config, &tls::client_config(None).unwrap(), filters).unwrap();
    let mut messages = Vec::new();
    while !matches!(subscription.next_batch(&mut messages, 1).await, Event::Connected { .. }) {}
    publish.await;
    let mut acknowledged = 0;
    while messages.len() < count {
        subscription.next_batch(&mut messages, count).await;
        messages[acknowledged..].iter().for_each(|message| subscription.acknowledge(message.token));
        acknowledged = messages.len();
    }
    messages
}

fn text(message: &Message) -> (&str, &str) {
    (&message.topic, std::str::from_utf8(&message.payload).unwrap())
}

#[test]
fn each_row_is_a_message_under_the_topic_of_its_tags() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let url = broker.url();
    let sink = sink(&url, "rows", &[]);
    run(async {
        let rows = [air("roof", 4.5), air("a/b+", 5.0)];
        let messages = received(&url, "platform/air_quality/#", 2, async {
            assert!(sink.write(&Batch::of(&rows)).await.unwrap().refused.is_empty());
        });
        let messages = messages.await;
        let expected = [
            ("platform/air_quality/roof", r#"{"time":"1970-01-01T00:00:00Z","place":"roof","pm2":4.5}"#),
            ("platform/air_quality/a_b_", r#"{"time":"1970-01-01T00:00:00Z","place":"a/b+","pm2":5.0}"#),
        ];
        assert_eq!(messages.iter().map(text).collect::<Vec<_>>(), expected);
    });
}

#[test]
fn a_bare_payload_goes_to_the_topic_of_existing_consumers_and_is_retained() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let url = broker.url();
    let settings = [("MQTT_TOPIC", "sensors/{place}"), ("MQTT_PAYLOAD", "bare"), ("MQTT_RETAIN", "true")];
    let sink = sink(&url, "bare", &settings);
    run(async {
        let rows: Vec<_> = (0..50).map(|number| air("desk", f64::from(number))).collect();
        sink.write(&Batch::of(&rows)).await.unwrap();
        let messages = received(&url, "sensors/#", 1, async {}).await;
        assert_eq!(text(&messages[0]), ("sensors/desk", r#"{"pm2":49.0}"#));
        assert!(messages[0].retained, "the last row is the one that is kept");
    });
}

#[test]
fn a_table_is_published_by_its_keys() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let url = broker.url();
    let sink = sink(&url, "tables", &[]);
    run(async {
        let rows = [Price { symbol: "ABC".to_owned(), cost: 1.5 }];
        let publish = async { drop(sink.write(&Batch::of(&rows)).await.unwrap()) };
        let messages = received(&url, "platform/prices/#", 1, publish).await;
        assert_eq!(text(&messages[0]), ("platform/prices/ABC", r#"{"symbol":"ABC","cost":1.5}"#));
    });
}

#[test]
fn a_row_that_json_cannot_say_is_refused_and_the_others_are_published() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let url = broker.url();
    let settings = [("MQTT_TOPIC", "nan/{place}"), ("MQTT_MAX_PACKET_BYTES", "1024")];
    let sink = sink(&url, "nan", &settings);
    run(async {
        let rows = [air("a", 1.0), air("b", f64::NAN), air("c", 2.0), air(&"x".repeat(2000), 3.0)];
        let messages = received(&url, "nan/#", 2, async {
            let refused = sink.write(&Batch::of(&rows)).await.unwrap().refused;
            let reasons: Vec<_> =
                refused.iter().map(|refused| (refused.row, refused.reason.as_str())).collect();
            assert_eq!(reasons[0], (1, "`pm2` is not a finite number"));
            assert!(reasons[1].0 == 3 && reasons[1].1.contains("MQTT_MAX_PACKET_BYTES"), "{reasons:?}");
        });
        let messages = messages.await;
        assert_eq!(messages.iter().map(|message| text(message).0).collect::<Vec<_>>(), ["nan/a", "nan/c"]);
    });
}

#[test]
fn a_large_batch_is_published_whole() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let url = broker.url();
    let sink = sink(&url, "large", &[("MQTT_TOPIC", "large/{place}")]);
    run(async {
        let rows: Vec<_> = (0..900).map(|number| air("desk", f64::from(number))).collect();
        let publish = async { drop(sink.write(&Batch::of(&rows)).await.unwrap()) };
        let messages = received(&url, "large/#", rows.len(), publish).await;
        assert_eq!(messages.len(), rows.len());
        let numbers: Vec<_> = messages.iter().map(|message| text(message).1).collect();
        assert!(numbers[899].ends_with(r#""pm2":899.0}"#), "in order: {}", numbers[899]);
    });
}

#[test]
fn a_column_that_is_no_tag_is_a_matter_of_configuration() {
    let sink = sink("mqtt://127.0.0.1:9", "columns", &[("MQTT_TOPIC", "a/{pm2}")]);
    let error = run(async { sink.write(&Batch::of(&[air("a", 1.0)])).await }).unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
    assert!(error.to_string().contains("`pm2`") && error.to_string().contains("air_quality"), "{error}");
}

#[test]
fn a_broker_that_is_away_is_temporary_and_the_next_write_finds_it_again() {
    let Some(mut broker) = testkit::require(Mosquitto::start()) else { return };
    let url = broker.url();
    let sink = sink(&url, "away", &[]);
    run(async {
        let rows = [air("roof", 4.5)];
        let batch = Batch::of(&rows);
        sink.write(&batch).await.unwrap();
        broker.stop();
        let error = sink.write(&batch).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Temporary, "{}", fault::chain(&error));
        assert_eq!(sink.check().await.unwrap_err().kind(), Kind::Temporary);
        broker.restart().unwrap();
        sink.write(&batch).await.unwrap();
    });
}

#[test]
fn a_check_logs_in_and_publishes_nothing() {
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let url = broker.url();
    let checked = sink(&url, "checked", &[("MQTT_TOPIC", "checked/{place}")]);
    run(async {
        let rows = [air("roof", 4.5)];
        let messages = received(&url, "platform/checked/availability", 1, async {
            checked.check().await.unwrap();
            // The first that is heard is from this, not from the check.
            checked.write(&Batch::of(&rows)).await.unwrap();
        });
        let messages = messages.await;
        assert_eq!((messages.len(), text(&messages[0]).1), (1, "online"));
    });
    let wrong = sink(&format!("mqtt://test:wrong@{}", url.rsplit_once('@').unwrap().1), "wrong", &[]);
    assert_eq!(run(wrong.check()).unwrap_err().kind(), Kind::Unauthorized);
}
