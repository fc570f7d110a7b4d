//! One line: its content, and its two formats.

use std::fmt::Write as _;

use jiff::Timestamp;
use secret::Redactor;
use serde::Serializer as _;
use serde::de::IgnoredAny;
use serde::ser::SerializeMap as _;
use tracing::Level;

use crate::fields::Fields;
use crate::value::{Value, push_visible};
use crate::{Format, Identity};

/// Stage of a line outside of all spans that name one.
const OUTER_STAGE: &str = "run";

/// Names that every line uses itself. A field of such a name is written as `field_<name>`.
const OWN_NAMES: [&str; 7] = ["time", "level", "pipeline", "instance", "version", "run_id", "target"];

/// Content of one log line, without secrets.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    time: Timestamp,
    level: Level,
    target: &'a str,
    message: String,
    stage: String,
    fields: Vec<(&'static str, Value)>,
}

impl<'a> Line<'a> {
    /// Takes message and stage out of `fields`, and the secrets out of all of them.
    pub(crate) fn new(
        time: Timestamp,
        level: Level,
        target: &'a str,
        mut fields: Fields,
        redactor: &Redactor,
    ) -> Self {
        // Values are scrubbed one by one and before they are escaped: in a finished line an escape can hide a
        // secret, and a secret made of digits can tear a number.
        let mut text = |name| fields.take(name).map(|value| value.scrubbed(redactor).to_string());
        let message = text("message").unwrap_or_default();
        let stage = text("stage").unwrap_or_else(|| OUTER_STAGE.to_owned());
        let fields = fields.into_iter().map(|(name, value)| (name, value.scrubbed(redactor))).collect();
        Self { time, level, target, message, stage, fields }
    }

    /// The finished line, with its end.
    pub(crate) fn render(&self, identity: &Identity, format: Format, redactor: &Redactor) -> String {
        match format {
            Format::Text { color } => redactor.scrub(&self.text(color)).into_owned(),
            Format::Json => {
                let line = self.json(identity);
                // The values hold no secret any more. A match now is either in a name, or runs across the
                // border of two values by chance; the latter is not worth a line that no program can read.
                match redactor.scrub(&line) {
                    clean if serde_json::from_str::<IgnoredAny>(&clean).is_ok() => clean.into_owned(),
                    _ => line,
                }
            }
        }
    }

    fn json(&self, identity: &Identity) -> String {
        let mut line = Vec::with_capacity(256);
        // Writing text and finite numbers to memory does not fail.
        let _ = self.write_json(identity, &mut line);
        line.push(b'\n');
        String::from_utf8_lossy(&line).into_owned()
    }

    fn write_json(&self, identity: &Identity, line: &mut Vec<u8>) -> serde_json::Result<()> {
        let mut serializer = serde_json::Serializer::new(line);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("time", &format_args!("{:.3}", self.time))?;
        map.serialize_entry("level", self.level_name())?;
        map.serialize_entry("message", &self.message)?;
        map.serialize_entry("pipeline", &identity.program)?;
        if let Some(instance) = &identity.instance {
            map.serialize_entry("instance", instance)?;
        }
        map.serialize_entry("version", &identity.version)?;
        map.serialize_entry("run_id", &identity.run_id)?;
        map.serialize_entry("stage", &self.stage)?;
        map.serialize_entry("target", self.target)?;
        for (name, value) in &self.fields {
            if OWN_NAMES.contains(name) {
                map.serialize_entry(&format!("field_{name}"), value)?;
            } else {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }

    fn text(&self, color: bool) -> String {
        let mut line = String::with_capacity(128);
        let (on, off) = if color { (self.color(), "\x1b[0m") } else { ("", "") };
        let time = self.time.strftime("%H:%M:%S");
        // As wide as the longest level and the longest stage, `transform`.
        let _ = write!(line, "{time} {on}{:<5}{off} ", self.level.as_str());
        push_visible(&mut line, &format!("{:<9}  ", self.stage));
        push_visible(&mut line, &self.message);
        for (place, (name, value)) in self.fields.iter().enumerate() {
            line.push_str(if place == 0 { "  " } else { " " });
            line.push_str(name);
            line.push('=');
            match value {
                Value::Text(text) if needs_quotes(text) => {
                    let _ = write!(line, "{text:?}");
                }
                value => push_visible(&mut line, &value.to_string()),
            }
        }
        line.push('\n');
        line
    }

    fn level_name(&self) -> &'static str {
        match self.level {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        }
    }

    fn color(&self) -> &'static str {
        match self.level {
            Level::ERROR => "\x1b[31m",
            Level::WARN => "\x1b[33m",
            Level::INFO => "\x1b[32m",
            Level::DEBUG | Level::TRACE => "\x1b[2m",
        }
    }
}

fn needs_quotes(text: &str) -> bool {
    text.is_empty()
        || text.contains(|character: char| {
            character.is_whitespace() || character.is_control() || "\"=".contains(character)
        })
}
