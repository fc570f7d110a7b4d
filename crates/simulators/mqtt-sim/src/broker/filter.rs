//! Topic filters: matching of topics, and shared subscriptions.

use rumqttc::mqttbytes::valid_filter;

/// A parsed filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    /// Group of a shared subscription, from `$share/GROUP/FILTER`.
    pub(super) group: Option<String>,
    levels: Vec<String>,
}

impl Filter {
    /// Parses a filter; `None` if it is invalid. Source: MQTT 3.1.1 §4.7, and MQTT 5 §4.8.2 for groups.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (group, filter) = match text.strip_prefix("$share/") {
            Some(shared) => {
                let (group, filter) = shared.split_once('/')?;
                let is_name = !group.is_empty() && !group.contains(['+', '#']);
                (Some(is_name.then(|| group.to_owned())?), filter)
            }
            None => (None, text),
        };
        let levels = filter.split('/').map(str::to_owned).collect();
        valid_filter(filter).then_some(Self { group, levels })
    }

    /// Whether the filter matches a topic.
    pub(super) fn takes(&self, topic: &str) -> bool {
        let starts_wild = self.levels.first().is_some_and(|level| level == "#" || level == "+");
        if topic.starts_with('$') && starts_wild {
            return false;
        }
        let mut levels = topic.split('/');
        for wanted in &self.levels {
            match (wanted.as_str(), levels.next()) {
                // It matches the level above it as well.
                ("#", _) => return true,
                ("+", Some(_)) => {}
                (wanted, Some(level)) if wanted == level => {}
                _ => return false,
            }
        }
        levels.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(filter: &str, topic: &str) -> bool {
        Filter::parse(filter).unwrap().takes(topic)
    }

    #[test]
    fn wildcards_stand_for_one_level_or_for_all_that_follow() {
        assert!(takes("home/+/climate", "home/attic/climate"));
        assert!(!takes("home/+", "home/attic/climate"));
        assert!(takes("home/#", "home") && takes("home/#", "home/attic/climate"));
        assert!(takes("+/+", "/attic") && !takes("+", "/attic"));
        assert!(!takes("home", "home/attic") && !takes("home/attic", "home"));
    }

    #[test]
    fn a_wildcard_does_not_match_the_topics_of_the_broker() {
        assert!(!takes("#", "$SYS/uptime") && !takes("+/uptime", "$SYS/uptime"));
        assert!(takes("$SYS/#", "$SYS/uptime"));
    }

    #[test]
    fn a_shared_filter_has_a_group() {
        let filter = Filter::parse("$share/gateways/zigbee2mqtt/#").unwrap();
        assert_eq!(filter.group.as_deref(), Some("gateways"));
        assert!(filter.takes("zigbee2mqtt/plug"));
    }

    #[test]
    fn broken_filters_are_refused() {
        for text in ["", "home/#/attic", "ho+me", "$share/gateways", "$share//home", "$share/+/home"] {
            assert_eq!(Filter::parse(text), None, "{text}");
        }
    }
}
