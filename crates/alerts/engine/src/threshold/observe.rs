//! Observations of thresholds, from the values of a reading.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Test, Threshold, Thresholds};
use crate::{AlertText, Hold, Links, Observation, Occurred, Verdict};

/// One value of a record, with its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<'a> {
    /// Program that read it.
    pub program: &'a str,
    /// Id of its run.
    pub run: &'a str,
    /// Name of the record.
    pub record: &'a str,
    /// Field.
    pub field: &'a str,
    /// Unit of the field.
    pub unit: Option<&'a str>,
    /// Tags or keys of the record, by name.
    pub tags: &'a BTreeMap<String, String>,
    /// Fields that are shown in the texts of its alerts, by name.
    pub labels: &'a BTreeMap<String, String>,
    /// Time of the observation.
    pub at: Timestamp,
    /// Value.
    pub value: FieldValue<'a>,
    /// The event, where the row stands for itself.
    pub occurrence: Option<&'a Occurred>,
}

/// The value of a field, of a type that a threshold can test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldValue<'a> {
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// A boolean.
    Boolean(bool),
}

/// Result of a test.
struct Judgement {
    verdict: Verdict,
    limit: Option<f64>,
    /// The limit as text, after the field's name: `above 50 µg/m³`.
    phrase: String,
    /// The limit that clears it, as text.
    clears: String,
}

impl Thresholds {
    /// One observation for each threshold on the reading's field. An event within its limit is none.
    pub fn observe(&self, reading: &Reading<'_>, links: &Links) -> Vec<Observation> {
        let of_the_field = self.0.iter().filter(|threshold| threshold.field == reading.field);
        of_the_field.filter_map(|threshold| threshold.observe(reading, links)).collect()
    }

    /// Whether an alert with these labels may come from one of these thresholds.
    pub fn cover(&self, labels: &BTreeMap<String, String>) -> bool {
        let is = |name: &str, value: &str| labels.get(name).is_some_and(|label| label == value);
        self.0.iter().any(|threshold| is("field", &threshold.field) && is("rule", threshold.test.name()))
    }
}

impl Threshold {
    fn observe(&self, reading: &Reading<'_>, links: &Links) -> Option<Observation> {
        let judgement = self.test.judge(reading)?;
        if reading.occurrence.is_some() && judgement.verdict != Verdict::Bad {
            return None;
        }
        let value = match reading.value {
            FieldValue::Number(number) => Some(number),
            FieldValue::Text(_) | FieldValue::Boolean(_) => None,
        };
        Some(Observation {
            key: self.key(reading),
            at: reading.at,
            began: reading.at,
            verdict: judgement.verdict,
            hold: if reading.occurrence.is_some() { Hold::Readings(1) } else { self.hold },
            severity: self.severity,
            concern: self.concern.clone(),
            value,
            limit: judgement.limit,
            unit: reading.unit.map(str::to_owned),
            link: links.of_a_value(),
            program: reading.program.to_owned(),
            labels: self.labels(reading),
            text: text(reading, judgement),
            occurrence: reading.occurrence.cloned(),
        })
    }

    fn key(&self, reading: &Reading<'_>) -> String {
        let Reading { program, record, field, .. } = reading;
        // All events of a rule share one alert.
        let tags = reading.tags.iter().filter(|_| reading.occurrence.is_none());
        let tags: Vec<_> = tags.map(|(name, value)| format!("{name}={value}")).collect();
        format!("{program}/{record}.{field}/{}/{}", self.test.name(), tags.join(","))
            .trim_end_matches('/')
            .to_owned()
    }

    fn labels(&self, reading: &Reading<'_>) -> BTreeMap<String, String> {
        let own = [("rule", self.test.name()), ("record", reading.record), ("field", reading.field)];
        let mut labels = reading.tags.clone();
        if reading.occurrence.is_some() {
            // Of a value they may differ from reading to reading, and labels identify the alert.
            labels.extend(reading.labels.clone());
        }
        // A tag that is called like one of ours gives way: the key still has it.
        labels.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        labels
    }
}

