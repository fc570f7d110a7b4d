//! `--check`: reaches the broker, and says what a message would become.

use std::time::Duration;

use mqtt_client::{Event, Message, Publisher, Subscription};
use record::Timestamp;
use runner::{Check, Device, Failure};
use tokio::time::timeout;

use crate::config::Config;
use crate::explain::explain;

/// How long the lists of Zigbee2MQTT are waited for. A broker sends what it kept right after a subscription.
const PATIENCE: Duration = Duration::from_secs(2);

/// Reaches the broker, under a name that ends no other connection, and says what a message would become.
pub async fn check(device: &Device<Config>, asked: &Check<'_>) -> Result<(), Failure> {
    let config = &device.config;
    let mapping = &config.mapping;
    let (rules, installations) = (mapping.rules.len(), mapping.zigbee2mqtt.len());
    asked.line("mapping", format!("rules: {rules}, installations of Zigbee2MQTT: {installations}"));
    let broker = config.broker.clone().named(crate::NAME);
    let reached = device.extract(Publisher::new(&broker, device.tls()).check()).await;
    if let [topic, payload] = asked.arguments() {
        let lists = if reached.is_ok() { lists(device, &broker, topic).await } else { Vec::new() };
        for (what, text) in explain(mapping.clone(), &lists, topic, payload, Timestamp::now()) {
            asked.line(what, text);
        }
    }
    reached?;
    asked.line("broker", "accepts the login");
    Ok(())
}

/// What Zigbee2MQTT says of its devices, where a topic is one of its own.
async fn lists(device: &Device<Config>, broker: &mqtt_client::Config, topic: &str) -> Vec<Message> {
    let filters = device.config.lists_of(topic);
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
    // There may be no groups, or no Zigbee2MQTT: what came is what there is.
    let _ = timeout(PATIENCE, all).await;
    subscription.close().await;
    messages
}
