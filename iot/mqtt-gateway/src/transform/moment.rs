//! The time a payload tells, in the forms devices write it.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use record::Timestamp;

use super::value::Scalar;

/// The form of a time in a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// RFC 3339, as in `2026-01-31T12:00:00Z`. A time without an offset has this one.
    Rfc3339(Offset),
    /// So many of these since 1970, as a number or as text.
    Epoch(Unit),
    /// What Zigbee2MQTT writes as `last_seen`: RFC 3339, or milliseconds since 1970.
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

impl Form {
    /// The time that a value tells, if it tells one that a store can hold.
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

/// Seconds with a fraction, to the microsecond: a float holds no more of a time of our century.
#[expect(clippy::cast_possible_truncation, reason = "it is in the range of the clock")]
fn fraction(seconds: f64) -> Option<Timestamp> {
    let microseconds = (seconds * 1e6).round();
    (microseconds.abs() < 1e18).then_some(microseconds as i64).and_then(|at| whole(Unit::Microseconds, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(form: Form, value: Scalar<'_>) -> Option<String> {
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
            assert_eq!(spelled(Form::LastSeen, value), expected, "{value:?}");
        }
        assert_eq!(spelled(Form::LastSeen, Scalar::Text("yesterday")), None);
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
            assert_eq!(spelled(Form::Epoch(unit), Scalar::Integer(number)), expected);
            assert_eq!(spelled(Form::Epoch(unit), Scalar::Text(&number.to_string())), expected);
        }
        let fraction = spelled(Form::Epoch(Unit::Seconds), Scalar::Float(1_772_379_165.25));
        assert_eq!(fraction.as_deref(), Some("2026-03-01T15:32:45.25Z"));
    }

    #[test]
    fn a_time_without_offset_has_the_configured_one() {
        let form = Form::Rfc3339(Offset::constant(2));
        assert_eq!(
            spelled(form, Scalar::Text("2026-03-01T12:00:00")).as_deref(),
            Some("2026-03-01T10:00:00Z")
        );
        assert_eq!(
            spelled(form, Scalar::Text("2026-03-01T12:00:00Z")).as_deref(),
            Some("2026-03-01T12:00:00Z")
        );
    }

    #[test]
    fn a_time_that_no_store_can_hold_is_none() {
        for number in [i64::MAX, 1_772_379_165_941] {
            assert_eq!(spelled(Form::Epoch(Unit::Seconds), Scalar::Integer(number)), None);
        }
        assert_eq!(spelled(Form::Epoch(Unit::Seconds), Scalar::Float(1e300)), None);
    }
}
