//! Times in payloads, in the formats of devices.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use record::Timestamp;

use super::value::Scalar;

/// Format of a time in a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeFormat {
    /// RFC 3339, as in `2026-01-31T12:00:00Z`, with this offset if the text has none.
    Rfc3339(Offset),
    /// Time since 1970 in this unit, as a number or as text.
    Epoch(Unit),
    /// Format of `last_seen` in Zigbee2MQTT: RFC 3339, or milliseconds since 1970.
    LastSeen,
}

/// A unit of time since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds; the only one that may have a fraction.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
}

impl TimeFormat {
    /// Reads a time; `None` if it is malformed or outside of the range of the stores.
    pub fn read(self, value: Scalar<'_>) -> Option<Timestamp> {
        let time = match self {
            Self::Rfc3339(offset) => match value {
                Scalar::Text(text) => rfc3339(text.trim(), offset),
                _ => None,
            },
            Self::Epoch(unit) => epoch(unit, value),
            Self::LastSeen => match value {
                Scalar::Text(text) => rfc3339(text.trim(), Offset::UTC),
                _ => epoch(Unit::Milliseconds, value),
            },
        };
        time.filter(|time| i64::try_from(time.as_nanosecond()).is_ok())
    }
}

fn rfc3339(text: &str, offset: Offset) -> Option<Timestamp> {
    let with_offset = text.parse::<Timestamp>().ok();
    with_offset.or_else(|| offset.to_timestamp(text.parse::<DateTime>().ok()?).ok())
}

fn epoch(unit: Unit, value: Scalar<'_>) -> Option<Timestamp> {
    match (unit, value) {
        (_, Scalar::Integer(number)) => whole(unit, number),
        (_, Scalar::Text(text)) => match text.trim().parse() {
            Ok(number) => whole(unit, number),
            Err(_) if unit == Unit::Seconds => fraction(text.trim().parse().ok()?),
            Err(_) => None,
        },
        (Unit::Seconds, Scalar::Float(seconds)) => fraction(seconds),
        _ => None,
    }
}

fn whole(unit: Unit, number: i64) -> Option<Timestamp> {
    match unit {
        Unit::Seconds => Timestamp::from_second(number),
        Unit::Milliseconds => Timestamp::from_millisecond(number),
        Unit::Microseconds => Timestamp::from_microsecond(number),
        Unit::Nanoseconds => Timestamp::from_nanosecond(i128::from(number)),
    }
    .ok()
}

/// Time from seconds with a fraction, rounded to the microsecond, the precision of a float for current times.
#[expect(clippy::cast_possible_truncation, reason = "it is in the range of the clock")]
fn fraction(seconds: f64) -> Option<Timestamp> {
    let microseconds = (seconds * 1e6).round();
    (microseconds.abs() < 1e18).then_some(microseconds as i64).and_then(|at| whole(Unit::Microseconds, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_name(form: TimeFormat, value: Scalar<'_>) -> Option<String> {
        form.read(value).map(|time| time.to_string())
    }

    #[test]
    fn last_seen_is_read_in_all_its_forms() {
        let expected = Some("2026-03-01T15:32:45.941Z".to_owned());
        for value in [
            Scalar::Text("2026-03-01T15:32:45.941Z"),
            Scalar::Text("2026-03-01T16:32:45.941+01:00"),
            Scalar::Integer(1_772_379_165_941),
        ] {
            assert_eq!(type_name(TimeFormat::LastSeen, value), expected, "{value:?}");
        }
        assert_eq!(type_name(TimeFormat::LastSeen, Scalar::Text("yesterday")), None);
    }

    #[test]
    fn each_unit_counts_from_1970() {
        let expected = Some("2026-03-01T15:32:45Z".to_owned());
        for (unit, number) in [
            (Unit::Seconds, 1_772_379_165),
            (Unit::Milliseconds, 1_772_379_165_000),
            (Unit::Microseconds, 1_772_379_165_000_000),
            (Unit::Nanoseconds, 1_772_379_165_000_000_000),
        ] {
            assert_eq!(type_name(TimeFormat::Epoch(unit), Scalar::Integer(number)), expected);
            assert_eq!(type_name(TimeFormat::Epoch(unit), Scalar::Text(&number.to_string())), expected);
        }
        let fraction = type_name(TimeFormat::Epoch(Unit::Seconds), Scalar::Float(1_772_379_165.25));
        assert_eq!(fraction.as_deref(), Some("2026-03-01T15:32:45.25Z"));
    }

    #[test]
    fn a_time_without_offset_has_the_configured_one() {
        let form = TimeFormat::Rfc3339(Offset::constant(2));
        assert_eq!(
            type_name(form, Scalar::Text("2026-03-01T12:00:00")).as_deref(),
            Some("2026-03-01T10:00:00Z")
        );
        assert_eq!(
            type_name(form, Scalar::Text("2026-03-01T12:00:00Z")).as_deref(),
            Some("2026-03-01T12:00:00Z")
        );
    }

    #[test]
    fn a_time_outside_of_the_range_of_the_stores_is_none() {
        for number in [i64::MAX, 1_772_379_165_941] {
            assert_eq!(type_name(TimeFormat::Epoch(Unit::Seconds), Scalar::Integer(number)), None);
        }
        assert_eq!(type_name(TimeFormat::Epoch(Unit::Seconds), Scalar::Float(1e300)), None);
    }
}
