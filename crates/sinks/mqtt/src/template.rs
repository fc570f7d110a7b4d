//! The topic of a record.

use record::{Batch, Role, Schema, Value};
use settings::Setting;

/// Stands where a tag has no value, so that the levels of a topic keep their places.
const ABSENT: &str = "-";

/// The longest topic there is, in bytes.
const LONGEST: usize = 65_535;

/// A topic with places for values of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Record,
    Tags,
    Column(String),
}

/// A template whose columns have been found in a schema.
#[derive(Debug)]
pub(crate) struct Topics<'a> {
    parts: Vec<Place<'a>>,
}

#[derive(Debug)]
enum Place<'a> {
    Text(&'a str),
    /// Columns, each a level.
    Columns(Vec<usize>),
}

impl Template {
    /// Finds the columns that the template names.
    ///
    /// # Errors
    ///
    /// The name of a column that is no tag or key of the schema.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Schema) -> Result<Topics<'a>, &'a str> {
        let columns = || schema.columns.iter().enumerate().filter(|(_, column)| is_identity(column.role));
        let place = |part: &'a Part| match part {
            Part::Text(text) => Ok(Place::Text(text)),
            Part::Record => Ok(Place::Text(&schema.name)),
            Part::Tags => Ok(Place::Columns(columns().map(|(index, _)| index).collect())),
            Part::Column(name) => {
                let found = columns().find(|(_, column)| column.name == *name);
                found.map(|(index, _)| Place::Columns(vec![index])).ok_or(name.as_str())
            }
        };
        Ok(Topics { parts: self.parts.iter().map(place).collect::<Result<_, _>>()? })
    }
}

impl Topics<'_> {
    /// The topic of a row; `None` where it would be longer than a topic can be.
    pub(crate) fn topic(&self, batch: &Batch<'_>, row: usize) -> Option<String> {
        let mut topic = String::new();
        for part in &self.parts {
            match part {
                Place::Text(text) => topic.push_str(text),
                Place::Columns(columns) => {
                    let levels: Vec<_> =
                        columns.iter().map(|column| level(batch.value(row, *column))).collect();
                    topic.push_str(&levels.join("/"));
                }
            }
        }
        // A record without tags has nothing to put in the last level.
        let topic = topic.trim_end_matches('/').to_owned();
        (!topic.is_empty() && topic.len() <= LONGEST).then_some(topic)
    }
}

fn is_identity(role: Role) -> bool {
    matches!(role, Role::Tag | Role::Key | Role::Partition)
}

/// A value as one level of a topic. Characters with a meaning in topics and filters become `_`.
fn level(value: Value<'_>) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::Float(number) => number.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(yes) => yes.to_string(),
        Value::Text(text) => text.to_owned(),
        Value::Timestamp(time) => time.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Json(document) => document.to_string(),
    };
    if text.is_empty() {
        return ABSENT.to_owned();
    }
    let is_special = |character: char| matches!(character, '/' | '+' | '#') || character.is_control();
    text.replace(is_special, "_")
}

impl Setting for Template {
    const TAKES: &'static str = "a topic, with {record}, {tags} or {NAME} in it";

    fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').ok_or("has a brace that is not closed")?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(match name {
                "" => return Err("has nothing between two braces".to_owned()),
                "record" => Part::Record,
                "tags" => Part::Tags,
                name => Part::Column(name.to_owned()),
            });
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        let is_wrong = |part: &Part| matches!(part, Part::Text(text) if text.contains(['+', '#', '\0', '}']));
        if parts.is_empty() || parts.iter().any(is_wrong) {
            return Err(format!("must be {}, without `+`, `#` and NUL", Self::TAKES));
        }
        Ok(Self { parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::{Record, Timestamp};

    #[derive(Record)]
    #[record(measurement = "air_quality")]
    struct Air {
        #[record(time)]
        time: Timestamp,
        #[record(tag)]
        city: String,
        #[record(tag)]
        sensor: Option<String>,
        pm2: f64,
    }

    #[derive(Record)]
    #[record(measurement = "uptime")]
    struct Uptime {
        #[record(time)]
        time: Timestamp,
        seconds: f64,
    }

    fn air(city: &str, sensor: Option<&str>) -> Air {
        Air {
            time: Timestamp::UNIX_EPOCH,
            city: city.to_owned(),
            sensor: sensor.map(str::to_owned),
            pm2: 1.0,
        }
    }

    fn topic<R: Record>(template: &str, record: R) -> Result<Option<String>, String> {
        let records = [record];
        let batch = Batch::of(&records);
        let template = Template::parse(template)?;
        let topics = template.resolve(batch.schema()).map_err(str::to_owned)?;
        Ok(topics.topic(&batch, 0))
    }

    fn found(template: &str, record: Air) -> String {
        topic(template, record).unwrap().unwrap()
    }

    #[test]
    fn every_tag_is_a_level() {
        let topic = found("platform/{record}/{tags}", air("Oslo", Some("roof")));
        assert_eq!(topic, "platform/air_quality/Oslo/roof");
    }

    #[test]
    fn an_absent_tag_keeps_its_level() {
        assert_eq!(found("{tags}/x", air("Oslo", None)), "Oslo/-/x");
    }

    #[test]
    fn topic_characters_are_replaced_in_values() {
        let topic = found("{city}/{sensor}", air("a/b+c#d\0e", Some("Zürich Süd")));
        assert_eq!(topic, "a_b_c_d_e/Zürich Süd");
    }

    #[test]
    fn a_record_without_tags_has_a_topic_without_them() {
        let uptime = Uptime { time: Timestamp::UNIX_EPOCH, seconds: 1.0 };
        assert_eq!(topic("platform/{record}/{tags}", uptime).unwrap().unwrap(), "platform/uptime");
    }

    #[test]
    fn a_column_that_is_no_tag_is_named() {
        assert_eq!(topic("a/{pm2}", air("Oslo", None)), Err("pm2".to_owned()));
    }

    #[test]
    fn a_topic_that_is_too_long_is_none() {
        assert_eq!(topic("{city}", air(&"x".repeat(LONGEST + 1), None)), Ok(None));
    }

    #[test]
    fn an_invalid_template_is_refused() {
        for text in ["", "a/#", "a/+/{tags}", "a/{tags", "a/{}", "a}b"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
