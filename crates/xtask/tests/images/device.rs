//! A program that runs on: the gateway from MQTT, beside a real broker and a real store.

use std::fs;

use mqtt_sim::{Client, Message};
use testkit::servers::{Mosquitto, VictoriaMetrics};

use crate::container::Call;
use crate::engine::DEVICE;
use crate::network::Network;

const MAPPING: &str = r#"
[[rule]]
topic = "sensors/+room/dht22"
measurement = "climate"
fields = { temperature = "float" }
"#;

#[test]
fn a_device_stores_messages_over_tls_and_exits_0_on_sigterm() {
    let (broker, store) = (Mosquitto::start().unwrap(), VictoriaMetrics::start().unwrap());
    let network = Network::new();
    network.open("mosquitto", 8883, &broker.tls_url());
    network.open("influxdb", 8086, store.url());
    let authority = network.file("authority.pem", &fs::read_to_string(broker.ca_file()).unwrap());
    let mapping = network.file("mapping.toml", MAPPING);

    let url = broker.tls_url();
    let (account, _) = url.split_once('@').unwrap();
    let gateway = Call::new(&network, DEVICE)
        .set("MQTT_URL", format!("{account}@mosquitto:8883"))
        .set("CA_FILE", "/etc/authority.pem")
        .set("GATEWAY_CONFIG", "/etc/mapping.toml")
        .set("INFLUXDB_URL", "http://influxdb:8086")
        .set("INFLUXDB_TOKEN", "any")
        .set("INFLUXDB_ORG", "home")
        .set("INFLUXDB_BUCKET", "readings")
        .option(format!("--volume={}:/etc/authority.pem:ro", authority.display()))
        .option(format!("--volume={}:/etc/mapping.toml:ro", mapping.display()))
        .option("--tmpfs=/data:uid=65532")
        .start(&[]);

    let mut sensor = Client::connect(&broker.url(), "sensor", None).unwrap();
    gateway.until("a reading in the store", || {
        // Until the gateway has subscribed, nobody listens.
        sensor_says(&mut sensor);
        is_stored(&store, "climate_temperature")
    });
    assert_eq!(gateway.stop(), 0, "{}", gateway.log());
}

fn sensor_says(sensor: &mut Client) {
    sensor.publish(&Message::new("sensors/attic/dht22", r#"{"temperature":21.5}"#)).unwrap();
}

fn is_stored(store: &VictoriaMetrics, name: &str) -> bool {
    store.export().unwrap().iter().any(|series| series["metric"]["__name__"] == name)
}
