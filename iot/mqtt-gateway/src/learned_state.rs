//! State that the gateway keeps between runs: types of fields, and availability of devices.

use std::collections::BTreeMap;

use record::Type;
use runner::Device;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::transform::{AvailabilityChange, MOST_AVAILABILITY_TOPICS, Mapper};

/// Key of the state.
const KEY: &str = "gateway";

/// Types and availability learned so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LearnedState {
    /// Types by measurement and field. A stored type never changes.
    types: BTreeMap<String, BTreeMap<Box<str>, Type>>,
    /// Availability by topic, so that an unchanged retained message is not stored again.
    #[serde(rename = "signs")]
    availability: BTreeMap<Box<str>, bool>,
}

impl LearnedState {
    /// Copies the types that a mapper has learned.
    pub fn learn_types(&mut self, mapper: &mut Mapper) {
        let types = mapper.tables().iter().map(|table| {
            let types = table.types().map(|(field, value_type)| (field.into(), value_type));
            (table.name().to_owned(), types.collect())
        });
        self.types = types.collect();
    }

    /// Adds the availability of stored rows. Adding it before they are stored would lose a retained message after a
    /// crash.
    pub fn add_availability(&mut self, stored: Vec<AvailabilityChange>) {
        for change in stored {
            if self.availability.len() < MOST_AVAILABILITY_TOPICS
                || self.availability.contains_key(&change.topic)
            {
                self.availability.insert(change.topic, change.is_online);
            }
        }
    }

    /// Restores the state in a new mapper.
    pub fn restore(&self, mapper: &mut Mapper) {
        for table in mapper.tables() {
            for (field, value_type) in self.types.get(table.name()).into_iter().flatten() {
                table.remember(field, *value_type);
            }
        }
        for (topic, is_online) in &self.availability {
            mapper.restore_availability(topic.clone(), *is_online);
        }
    }
}

/// Loads the state. A state in an unknown format is learned anew.
pub async fn load(device: &Device<Config>) -> LearnedState {
    match device.state().get(KEY).await {
        Ok(text) => text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
        Err(error) => {
            tracing::warn!(
                error = fault::chain(&error),
                "cannot read the learned state; starting without it"
            );
            LearnedState::default()
        }
    }
}

/// Saves the state; returns it if that worked.
pub async fn save(device: &Device<Config>, state: LearnedState) -> Option<LearnedState> {
    let text = serde_json::to_string(&state).ok()?;
    match device.state().set(KEY, &text).await {
        Ok(()) => Some(state),
        Err(error) => {
            tracing::warn!(error = fault::chain(&error), "cannot save the learned state");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Mapping;
    use crate::transform::{Incoming, Outcome};
    use record::Timestamp;

    fn map(mapper: &mut Mapper, topic: &str, payload: &str, retained: bool) -> Outcome {
        let arrival = Timestamp::UNIX_EPOCH;
        mapper.map(Incoming { topic, payload: payload.as_bytes(), retained, arrival })
    }

    #[test]
    fn types_and_availability_survive_a_restart() {
        let mut first = Mapper::new(Mapping::default());
        first.stop_waiting();
        map(&mut first, "zigbee2mqtt/a", r#"{"mode":"eco"}"#, false);
        map(&mut first, "zigbee2mqtt/a/availability", "online", true);
        let mut state = LearnedState::default();
        state.learn_types(&mut first);
        state.add_availability(first.take_availability_changes(1));
        let text = serde_json::to_string(&state).unwrap();

        let mut second = Mapper::new(Mapping::default());
        second.stop_waiting();
        serde_json::from_str::<LearnedState>(&text).unwrap().restore(&mut second);
        map(&mut second, "zigbee2mqtt/b", r#"{"mode":3}"#, false);
        assert_eq!(map(&mut second, "zigbee2mqtt/a/availability", "online", true), Outcome::Retained);
        let (schema, _) = second.tables()[0].take();
        assert!(schema.column("mode_number").is_some() && schema.column("mode").is_none(), "{schema:?}");
    }

    #[test]
    fn availability_is_added_when_its_row_is_stored_and_not_before() {
        let mut mapper = Mapper::new(Mapping::default());
        mapper.stop_waiting();
        let stored = map(&mut mapper, "zigbee2mqtt/a/availability", "online", true);
        let Outcome::Row { table, .. } = stored else { panic!("{stored}") };
        let mut state = LearnedState::default();
        state.learn_types(&mut mapper);
        assert!(state.availability.is_empty());
        assert_eq!(mapper.take_availability_changes(table + 1), []);
        state.add_availability(mapper.take_availability_changes(table));
        assert_eq!(state.availability, BTreeMap::from([("zigbee2mqtt/a/availability".into(), true)]));
        assert_eq!(mapper.take_availability_changes(table), []);
    }
}
