//! A Zigbee2MQTT installation: a bridge, and four devices of a house.
//!
//! Source: <https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html>.

mod devices;

use jiff::{Timestamp, tz::Offset};
use serde_json::{Value, json};

use super::Installation;
use crate::Message;
use devices::{DEVICES, Device};

/// A bridge and its devices: a climate sensor, a plug, a door contact and a soil sensor.
///
/// Their names have slashes and spaces, as users choose them.
#[derive(Debug, Clone)]
pub struct Zigbee2Mqtt {
    base: String,
    last_seen: LastSeen,
    retains: bool,
}

/// Format of `last_seen`, an option of Zigbee2MQTT.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LastSeen {
    /// Absent.
    #[default]
    Absent,
    /// `2026-08-20T08:00:00.000Z`
    Iso8601,
    /// `2026-08-20T09:00:00.000+01:00`, one hour east of Greenwich.
    Iso8601Local,
    /// Milliseconds since 1970.
    Epoch,
}

impl Default for Zigbee2Mqtt {
    fn default() -> Self {
        Self::new()
    }
}

impl Zigbee2Mqtt {
    /// Creates an installation at the default topic, with the default options of Zigbee2MQTT.
    pub fn new() -> Self {
        Self { base: "zigbee2mqtt".to_owned(), last_seen: LastSeen::default(), retains: false }
    }

    /// Sets the base topic.
    #[must_use]
    pub fn base(self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self }
    }

    /// Sets the format of `last_seen`.
    #[must_use]
    pub fn last_seen(self, last_seen: LastSeen) -> Self {
        Self { last_seen, ..self }
    }

    /// Sets whether reports are retained.
    #[must_use]
    pub fn retaining(self, retains: bool) -> Self {
        Self { retains, ..self }
    }

    /// Names of the devices.
    pub fn names() -> impl Iterator<Item = &'static str> {
        DEVICES.iter().map(|device| device.name)
    }

    /// Report of one device at a time; `None` for an unknown name.
    pub fn report_of(&self, name: &str, time: Timestamp) -> Option<Message> {
        DEVICES.iter().find(|device| device.name == name).map(|device| self.message(device, time))
    }

    /// Availability message of a device.
    pub fn availability(&self, name: &str, is_online: bool) -> Message {
        self.state(&format!("{name}/availability"), is_online)
    }

    fn message(&self, device: &Device, time: Timestamp) -> Message {
        let mut payload = (device.report)(time);
        if let (Some(members), Some(last_seen)) = (payload.as_object_mut(), self.last_seen.written(time)) {
            members.insert("last_seen".to_owned(), last_seen);
        }
        Message::new(format!("{}/{}", self.base, device.name), payload.to_string()).retained(self.retains)
    }

    fn state(&self, topic: &str, is_online: bool) -> Message {
        let state = if is_online { "online" } else { "offline" };
        Message::new(format!("{}/{topic}", self.base), json!({"state": state}).to_string()).retained(true)
    }
}

impl Installation for Zigbee2Mqtt {
    fn will(&self) -> Option<Message> {
        Some(self.state("bridge/state", false))
    }

    fn announce(&self) -> Vec<Message> {
        let devices = std::iter::once(coordinator()).chain(DEVICES.iter().map(Device::entry));
        let devices = Value::Array(devices.collect()).to_string();
        let bridge = [
            self.state("bridge/state", true),
            Message::new(format!("{}/bridge/devices", self.base), devices).retained(true),
        ];
        bridge.into_iter().chain(Self::names().map(|name| self.availability(name, true))).collect()
    }

    fn report(&self, time: Timestamp) -> Vec<Message> {
        DEVICES.iter().map(|device| self.message(device, time)).collect()
    }
}

impl LastSeen {
    fn written(self, time: Timestamp) -> Option<Value> {
        const LOCAL: Offset = Offset::constant(1);
        match self {
            Self::Absent => None,
            Self::Iso8601 => Some(format!("{time:.3}").into()),
            Self::Iso8601Local => Some(format!("{:.3}+01:00", LOCAL.to_datetime(time)).into()),
            Self::Epoch => Some(time.as_millisecond().into()),
        }
    }
}

/// The coordinator, which is in the list without a definition.
fn coordinator() -> Value {
    json!({
        "ieee_address": "0x00124b0000000000", "type": "Coordinator", "network_address": 0, "supported": true,
        "friendly_name": "Coordinator", "endpoints": {}, "definition": null, "power_source": null,
        "model_id": null, "interviewing": false, "interview_completed": true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn morning() -> Timestamp {
        "2026-08-20T08:00:00.25Z".parse().unwrap()
    }

    fn json(message: &Message) -> Value {
        serde_json::from_slice(&message.payload).unwrap()
    }

    #[test]
    fn the_device_list_describes_all_published_values() {
        let zigbee = Zigbee2Mqtt::new();
        let announced = zigbee.announce();
        assert!(announced.iter().all(|message| message.retain));
        let devices = json(announced.iter().find(|it| it.topic == "zigbee2mqtt/bridge/devices").unwrap());
        for name in Zigbee2Mqtt::names() {
            let entry =
                devices.as_array().unwrap().iter().find(|entry| entry["friendly_name"] == name).unwrap();
            let exposes = entry["definition"]["exposes"].as_array().unwrap();
            let feature = |expose: &Value| expose.get("features").map_or(expose.clone(), |it| it[0].clone());
            let known: Vec<_> = exposes.iter().map(|expose| feature(expose)["property"].clone()).collect();
            let report = json(&zigbee.report_of(name, morning()).unwrap());
            // The state of an update is not among the exposes, as in the real Zigbee2MQTT.
            let unknown: Vec<_> =
                report.as_object().unwrap().keys().filter(|it| !known.contains(&json!(it))).collect();
            assert!(unknown.iter().all(|property| *property == "update"), "{name}: {unknown:?}");
        }
    }

    #[test]
    fn last_seen_is_written_in_each_of_its_forms() {
        let seen = |form| json(&Zigbee2Mqtt::new().last_seen(form).report(morning())[0])["last_seen"].clone();
        assert_eq!(seen(LastSeen::Absent), Value::Null);
        assert_eq!(seen(LastSeen::Iso8601), "2026-08-20T08:00:00.250Z");
        assert_eq!(seen(LastSeen::Iso8601Local), "2026-08-20T09:00:00.250+01:00");
        assert_eq!(seen(LastSeen::Epoch), 1_787_212_800_250_i64);
    }

    #[test]
    fn the_plug_is_on_while_it_draws_power() {
        let zigbee = Zigbee2Mqtt::new().base("home").retaining(true);
        let by_day = zigbee.report_of("kitchen/plug", morning()).unwrap();
        assert!(by_day.retain && by_day.topic == "home/kitchen/plug");
        assert_eq!(json(&by_day)["state"], "ON");
        let night = json(&zigbee.report_of("kitchen/plug", "2026-08-20T03:00:00Z".parse().unwrap()).unwrap());
        assert_eq!((&night["state"], &night["power"]), (&json!("OFF"), &json!(0.0)));
    }
}
