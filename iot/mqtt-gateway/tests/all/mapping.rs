//! Mistakes in mapping files: all are reported at once, with line and key.

#![expect(clippy::unwrap_used, reason = "this is test code")]

use mqtt_gateway::mapping::Mapping;

fn mistakes(text: &str) -> Vec<String> {
    Mapping::parse(text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn all_mistakes_are_reported_with_line_and_key() {
    let found = mistakes(
        r#"title = "mine"

[[rule]]
topic = "a/b+"
measurement = ""
payload = "xml"
colour = "red"

[[rule]]
topic = "c/+room"
measurement = "m"
tags = { floor = "{storey}", id = { key = "a..b" }, deep = { path = "x" } }
time = { key = "ts", format = "minutes" }
[rule.fields]
time = { }
temp = { type = "double", valid = [80, -40], unit = 3 }
on = { type = "boolean", true = ["ON"] }
note = { type = "text", valid = [0, 1] }

[[zigbee2mqtt]]
base = "zigbee2mqtt/#"
devices = { lamp = { ignore = "yes", tags = { device = "x" } } }
"#,
    );
    let expected = [
        "line 1: title is unknown",
        "line 4: rule.topic has a wildcard inside of a level",
        "line 5: rule.measurement must not be empty",
        "line 6: rule.payload must be `json` or `number` or `integer` or `boolean` or `text`",
        "line 7: rule.colour is unknown",
        "line 9: rule names the level {storey}, which is not in its topic",
        "line 12: rule.tags.deep needs a `key` of the payload",
        "line 12: rule.tags.deep.path is unknown",
        "line 12: rule.tags.id.key must be a path to a value, as in `air.sensors[0].co2` or `\"a.b\".c`",
        "line 13: rule.time.format must be `rfc3339` or `seconds` or `milliseconds` or `microseconds` or `nanoseconds`",
        "line 15: rule.fields.time is reserved for the time; choose another name",
        "line 16: rule.fields.temp.type must be `float` or `integer` or `boolean` or `text`",
        "line 16: rule.fields.temp.unit must be text",
        "line 16: rule.fields.temp.valid must be a range, as in [-40, 80]",
        "line 17: rule.fields.on needs words for both `true` and `false`",
        "line 18: rule.fields.note has a range of valid numbers, but is not numeric",
        "line 21: zigbee2mqtt.base must be a topic without wildcards, and without `/` at its ends",
        "line 22: zigbee2mqtt.devices.lamp.ignore must be true or false",
        "line 22: zigbee2mqtt.devices.lamp.tags.device is reserved for the device; choose another name",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_toml_error_is_reported_with_its_line() {
    let found = mistakes("[[rule]]\ntopic = \"a\nmeasurement = \"m\"\n");
    assert!(found[0].starts_with("line 2: is not TOML: "), "{found:?}");
}

#[test]
fn contradicting_rules_are_reported() {
    let found = mistakes(
        r#"
[[rule]]
topic = "a/+room"
measurement = "m"
fields.v = "float"

[[rule]]
topic = "b/+"
measurement = "m"
[rule.fields]
v = "text"
room = "float"

[[rule]]
topic = "a/kitchen"
measurement = "m"

[[zigbee2mqtt]]

[[zigbee2mqtt]]
base = "other"

[[zigbee2mqtt]]
tags = { site = "x" }
"#,
    );
    let expected = [
        "line 11: `v` is text here, but number in line 5",
        "line 12: `room` is a tag of `m` as well",
        "line 14: rule never applies: the one in line 2 matches all its topics",
        "line 20: zigbee2mqtt needs `tags` or a `measurement` that distinguish its devices from those of line 18",
        "line 23: zigbee2mqtt.base is that of line 18 again",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_file_that_maps_nothing_is_a_mistake() {
    assert_eq!(mistakes("# nothing yet\n"), ["line 1: has neither [[rule]] nor [[zigbee2mqtt]]"]);
}
