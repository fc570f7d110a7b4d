//! Availability messages: `{"state":"online"}`, or the plain text of older releases.

use std::borrow::Cow;

use record::Timestamp;
use serde::Deserialize;

use crate::zigbee::AvailabilityTopic;

use super::table::Table;
use super::value::Converted;

/// Reads an availability message; `None` if it is neither `online` nor `offline`.
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

/// Writes the availability as a row.
pub fn write(availability: &AvailabilityTopic, is_online: bool, time: Timestamp, table: &mut Table) {
    for (column, value) in &availability.tags {
        table.buffer.push_tag(*column, value);
    }
    table.buffer.push(availability.column, Converted::Boolean(is_online));
    table.buffer.end(time);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_are_read() {
        assert_eq!(read(br#"{"state":"online"}"#), Some(true));
        assert_eq!(read(b"offline"), Some(false));
        assert_eq!(read(br#"{"state":"asleep"}"#), None);
        assert_eq!(read(b"\xff"), None);
    }
}
