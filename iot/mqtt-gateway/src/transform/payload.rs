//! Reading of payloads directly into cells, without a document in between and without copies of known keys.

use std::fmt;

use record::Timestamp;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::destinations::{Destination, Destinations};
use super::node::Node;
use super::table::Table;
use super::value::{Conversion, Converted, Refusal, Scalar, ValueKind};

/// Largest nesting depth of values. The parser itself allows 128.
const DEEPEST: u8 = 16;

/// Results of reading a payload besides its row.
#[derive(Debug, Default)]
pub struct PayloadResult {
    /// Time in the payload.
    pub time: Option<Timestamp>,
    /// First value that was left out.
    pub refused: Option<Refused>,
}

/// Values that were left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Name of the first one.
    pub field: Box<str>,
    /// Reason for the first one.
    pub reason: Refusal,
    /// Number of values left out.
    pub count: u64,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.reason)?;
        match self.count {
            0 | 1 => Ok(()),
            count => write!(f, ", and {} more are left out", count - 1),
        }
    }
}

/// Reads a JSON payload.
///
/// # Errors
///
/// The syntax error.
pub fn json(
    payload: &[u8],
    keys: &mut Node,
    destinations: &mut Destinations,
    table: &mut Table,
) -> Result<PayloadResult, String> {
    let mut walk = Walk { destinations, table, result: PayloadResult::default() };
    let mut parser = serde_json::Deserializer::from_slice(payload);
    let is_document = keys.has_members() || keys.has_items() || walk.destinations.others.is_some();
    Value { node: keys, walk: &mut walk, depth: 0, must_be_document: is_document }
        .deserialize(&mut parser)
        .and_then(|()| parser.end())
        .map_err(|error| error.to_string())?;
    Ok(walk.result)
}

/// Reads a payload of a single value.
///
/// # Errors
///
/// The payload is not UTF-8.
pub fn bare(
    payload: &[u8],
    keys: &mut Node,
    destinations: &mut Destinations,
    table: &mut Table,
) -> Result<PayloadResult, String> {
    let text = std::str::from_utf8(payload).map_err(|_| "not text".to_owned())?;
    let mut walk = Walk { destinations, table, result: PayloadResult::default() };
    // Without configuration, the type is inferred.
    let value = if keys.destinations.is_empty() { guess(text.trim()) } else { Scalar::Text(text.trim()) };
    walk.scalar(keys, value);
    Ok(walk.result)
}

fn guess(text: &str) -> Scalar<'_> {
    match text {
        "" | "null" => Scalar::Null,
        "true" => Scalar::Boolean(true),
        "false" => Scalar::Boolean(false),
        _ => match text.parse() {
            Ok(number) if f64::is_finite(number) => Scalar::Float(number),
            _ => Scalar::Text(text),
        },
    }
}

struct Walk<'w> {
    destinations: &'w mut Destinations,
    table: &'w mut Table,
    result: PayloadResult,
}

impl Walk<'_> {
    fn scalar(&mut self, node: &mut Node, value: Scalar<'_>) {
        if node.is_skipped || value == Scalar::Null {
            return;
        }
        if node.destinations.is_empty()
            && let Err(refusal) = self.destinations.learn(node, value, self.table)
        {
            self.refuse(&node.name, refusal);
        }
        for at in &node.destinations {
            if let Err(refusal) = self.fill(*at, value) {
                self.refuse(&node.name, refusal);
            }
        }
    }

    fn fill(&mut self, destination: u16, value: Scalar<'_>) -> Result<(), Refusal> {
        match self.destinations.get(destination) {
            Some(Destination::Field { column, conversion }) => {
                self.table.buffer.push(*column, conversion.convert(value)?);
            }
            Some(Destination::Tag(column)) => {
                if let Converted::Text(text) = Conversion::of(ValueKind::Text).convert(value)? {
                    self.table.buffer.push_tag(*column, &text);
                }
            }
            Some(Destination::Time(form)) => {
                self.result.time = Some(form.read(value).ok_or(Refusal::NoTime)?);
            }
            None => {}
        }
        Ok(())
    }

    fn refuse(&mut self, field: &str, reason: Refusal) {
        match &mut self.result.refused {
            Some(refused) => refused.count += 1,
            None => self.result.refused = Some(Refused { field: field.into(), reason, count: 1 }),
        }
    }
}

/// One value of the payload, with its node.
struct Value<'a, 'w> {
    node: &'a mut Node,
    walk: &'a mut Walk<'w>,
    depth: u8,
    must_be_document: bool,
}

impl Value<'_, '_> {
    fn scalar<E: serde::de::Error>(self, value: Scalar<'_>) -> Result<(), E> {
        if self.must_be_document {
            return Err(E::custom("a single value, not an object"));
        }
        self.walk.scalar(self.node, value);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.node.is_skipped || self.depth > DEEPEST {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(drop);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.scalar(Scalar::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, yes: bool) -> Result<(), E> {
        self.scalar(Scalar::Boolean(yes))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.scalar(Scalar::Integer(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "a number beyond 64 signed bits is measured, not counted")]
    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        self.scalar(i64::try_from(number).map_or(Scalar::Float(number as f64), Scalar::Integer))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        self.scalar(Scalar::Float(number))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.scalar(Scalar::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self { node, walk, depth, .. } = self;
        let look_for_others = walk.destinations.descends_into(node, depth);
        if !look_for_others && !node.has_members() {
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut expected = 0;
        while let Some(key) = members.next_key_seed(Key { node, expected, look_for_others })? {
            let depth = depth + 1;
            match key {
                Found::Known(at) => {
                    expected = at + 1;
                    let Some(node) = node.member(at) else { return Err(A::Error::custom("a key is lost")) };
                    members.next_value_seed(Value { node, walk, depth, must_be_document: false })?;
                }
                Found::New(key) => {
                    let mut new = Node::new(&node.name, &key);
                    members.next_value_seed(Value {
                        node: &mut new,
                        walk,
                        depth,
                        must_be_document: false,
                    })?;
                    if new.is_decided() && walk.destinations.may_learn() {
                        node.add(new);
                    }
                }
                Found::Unwanted => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { node, walk, depth, .. } = self;
        if node.has_items() {
            for index in 0.. {
                let more = match node.item(index) {
                    Some(node) => items
                        .next_element_seed(Value { node, walk, depth: depth + 1, must_be_document: false })?
                        .is_some(),
                    None => items.next_element::<IgnoredAny>()?.is_some(),
                };
                if !more {
                    break;
                }
            }
        } else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(())
    }
}

/// A key, looked up without a copy.
struct Key<'a> {
    node: &'a Node,
    expected: usize,
    look_for_others: bool,
}

enum Found {
    Known(usize),
    New(Box<str>),
    Unwanted,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Found, E> {
        Ok(match self.node.find(key, self.expected) {
            Some(at) => Found::Known(at),
            None if self.look_for_others && !key.is_empty() && key.len() <= 256 => Found::New(key.into()),
            None => Found::Unwanted,
        })
    }
}
