//! File format of the corpus.

use serde::Deserialize;

/// Contents of one file.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Corpus {
    Both { encode: Vec<EncodeVector>, decode: Vec<DecodeVector> },
    Encode(Vec<EncodeVector>),
    Decode(Vec<DecodeVector>),
}

pub(crate) enum Vector {
    Encode(EncodeVector),
    Decode(DecodeVector),
}

/// A point and its line; without a line, writing must fail.
#[derive(Deserialize)]
pub(crate) struct EncodeVector {
    pub(crate) point: CorpusPoint,
    pub(crate) precision: Precision,
    pub(crate) result: Option<Bytes>,
    pub(crate) error: Option<String>,
}

/// A text and its points; without points, reading must fail.
#[derive(Deserialize)]
pub(crate) struct DecodeVector {
    pub(crate) text: Bytes,
    pub(crate) precision: Precision,
    pub(crate) default_time_ns: i64,
    pub(crate) result: Option<Vec<CorpusPoint>>,
    pub(crate) error: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct CorpusPoint {
    pub(crate) time: i64,
    pub(crate) name: Bytes,
    pub(crate) tags: Vec<KeyValue<Bytes>>,
    pub(crate) fields: Vec<KeyValue<Value>>,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct KeyValue<T> {
    pub(crate) key: Bytes,
    pub(crate) value: T,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Value {
    Float(f64),
    Int(i64),
    UInt(u64),
    Bool(bool),
    String(Bytes),
}

/// Text, or bytes in base64 if they are not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Bytes {
    Text(String),
    Binary { binary: String },
}

/// Unit of the times in a line.
#[derive(Clone, Copy, Deserialize)]
pub(crate) enum Precision {
    #[serde(rename = "1ns")]
    Nanosecond,
    #[serde(rename = "1µs")]
    Microsecond,
    #[serde(rename = "1ms")]
    Millisecond,
    #[serde(rename = "1s")]
    Second,
}

impl Corpus {
    pub(crate) fn into_vectors(self) -> Vec<Vector> {
        let (encode, decode) = match self {
            Self::Both { encode, decode } => (encode, decode),
            Self::Encode(encode) => (encode, Vec::new()),
            Self::Decode(decode) => (Vec::new(), decode),
        };
        let encode = encode.into_iter().map(Vector::Encode);
        encode.chain(decode.into_iter().map(Vector::Decode)).collect()
    }
}

impl Bytes {
    /// The bytes; `None` if the base64 is malformed.
    pub(crate) fn decoded(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.clone().into_bytes()),
            Self::Binary { binary } => base64(binary),
        }
    }

    /// The text; `None` if it is not UTF-8.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary { .. } => None,
        }
    }
}

impl Precision {
    pub(crate) fn nanoseconds(self) -> i64 {
        match self {
            Self::Nanosecond => 1,
            Self::Microsecond => 1_000,
            Self::Millisecond => 1_000_000,
            Self::Second => 1_000_000_000,
        }
    }
}

/// Decodes base64 (RFC 4648, section 4).
fn base64(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut width) = (0_u32, 0);
    for digit in text.trim_end_matches('=').bytes() {
        let six = ALPHABET.iter().position(|&letter| letter == digit)?;
        bits = (bits << 6) | u32::try_from(six).ok()?;
        width += 6;
        if width >= 8 {
            width -= 8;
            bytes.push(u8::try_from((bits >> width) & 0xff).ok()?);
        }
    }
    Some(bytes)
}
