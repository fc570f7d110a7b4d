//! What a reading shows of a threshold.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Test, Threshold, Thresholds};
use crate::{Links, Observation, Verdict, Words};

/// One value of a record, with what it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<'a> {
    /// The program that read it.
    pub program: &'a str,
    /// The id of its run.
    pub run: &'a str,
    /// The name of the record.
    pub record: &'a str,
    /// The field.
    pub field: &'a str,
    /// The unit of the field.
    pub unit: Option<&'a str>,
    /// The tags or keys of the record, by name.
    pub tags: &'a BTreeMap<String, String>,
    /// When it was observed.
    pub at: Timestamp,
    /// The value.
    pub value: Seen<'a>,
}

/// The value of a field, as far as thresholds care.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seen<'a> {
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// Yes or no.
    Truth(bool),
}

/// What a threshold says of a value.
struct Judgement {
    verdict: Verdict,
    limit: Option<f64>,
    /// The limit in words, after the field's name: `above 50 µg/m³`.
    phrase: String,
    /// What clears it, in words.
    clears: String,
}

impl Thresholds {
    /// What a reading shows, for each threshold on its field.
    pub fn observe(&self, reading: &Reading<'_>, links: &Links) -> Vec<Observation> {
        let of_the_field = self.0.iter().filter(|threshold| threshold.field == reading.field);
        of_the_field.filter_map(|threshold| threshold.observe(reading, links)).collect()
    }

    /// Whether an alert of that key may come from one of these thresholds.
    pub fn watch(&self, labels: &BTreeMap<String, String>) -> bool {
        let is = |name: &str, value: &str| labels.get(name).is_some_and(|label| label == value);
        self.0.iter().any(|threshold| is("field", &threshold.field) && is("rule", threshold.test.name()))
    }
}

impl Threshold {
    fn observe(&self, reading: &Reading<'_>, links: &Links) -> Option<Observation> {
        let judgement = self.test.judge(reading)?;
        let value = match reading.value {
            Seen::Number(number) => Some(number),
            Seen::Text(_) | Seen::Truth(_) => None,
        };
        Some(Observation {
            key: self.key(reading),
            at: reading.at,
            began: reading.at,
            verdict: judgement.verdict,
            hold: self.hold,
            severity: self.severity,
            concern: self.concern.clone(),
            value,
            limit: judgement.limit,
            unit: reading.unit.map(str::to_owned),
            link: links.of_a_value(),
            program: reading.program.to_owned(),
            labels: self.labels(reading),
            words: words(reading, judgement),
        })
    }

    fn key(&self, reading: &Reading<'_>) -> String {
        let Reading { program, record, field, .. } = reading;
        let tags: Vec<_> = reading.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{program}/{record}.{field}/{}/{}", self.test.name(), tags.join(","))
            .trim_end_matches('/')
            .to_owned()
    }

    fn labels(&self, reading: &Reading<'_>) -> BTreeMap<String, String> {
        let own = [("rule", self.test.name()), ("record", reading.record), ("field", reading.field)];
        let mut labels = reading.tags.clone();
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
            (Self::Above { limit, clear }, Seen::Number(value)) => {
                let limit = *limit.get(reading.tags)?;
                let clear = clear.as_ref().and_then(|clear| clear.get(reading.tags)).unwrap_or(&limit);
                let verdict = verdict(value > limit, value <= clear.min(limit));
                Some(Judgement::number(verdict, "above", limit, *clear, unit))
            }
            (Self::Below { limit, clear }, Seen::Number(value)) => {
                let limit = *limit.get(reading.tags)?;
                let clear = clear.as_ref().and_then(|clear| clear.get(reading.tags)).unwrap_or(&limit);
                let verdict = verdict(value < limit, value >= clear.max(limit));
                Some(Judgement::number(verdict, "below", limit, *clear, unit))
            }
            (Self::Is(states), Seen::Text(_) | Seen::Truth(_)) => {
                let states = states.get(reading.tags)?;
                let value = told(reading.value, None);
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
            format!(", clear at {}", told(Seen::Number(clear), unit))
        };
        let phrase = format!("{side} {}", told(Seen::Number(limit), unit));
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
fn words(reading: &Reading<'_>, judgement: Judgement) -> Words {
    let Reading { program, field, .. } = reading;
    let tags: Vec<_> = reading.tags.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let place = if tags.is_empty() { String::new() } else { format!(" ({})", tags.join(", ")) };
    let Judgement { limit, phrase, clears, .. } = judgement;
    let is = if limit.is_some() { "" } else { "is " };
    let value = told(reading.value, reading.unit);
    let detail = match limit {
        Some(limit) => {
            format!("{field} is {value}, limit {}{clears}", told(Seen::Number(limit), reading.unit))
        }
        None => format!("{field} is {value}"),
    };
    Words {
        firing: format!("{program}: {field} {is}{phrase}{place}"),
        over: format!("{program}: {field} no longer {phrase}{place}"),
        detail,
        doing: phrase.clone(),
        counted: [format!("reading {phrase}"), format!("readings {phrase}")],
        note: format!("run {}", reading.run),
    }
}

/// A value with its unit, rounded to what a person reads.
fn told(value: Seen<'_>, unit: Option<&str>) -> String {
    match value {
        Seen::Number(number) => {
            let rounded = (number * 1000.0).round() / 1000.0;
            // Large numbers leave no room for digits behind the point.
            let number = if rounded.is_finite() { rounded } else { number };
            unit.map_or_else(|| number.to_string(), |unit| format!("{number} {unit}"))
        }
        Seen::Text(text) => text.to_owned(),
        Seen::Truth(yes) => yes.to_string(),
    }
}
