//! Decoding of JSON replies, with errors that describe other formats.

use secret::Redactor;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::{Cause, message};

/// Decodes `body`. The error names path and reason of the first difference.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8], redactor: &Redactor) -> Result<T, Cause> {
    // RFC 8259 8.1 lets a reader ignore the byte order mark that some servers send.
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let (path, error) = match parse(body) {
        Ok(value) => return Ok(value),
        Err(mismatch) => mismatch,
    };
    if error.classify() != Category::Data
        && let Some(found) = other_than_json(body)
    {
        return Err(Cause::NotJson { found, message: message::from_body(body, redactor) });
    }
    let [path, reason] = [path, error.to_string()].map(|text| message::quote(&text, redactor));
    Err(Cause::Json { path, reason })
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, (String, serde_json::Error)> {
    let mut parser = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut parser)
        .map_err(|mismatch| (mismatch.path().to_string(), mismatch.into_inner()))?;
    parser.end().map_err(|error| (".".to_owned(), error))?;
    Ok(value)
}

/// Describes a body that does not start like JSON.
fn other_than_json(body: &[u8]) -> Option<&'static str> {
    let body = body.trim_ascii_start();
    let start = body.get(..body.len().min(1024)).unwrap_or_default().to_ascii_lowercase();
    match start.first() {
        None => Some("nothing"),
        Some(b'{' | b'[' | b'"') => None,
        Some(b'<') if start.starts_with(b"<!doctype html") => Some("an HTML page"),
        Some(b'<') if start.windows(5).any(|tag| tag == b"<html") => Some("an HTML page"),
        Some(b'<') => Some("an XML document"),
        Some(_) => Some("text"),
    }
}
