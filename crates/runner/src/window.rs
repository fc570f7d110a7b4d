//! The window of time that a backfill reads.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use record::Timestamp;

/// From when to when a backfill reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its beginning.
    pub since: Timestamp,
    /// Its end.
    pub until: Timestamp,
}

impl Window {
    /// From what `--since` and `--until` say: a time, or a day in UTC. Without an end it reaches until now.
    pub(crate) fn parse(since: &str, until: Option<&str>, now: Timestamp) -> Result<Self, String> {
        let since = instant(since).ok_or_else(|| expected("--since"))?;
        let until = until.map_or(Some(now), instant).ok_or_else(|| expected("--until"))?;
        if since >= until {
            return Err("--since must be earlier than --until, or than now".to_owned());
        }
        Ok(Self { since, until })
    }
}

fn expected(flag: &str) -> String {
    format!("{flag} takes a time as in 2026-11-22T04:00:00Z, or a day as in 2026-11-22")
}

fn instant(text: &str) -> Option<Timestamp> {
    let midnight = |date: Date| date.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp());
    text.parse().ok().or_else(|| text.parse().ok().and_then(midnight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_given_by_days_or_times() {
        let now = "2026-11-22T04:28:17Z".parse().unwrap();
        let window = Window::parse("2026-11-20", Some("2026-11-21T06:00:00Z"), now).unwrap();
        assert_eq!(window.since.to_string(), "2026-11-20T00:00:00Z");
        assert_eq!(window.until.to_string(), "2026-11-21T06:00:00Z");
        assert_eq!(Window::parse("2026-11-20", None, now).unwrap().until, now);
    }

    #[test]
    fn an_invalid_window_is_reported() {
        let now = "2026-11-22T04:28:17Z".parse().unwrap();
        assert!(Window::parse("yesterday", None, now).unwrap_err().starts_with("--since takes a time"));
        assert!(
            Window::parse("2026-11-20", Some("later"), now).unwrap_err().starts_with("--until takes a time")
        );
        assert!(Window::parse("2026-11-23", None, now).unwrap_err().starts_with("--since must be earlier"));
    }
}
