//! Whether somebody is there: `{"state":"online"}`, or the bare word of older releases.

use std::borrow::Cow;

use record::Timestamp;
use serde::Deserialize;

use crate::zigbee::Sign;

use super::table::Table;
use super::value::Converted;

/// Whether a payload says that somebody is there; `None` where it says neither.
pub fn read(payload: &[u8]) -> Option<bool> {
    #[derive(Deserialize)]
    struct State<'a> {
        #[serde(borrow)]
        state: Cow<'a, str>,
    }
    let text = std::str::from_utf8(payload).ok()?.trim();
    let state = match serde_json::from_str::<State<'_>>(text) {
        Ok(State { state }) => state,
        Err(_) => Cow::Borrowed(text),
    };
    match &*state {
        "online" => Some(true),
        "offline" => Some(false),
        _ => None,
    }
}

/// Writes it as a row.
pub fn write(sign: &Sign, is_there: bool, time: Timestamp, table: &mut Table) {
    for (column, value) in &sign.tags {
        table.gathered.push_tag(*column, value);
    }
    table.gathered.push(sign.column, Converted::Boolean(is_there));
    table.gathered.end(time);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_understood() {
        assert_eq!(read(br#"{"state":"online"}"#), Some(true));
        assert_eq!(read(b"offline"), Some(false));
        assert_eq!(read(br#"{"state":"asleep"}"#), None);
        assert_eq!(read(b"\xff"), None);
    }
}
