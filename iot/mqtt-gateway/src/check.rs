//! `--check`: tests the login at the broker, and explains how a message is mapped.

use std::time::Duration;

use mqtt_client::{Event, Message, Publisher, Subscription};
use record::Timestamp;
use runner::{Check, Device, Failure};
use tokio::time::timeout;

use crate::config::Config;
use crate::explain::explain;

/// Time limit for the lists of Zigbee2MQTT. A broker sends retained messages right after a subscription.
const PATIENCE: Duration = Duration::from_secs(2);

/// Tests the login at the broker, with a client id that ends no other connection, and explains how a message is mapped.
pub async fn check(device: &Device<Config>, asked: &Check<'_>) -> Result<(), Failure> {
    let config = &device.config;
    let mapping = &config.mapping;
    let (rules, installations) = (mapping.rules.len(), mapping.zigbee2mqtt.len());
    asked.line("mapping", format!("rules: {rules}, installations of Zigbee2MQTT: {installations}"));
    let broker = config.broker.clone().named(device.name());
    let reached = device.extract(Publisher::new(&broker, device.tls()).check()).await;
    if let [topic, payload] = asked.arguments() {
        let lists = if reached.is_ok() { lists(device, &broker, topic).await } else { Vec::new() };
        for (what, text) in explain(mapping.clone(), &lists, topic, payload, Timestamp::now()) {
            asked.line(what, text);
        }
    }
    reached?;
    asked.line("broker", "login accepted");
    Ok(())
}

/// Reads the device lists of the Zigbee2MQTT that a topic belongs to.
async fn lists(device: &Device<Config>, broker: &mqtt_client::Config, topic: &str) -> Vec<Message> {
    let filters = device.config.device_list_filters(topic);
    let wanted = filters.len();
    let mut messages = Vec::new();
    if wanted == 0 {
        return messages;
    }
    let Ok(mut subscription) = Subscription::peek(broker, device.tls(), filters) else { return messages };
    let all = async {
        while messages.len() < wanted {
            if let Event::Disconnected(_) = subscription.next_batch(&mut messages, wanted).await {
                break;
            }
        }
    };
    // There may be no groups, or no Zigbee2MQTT, so a time-out is not an error.
    let _ = timeout(PATIENCE, all).await;
    subscription.close().await;
    messages
}
