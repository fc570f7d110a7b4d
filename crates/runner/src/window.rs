//! The window of time that a backfill reads.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use record::Timestamp;

/// Time range that a backfill reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its beginning.
    pub since: Timestamp,
    /// Its end.
    pub until: Timestamp,
}

impl Window {
    /// The range from its beginning to its end.
    pub fn range(self) -> Range<Timestamp> {
        self.since..self.until
    }

    /// Its parts of at most `length`, which is a second or more, oldest first. Each ends where the next one begins.
    pub fn parts(self, length: Duration) -> impl Iterator<Item = Self> {
        let length = length.max(Duration::from_secs(1));
        let part = move |since: Timestamp| {
            let until = since.checked_add(length).map_or(self.until, |end| end.min(self.until));
            Self { since, until }
        };
        std::iter::successors(Some(part(self.since)), move |before| {
            (before.until < self.until).then(|| part(before.until))
        })
    }

    /// Parses `--since` and `--until`: a time, or a day in UTC. Without an end it reaches until now.
    pub(crate) fn parse(since: &str, until: Option<&str>, now: Timestamp) -> Result<Self, String> {
        let since = instant(since).ok_or_else(|| expected("--since"))?;
        let until = until.map_or(Some(now), instant).ok_or_else(|| expected("--until"))?;
        if since >= until {
            return Err("--since must be earlier than --until, or than now".to_owned());
        }
        Ok(Self { since, until })
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.since, self.until)
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
    fn the_parts_of_a_window_cover_it_without_a_gap() {
        let now = "2026-11-22T04:28:17Z".parse().unwrap();
        let window = Window::parse("2026-11-20", None, now).unwrap();
        let parts: Vec<_> = window.parts(Duration::from_hours(24)).map(|part| part.to_string()).collect();
        assert_eq!(
            parts,
            [
                "2026-11-20T00:00:00Z to 2026-11-21T00:00:00Z",
                "2026-11-21T00:00:00Z to 2026-11-22T00:00:00Z",
                "2026-11-22T00:00:00Z to 2026-11-22T04:28:17Z",
            ]
        );
        assert!(window.parts(Duration::MAX).eq([window]));
        assert_eq!(window.parts(Duration::ZERO).count(), 48 * 3600 + 4 * 3600 + 28 * 60 + 17);
    }

    #[test]
    fn what_is_no_window_is_told() {
        let now = "2026-11-22T04:28:17Z".parse().unwrap();
        assert!(Window::parse("yesterday", None, now).unwrap_err().starts_with("--since takes a time"));
        assert!(
            Window::parse("2026-11-20", Some("later"), now).unwrap_err().starts_with("--until takes a time")
        );
        assert!(Window::parse("2026-11-23", None, now).unwrap_err().starts_with("--since must be earlier"));
    }
}
