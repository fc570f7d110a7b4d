//! Descriptions of values in Zigbee2MQTT: the `exposes` of a definition.
//!
//! Source: <https://www.zigbee2mqtt.io/guide/usage/exposes.html>.

use serde_json::{Value, json};

/// Access: published.
const PUBLISHED: u8 = 1;
/// Access: published and set.
const PUBLISHED_AND_SET: u8 = 3;
/// Access: published, set and read.
const PUBLISHED_SET_AND_READ: u8 = 7;

/// Number with a unit.
pub(super) fn numeric(name: &str, unit: &str, description: &str) -> Value {
    feature("numeric", name, PUBLISHED, description, &json!({"unit": unit}))
}

/// Number for the diagnosis of the device itself.
pub(super) fn diagnostic(name: &str, unit: &str, range: [u16; 2], description: &str) -> Value {
    let [low, high] = range;
    let more = json!({"unit": unit, "value_min": low, "value_max": high, "category": "diagnostic"});
    feature("numeric", name, PUBLISHED, description, &more)
}

/// One of two values, with their representations.
pub(super) fn binary(name: &str, on: impl Into<Value>, off: impl Into<Value>, description: &str) -> Value {
    let more = json!({"value_on": on.into(), "value_off": off.into()});
    feature("binary", name, PUBLISHED, description, &more)
}

/// One of several words.
pub(super) fn choice(name: &str, values: &[&str], description: &str) -> Value {
    feature("enum", name, PUBLISHED_AND_SET, description, &json!({"values": values}))
}

/// A switch.
pub(super) fn switch() -> Value {
    let more = json!({"value_on": "ON", "value_off": "OFF", "value_toggle": "TOGGLE"});
    let state = feature("binary", "state", PUBLISHED_SET_AND_READ, "Whether the plug is on", &more);
    json!({"type": "switch", "features": [state]})
}

/// Quality of the radio link, of every device.
pub(super) fn link_quality() -> Value {
    diagnostic("linkquality", "lqi", [0, 255], "How well the radio hears the device")
}

/// Charge of the battery.
pub(super) fn battery() -> Value {
    diagnostic("battery", "%", [0, 100], "What is left in the battery")
}

fn feature(kind: &str, name: &str, access: u8, description: &str, more: &Value) -> Value {
    let mut feature = json!({
        "type": kind, "name": name, "property": name, "label": label(name), "access": access,
        "description": description,
    });
    if let (Some(feature), Some(more)) = (feature.as_object_mut(), more.as_object()) {
        feature.extend(more.clone());
    }
    feature
}

/// `soil_moisture` as `Soil moisture`.
fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_unit_and_range() {
        assert_eq!(label("soil_moisture"), "Soil moisture");
        let battery = battery();
        assert_eq!((&battery["type"], &battery["unit"]), (&json!("numeric"), &json!("%")));
        assert_eq!((&battery["value_max"], &battery["category"]), (&json!(100), &json!("diagnostic")));
    }

    #[test]
    fn a_switch_is_composed_of_its_state() {
        let state = &switch()["features"][0];
        assert_eq!((&state["property"], &state["value_on"]), (&json!("state"), &json!("ON")));
    }
}