impl Test {
    /// `None` where there is no limit for these tags, or the value is not of the kind the test is for.
    fn judge(&self, reading: &Reading<'_>) -> Option<Judgement> {
        let unit = reading.unit;
        match (self, reading.value) {
            (Self::Above { limit, clear }, FieldValue::Number(value)) => {
                let limit = *limit.get(reading.tags)?;
                let clear = clear.as_ref().and_then(|clear| clear.get(reading.tags)).unwrap_or(&limit);
                let verdict = verdict(value > limit, value <= clear.min(limit));
                Some(Judgement::number(verdict, "above", limit, *clear, unit))
            }
            (Self::Below { limit, clear }, FieldValue::Number(value)) => {
                let limit = *limit.get(reading.tags)?;
                let clear = clear.as_ref().and_then(|clear| clear.get(reading.tags)).unwrap_or(&limit);
                let verdict = verdict(value < limit, value >= clear.max(limit));
                Some(Judgement::number(verdict, "below", limit, *clear, unit))
            }
            (Self::Is(states), FieldValue::Text(_) | FieldValue::Boolean(_)) => {
                let states = states.get(reading.tags)?;
                let value = shown(reading.value, None);
                let is_one = states.contains(&value);
                let phrase = states.join(" or ");
                Some(Judgement {
                    verdict: verdict(is_one, !is_one),
                    limit: None,
                    phrase,
                    clears: String::new(),
                })
            }
            _ => None,
        }
    }
}

impl Judgement {
    fn number(verdict: Verdict, side: &str, limit: f64, clear: f64, unit: Option<&str>) -> Self {
        let clears = if clear.total_cmp(&limit).is_eq() {
            String::new()
        } else {
            format!(", clear at {}", shown(FieldValue::Number(clear), unit))
        };
        let phrase = format!("{side} {}", shown(FieldValue::Number(limit), unit));
        Self { verdict, limit: Some(limit), phrase, clears }
    }
}

fn verdict(is_bad: bool, is_good: bool) -> Verdict {
    match (is_bad, is_good) {
        (true, _) => Verdict::Bad,
        (false, true) => Verdict::Good,
        (false, false) => Verdict::Between,
    }
}

/// `sds011: pm2 above 50 µg/m³ (city Seattle)`, and the value with its limit.
fn text(reading: &Reading<'_>, judgement: Judgement) -> AlertText {
    let Reading { program, field, .. } = reading;
    let tags = reading.tags.iter().chain(reading.labels);
    let tags: Vec<_> = tags.map(|(name, value)| format!("{name} {value}")).collect();
    let place = if tags.is_empty() { String::new() } else { format!(" ({})", tags.join(", ")) };
    let Judgement { limit, phrase, clears, .. } = judgement;
    let is = if limit.is_some() { "" } else { "is " };
    let value = shown(reading.value, reading.unit);
    let detail = match limit {
        Some(limit) => {
            format!("{field} is {value}, limit {}{clears}", shown(FieldValue::Number(limit), reading.unit))
        }
        None => format!("{field} is {value}"),
    };
    AlertText {
        title: format!("{program}: {field} {is}{phrase}{place}"),
        resolved_title: format!("{program}: {field} no longer {phrase}{place}"),
        detail,
        condition: phrase.clone(),
        counted: [format!("reading {phrase}"), format!("readings {phrase}")],
        note: format!("run {}", reading.run),
    }
}

/// A value with its unit, rounded for people.
fn shown(value: FieldValue<'_>, unit: Option<&str>) -> String {
    match value {
        FieldValue::Number(number) => {
            let rounded = (number * 1000.0).round() / 1000.0;
            // Large numbers leave no room for digits behind the point.
            let number = if rounded.is_finite() { rounded } else { number };
            unit.map_or_else(|| number.to_string(), |unit| format!("{number} {unit}"))
        }
        FieldValue::Text(text) => text.to_owned(),
        FieldValue::Boolean(yes) => yes.to_string(),
    }
}
