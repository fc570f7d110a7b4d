//! What the gateway remembers from one start to the next: the types of fields, and who was there.

use std::collections::BTreeMap;

use record::Type;
use runner::Device;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::transform::{MOST_SIGNS, Mapper, NewSign};

/// The key it is kept under.
const KEY: &str = "gateway";

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// By measurement and field. A type that was stored once never changes.
    types: BTreeMap<String, BTreeMap<Box<str>, Type>>,
    /// By topic: whether somebody was there, so that the broker's copy of the same is not stored again.
    signs: BTreeMap<Box<str>, bool>,
}

impl Memory {
    /// Takes over what types a mapper has learned.
    pub fn learn_types(&mut self, mapper: &mut Mapper) {
        let types = mapper.tables().iter().map(|table| {
            let types = table.types().map(|(field, value_type)| (field.into(), value_type));
            (table.name().to_owned(), types.collect())
        });
        self.types = types.collect();
    }

    /// Notes who is there, as rows say that are stored now: not before, or what the broker kept would be left out
    /// after a crash though nobody stored it.
    pub fn learn_signs(&mut self, stored: Vec<NewSign>) {
        for sign in stored {
            if self.signs.len() < MOST_SIGNS || self.signs.contains_key(&sign.topic) {
                self.signs.insert(sign.topic, sign.is_there);
            }
        }
    }

    /// Tells a new mapper.
    pub fn restore(&self, mapper: &mut Mapper) {
        for table in mapper.tables() {
            for (field, value_type) in self.types.get(table.name()).into_iter().flatten() {
                table.remember(field, *value_type);
            }
        }
        for (topic, is_there) in &self.signs {
            mapper.remember_sign(topic.clone(), *is_there);
        }
    }
}

/// What was learned before. What another version wrote in another form is learned anew.
pub async fn recall(device: &Device<Config>) -> Memory {
    match device.state().get(KEY).await {
        Ok(text) => text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
        Err(error) => {
            tracing::warn!(error = fault::chain(&error), "working without what was learned before");
            Memory::default()
        }
    }
}

/// Writes down what was learned; gives it back where that worked.
pub async fn save(device: &Device<Config>, memory: Memory) -> Option<Memory> {
    let text = serde_json::to_string(&memory).ok()?;
    match device.state().set(KEY, &text).await {
        Ok(()) => Some(memory),
        Err(error) => {
            tracing::warn!(error = fault::chain(&error), "what was learned could not be written down");
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
    fn types_and_signs_outlive_the_program() {
        let mut first = Mapper::new(Mapping::default());
        first.stop_waiting();
        map(&mut first, "zigbee2mqtt/a", r#"{"mode":"eco"}"#, false);
        map(&mut first, "zigbee2mqtt/a/availability", "online", true);
        let mut memory = Memory::default();
        memory.learn_types(&mut first);
        memory.learn_signs(first.take_signs(1));
        let text = serde_json::to_string(&memory).unwrap();

        let mut second = Mapper::new(Mapping::default());
        second.stop_waiting();
        serde_json::from_str::<Memory>(&text).unwrap().restore(&mut second);
        map(&mut second, "zigbee2mqtt/b", r#"{"mode":3}"#, false);
        assert_eq!(map(&mut second, "zigbee2mqtt/a/availability", "online", true), Outcome::Retained);
        let (schema, _) = second.tables()[0].take();
        assert!(schema.column("mode_number").is_some() && schema.column("mode").is_none(), "{schema:?}");
    }

    #[test]
    fn a_sign_is_remembered_when_its_row_is_stored_and_not_before() {
        let mut mapper = Mapper::new(Mapping::default());
        mapper.stop_waiting();
        let stored = map(&mut mapper, "zigbee2mqtt/a/availability", "online", true);
        let Outcome::Row { table, .. } = stored else { panic!("{stored}") };
        let mut memory = Memory::default();
        memory.learn_types(&mut mapper);
        assert!(memory.signs.is_empty());
        assert_eq!(mapper.take_signs(table + 1), []);
        memory.learn_signs(mapper.take_signs(table));
        assert_eq!(memory.signs, BTreeMap::from([("zigbee2mqtt/a/availability".into(), true)]));
        assert_eq!(mapper.take_signs(table), []);
    }
}
