//! Settings of the gateway.

use std::time::Duration;

use mqtt_client::{Filter, Qos};
use settings::{Setting, Settings, Source, Variable};

use crate::mapping::{Mapping, MappingFile};

/// Settings of the gateway.
#[derive(Debug, Clone)]
pub struct Config {
    /// Broker.
    pub broker: mqtt_client::Config,
    /// Mapping of topics.
    pub mapping: Mapping,
    /// Name of the group of gateways that share the messages.
    pub share: Option<String>,
    /// Quality of service of the subscriptions.
    pub qos: Qos,
    /// Batching of rows.
    pub flush: Flush,
    /// Largest number of dead letters per topic and hour.
    pub dead_letters: u32,
}

/// Batching of rows.
#[derive(Debug, Clone, Copy)]
pub struct Flush {
    /// Number of rows in a batch.
    pub rows: usize,
    /// Longest delay of a row.
    pub after: Duration,
    /// Number of batches stored concurrently.
    pub at_once: usize,
}

#[derive(Settings)]
struct Variables {
    #[setting(block)]
    broker: mqtt_client::Config,
    /// Path of the mapping file; without it, Zigbee2MQTT under `zigbee2mqtt/#` is stored.
    #[setting(name = "GATEWAY_CONFIG")]
    mapping: Option<MappingFile>,
    /// Name of a group of gateways that share the messages.
    #[setting(name = "MQTT_SHARE")]
    share: Option<String>,
    /// Quality of service of the subscriptions: 1, kept by the broker until stored, or 0.
    #[setting(name = "MQTT_QOS", default = "1")]
    qos: Quality,
    /// Number of rows in a batch.
    #[setting(name = "FLUSH_ROWS", default = "5000", range = 1..=100000)]
    flush_rows: u32,
    /// Longest delay of a row before its batch is stored, in milliseconds.
    #[setting(name = "FLUSH_MILLISECONDS", default = "100", range = 1..=100000)]
    flush_after_ms: u32,
    /// Number of batches stored concurrently.
    #[setting(name = "FLUSHES_AT_ONCE", default = "3", range = 1..=100000)]
    flushes_at_once: u32,
    /// Largest number of dead letters per topic and hour; further faulty messages are only counted.
    #[setting(name = "DEAD_LETTERS_PER_TOPIC_AND_HOUR", default = "3")]
    dead_letters: u32,
}

#[derive(Debug, Clone, Copy)]
struct Quality(Qos);

const CLIENT_ID: &str = "MQTT_CLIENT_ID";

impl Config {
    /// Filters of the subscription.
    ///
    /// Device lists of Zigbee2MQTT have filters of their own. They must reach each gateway of a group, and must not
    /// wait behind messages that need them: a broker limits the unacknowledged messages in flight.
    pub fn filters(&self) -> Vec<Filter> {
        let lists =
            self.mapping.zigbee2mqtt.iter().flat_map(|installation| device_list_filters(&installation.base));
        let shared = self.share.as_ref().map_or(String::new(), |group| format!("$share/{group}/"));
        let wanted = self.mapping.filters().into_iter().map(|topic| format!("{shared}{topic}"));
        lists.chain(wanted.map(|topic| Filter::new(topic, self.qos))).collect()
    }

    /// Filters for [`Subscription::peek`](mqtt_client::Subscription::peek), not shared with a group.
    pub fn peek_filters(&self) -> Vec<Filter> {
        let alone = Self { share: None, qos: Qos::AtMostOnce, ..self.clone() };
        alone.filters()
    }

    /// Filters of the device lists of the Zigbee2MQTT that a topic belongs to.
    pub fn device_list_filters(&self, topic: &str) -> Vec<Filter> {
        let is_below = |base: &str| topic.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
        let own = self.mapping.zigbee2mqtt.iter().filter(|installation| is_below(&installation.base));
        own.flat_map(|installation| device_list_filters(&installation.base)).collect()
    }
}

/// Filters of the device and group lists of Zigbee2MQTT.
fn device_list_filters(base: &str) -> [Filter; 2] {
    ["devices", "groups"].map(|list| Filter::new(format!("{base}/bridge/{list}"), Qos::AtMostOnce))
}

