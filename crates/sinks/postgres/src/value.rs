//! Values that PostgreSQL cannot store.

use record::{Json, Value};

/// The first year, as 1 BC is 0. Source: <https://www.postgresql.org/docs/current/datatype-datetime.html>.
const FIRST_YEAR: i16 = -4712;

const NUL: &str = "holds a NUL character, which PostgreSQL cannot store";

pub(crate) fn fits(value: Value<'_>) -> Result<(), &'static str> {
    match value {
        Value::Text(text) if text.contains('\0') => Err(NUL),
        Value::Json(document) if has_nul(document) => Err(NUL),
        Value::Timestamp(time) => first_year(time.to_zoned(jiff::tz::TimeZone::UTC).year()),
        Value::Date(date) => first_year(date.year()),
        _ => Ok(()),
    }
}

fn first_year(year: i16) -> Result<(), &'static str> {
    if year >= FIRST_YEAR { Ok(()) } else { Err("lies before 4713 BC") }
}

fn has_nul(document: &Json) -> bool {
    match document {
        Json::String(text) => text.contains('\0'),
        Json::Array(items) => items.iter().any(has_nul),
        Json::Object(entries) => entries.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_character_is_found_anywhere() {
        assert!(fits(Value::Text("a\0b")).is_err() && fits(Value::Text("ab")).is_ok());
        let document = |text: &str| text.parse::<Json>().unwrap();
        assert!(fits(Value::Json(&document(r#"{"a": [1, {"b\u0000": 2}]}"#))).is_err());
        assert!(fits(Value::Json(&document(r#"{"a": [1, "\\u0000"]}"#))).is_ok());
    }

    #[test]
    fn a_time_before_the_calendar_is_refused() {
        assert!(fits(Value::Date(record::Date::constant(-4712, 1, 1))).is_ok());
        assert!(fits(Value::Date(record::Date::constant(-4713, 12, 31))).is_err());
    }
}
