//! The description that a program leaves in the state.

use record::Record as _;
use serde_json::{Value, json};

use crate::stage::{Report, Weather};

pub fn description() -> Value {
    let variable = |name: &str, takes: &str, secret: bool, default: Option<&str>, description: &str| {
        json!({ "name": name, "type": takes, "required": secret, "secret": secret, "default": default,
            "description": description })
    };
    let shown = |name: &str, value: Option<&str>, origin: &str| json!({ "variable": name, "secret": value.is_none(), "name": name, "value": value, "origin": origin });
    json!({
        "name": "openweather-current",
        "kind": "job",
        "version": "0.1.0",
        "description": "The current weather of one or more places, from OpenWeather.",
        "has_history": false,
        "variables": [
            variable("OPENWEATHER_KEY", "a secret", true, None, "API key."),
            variable("CITY", "text", false, None, "The place, or several with semicolons."),
            variable("MEASUREMENT", "text", false, Some("weather"), "Measurement to write."),
            variable("DEADLINE_SECONDS", "a whole number", false, Some("120"), "How long a run may take in all."),
            variable("SLACK_WEBHOOK_URL", "a secret", true, None, "Webhook that alerts are sent to."),
        ],
        "records": [Weather::schema(), Report::schema()],
        "settings": [
            shown("OPENWEATHER_KEY", None, "environment"),
            shown("CITY", Some("Seattle;London"), "environment"),
            shown("MEASUREMENT", Some("weather"), "default"),
            shown("DEADLINE_SECONDS", Some("120"), "default"),
        ]
    })
}
