//! An ESP32 with a DHT22, with two kinds of firmware: custom JSON, and ESPHome.

use jiff::Timestamp;
use serde_json::json;

use super::{Installation, house};
use crate::Message;

/// An ESP32 that publishes temperature and humidity as one JSON object, both null if the sensor did not answer.
#[derive(Debug, Clone)]
pub struct Dht22 {
    topic: String,
}

/// A node of ESPHome: each value is a retained number as text on a topic of its own, and `nan` if the sensor did not
/// answer. Source: <https://esphome.io/components/mqtt.html>.
#[derive(Debug, Clone)]
pub struct EspHome {
    prefix: String,
}

/// Temperature in °C and humidity in percent; `None` if the sensor does not answer.
fn measured(time: Timestamp) -> Option<(f64, f64)> {
    let values = (house::garage_temperature(time), house::garage_humidity(time));
    (!house::is_dht22_silent(time)).then_some(values)
}

impl Dht22 {
    /// Creates the sensor on a topic, such as `sensors/esp32/dht22`.
    pub fn new(topic: &str) -> Self {
        Self { topic: topic.to_owned() }
    }
}

impl Installation for Dht22 {
    fn will(&self) -> Option<Message> {
        None
    }

    fn announce(&self) -> Vec<Message> {
        Vec::new()
    }

    fn report(&self, time: Timestamp) -> Vec<Message> {
        let measured =
            measured(time).map(|(warmth, water)| (house::rounded(warmth, 1), house::rounded(water, 1)));
        let (temperature, humidity) = measured.unzip();
        let payload = json!({"temperature": temperature, "humidity": humidity}).to_string();
        vec![Message::new(&self.topic, payload)]
    }
}

impl EspHome {
    /// Creates the node with a name, such as `garage`.
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    fn retained(&self, topic: &str, payload: &str) -> Message {
        Message::new(format!("{}/{topic}", self.prefix), payload.to_owned()).retained(true)
    }
}

impl Installation for EspHome {
    fn will(&self) -> Option<Message> {
        Some(self.retained("status", "offline"))
    }

    fn announce(&self) -> Vec<Message> {
        vec![self.retained("status", "online")]
    }

    fn report(&self, time: Timestamp) -> Vec<Message> {
        let (temperature, humidity) = measured(time).unwrap_or((f64::NAN, f64::NAN));
        let text = |value: f64| if value.is_nan() { "nan".to_owned() } else { format!("{value:.1}") };
        [("temperature", temperature), ("humidity", humidity)]
            .map(|(name, value)| self.retained(&format!("sensor/{name}/state"), &text(value)))
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensor_that_does_not_answer_has_no_values() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // The sensor fails seven minutes into each 45 minutes.
        let (well, silent) = (at("1970-01-01T00:00:00Z"), at("1970-01-01T00:07:30Z"));
        let payload = |time| Dht22::new("dht22").report(time)[0].text();
        assert_eq!(payload(well), r#"{"humidity":68.0,"temperature":9.6}"#);
        assert_eq!(payload(silent), r#"{"humidity":null,"temperature":null}"#);
        let node = EspHome::new("garage");
        let payload = |time| node.report(time).iter().map(Message::text).collect::<Vec<_>>();
        assert_eq!(payload(well), ["9.6", "68.0"]);
        assert_eq!(payload(silent), ["nan", "nan"]);
        assert_eq!(node.report(well)[0].topic, "garage/sensor/temperature/state");
    }
}