impl Settings for Config {
    fn variables() -> Vec<Variable> {
        Variables::variables()
    }

    fn read(source: &mut Source) -> Option<Self> {
        let variables = Variables::read(source)?;
        if let Some(group) = &variables.share {
            if group.contains(['/', '+', '#', '\0']) {
                source.mistake("MQTT_SHARE", "must be a name without `/`, `+` and `#`");
            }
            let client_id =
                mqtt_client::Config::variables().into_iter().find(|variable| variable.name == CLIENT_ID);
            if !client_id.is_some_and(|variable| source.is_set(&variable)) {
                source.mistake(
                    CLIENT_ID,
                    "is required with MQTT_SHARE, and must differ between the gateways of a group",
                );
            }
        }
        Some(Self {
            broker: variables.broker,
            mapping: variables.mapping.map_or_else(Mapping::default, |file| file.0),
            share: variables.share,
            qos: variables.qos.0,
            flush: Flush {
                rows: count(variables.flush_rows),
                after: Duration::from_millis(u64::from(variables.flush_after_ms)),
                at_once: count(variables.flushes_at_once),
            },
            dead_letters: variables.dead_letters,
        })
    }
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Setting for Quality {
    const TAKES: &'static str = "0 or 1";

    fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "0" => Ok(Self(Qos::AtMostOnce)),
            "1" => Ok(Self(Qos::AtLeastOnce)),
            _ => Err(format!("must be {}", Self::TAKES)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
        let all = [("MQTT_URL", "mqtt://localhost")].into_iter().chain(variables.iter().copied());
        let mut source = Source::of(all);
        let config = Config::read(&mut source);
        source.finish().map_err(|mistakes| mistakes.to_string())?;
        config.ok_or_else(|| "nothing was read".to_owned())
    }

    #[test]
    fn the_lists_of_zigbee2mqtt_reach_every_gateway_of_a_group() {
        let config = read(&[("MQTT_SHARE", "gateways"), ("MQTT_CLIENT_ID", "gateway-1")]).unwrap();
        let topics: Vec<_> = config.filters().into_iter().map(|filter| filter.topic).collect();
        let expected =
            ["zigbee2mqtt/bridge/devices", "zigbee2mqtt/bridge/groups", "$share/gateways/zigbee2mqtt/#"];
        assert_eq!(topics, expected);
    }

    #[test]
    fn gateways_of_a_group_need_names_of_their_own() {
        let mistakes = read(&[("MQTT_SHARE", "a/b")]).unwrap_err();
        let expected = "MQTT_SHARE must be a name without `/`, `+` and `#`\n\
            MQTT_CLIENT_ID is required with MQTT_SHARE, and must differ between the gateways of a group";
        assert_eq!(mistakes, expected);
    }

    #[test]
    fn mistakes_in_the_mapping_stand_beside_those_of_the_environment() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let mistakes = read(&[("GATEWAY_CONFIG", path), ("MQTT_QOS", "2"), ("FLUSH_ROWS", "0")]).unwrap_err();
        let mut lines = mistakes.lines();
        assert_eq!(lines.next(), Some("GATEWAY_CONFIG names a file with mistakes:"));
        assert!(mistakes.contains("\n  line 1: package is unknown\n"), "{mistakes}");
        assert!(mistakes.contains("\nMQTT_QOS must be 0 or 1\n"), "{mistakes}");
        assert!(mistakes.ends_with("FLUSH_ROWS must be a whole number from 1 to 100000"), "{mistakes}");
    }

    #[test]
    fn without_a_file_zigbee2mqtt_is_asked_for() {
        let asked = read(&[]).unwrap().filters();
        let asked: Vec<_> = asked.iter().map(|filter| (filter.topic.as_str(), filter.qos)).collect();
        let expected = [
            ("zigbee2mqtt/bridge/devices", Qos::AtMostOnce),
            ("zigbee2mqtt/bridge/groups", Qos::AtMostOnce),
            ("zigbee2mqtt/#", Qos::AtLeastOnce),
        ];
        assert_eq!(asked, expected);
    }
}
