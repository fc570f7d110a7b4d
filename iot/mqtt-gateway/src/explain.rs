//! Explanation of how a message is mapped.

use mqtt_client::Message;
use record::{Batch, Column, Role, Timestamp, Value};

use crate::mapping::Mapping;
use crate::transform::{Incoming, Mapper, Outcome};

/// Explanation of a message, line by line: subject and text.
pub type Explanation = Vec<(String, String)>;

/// Explains the row of a message, or why it has none.
///
/// `lists` are the known device and group lists. Without them, types of Zigbee values are inferred.
pub fn explain(
    mapping: Mapping,
    lists: &[Message],
    topic: &str,
    payload: &str,
    now: Timestamp,
) -> Explanation {
    let mut mapper = Mapper::new(mapping);
    for Message { topic, payload, .. } in lists {
        mapper.map(Incoming { topic, payload, retained: true, arrival: now });
    }
    let message = Incoming { topic, payload: payload.as_bytes(), retained: false, arrival: now };
    let mut outcome = mapper.map(message);
    let mut lines = Explanation::new();
    if outcome == Outcome::Wait {
        mapper.stop_waiting();
        outcome = mapper.map(message);
        lines.push(("devices".to_owned(), "no device list; types are inferred from the values".to_owned()));
    }
    let Outcome::Row { table, refused } = &outcome else {
        lines.push(("message".to_owned(), outcome.to_string()));
        return lines;
    };
    if let Some(table) = mapper.tables().get_mut(*table) {
        let (schema, rows) = table.take();
        let batch = Batch::new(&schema, &rows);
        lines.push(("measurement".to_owned(), schema.name.to_string()));
        let cells = batch.cells(0).filter(|(_, value)| !value.is_null());
        lines.extend(cells.map(|(column, value)| cell(column, value)));
    }
    lines.extend(refused.as_ref().map(|refused| ("left out".to_owned(), refused.to_string())));
    lines
}

fn cell(column: &Column, value: Value<'_>) -> (String, String) {
    let name = &column.name;
    match (column.role, value) {
        (Role::Time, Value::Timestamp(time)) => ("time".to_owned(), time.to_string()),
        (Role::Tag, Value::Text(text)) => (format!("tag {name}"), text.to_owned()),
        (_, value) => {
            let unit = column.unit.as_deref().map_or(String::new(), |unit| format!(" {unit}"));
            let (kind, text) = match value {
                Value::Float(number) => ("float", number.to_string()),
                Value::Integer(number) => ("integer", number.to_string()),
                Value::Boolean(yes) => ("boolean", yes.to_string()),
                Value::Text(text) => ("text", text.to_owned()),
                _ => ("", String::new()),
            };
            (format!("field {name}"), format!("{text}{unit} ({kind})"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mapping: &str, topic: &str, payload: &str) -> Vec<String> {
        let mapping = Mapping::parse(mapping).unwrap();
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        explain(mapping, &[], topic, payload, now)
            .into_iter()
            .map(|(what, text)| format!("{what}: {text}"))
            .collect()
    }

    #[test]
    fn an_explanation_lists_each_value() {
        let rule = "[[rule]]\ntopic = \"s/+room\"\nmeasurement = \"climate\"\nfields.temp = { unit = \"°C\" }\n\
            fields.n = { type = \"integer\", valid = [0, 9] }";
        let expected = [
            "measurement: climate",
            "time: 2026-11-22T12:00:00Z",
            "tag room: attic",
            "field temp: 21.5 °C (float)",
            "left out: `n` is 10, outside of 0 to 9",
        ];
        assert_eq!(lines(rule, "s/attic", r#"{"temp":"21.5","n":10}"#), expected);
        assert_eq!(lines(rule, "s/attic/x", "1"), ["message: nothing: no rule matches the topic"]);
    }

    #[test]
    fn types_of_an_unknown_device_are_inferred() {
        let expected = [
            "devices: no device list; types are inferred from the values",
            "measurement: zigbee",
            "time: 2026-11-22T12:00:00Z",
            "tag device: plug",
            "field state: true (boolean)",
        ];
        assert_eq!(lines("[[zigbee2mqtt]]", "zigbee2mqtt/plug", r#"{"state":"ON"}"#), expected);
    }
}
