//! Settings of the watchdog.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use runner::Severity;
use settings::{Setting, Settings};

/// Settings of the watchdog.
#[derive(Debug, Settings)]
pub struct Config {
    #[setting(block)]
    pub rules: Rules,
    /// Severity of the alert for a silent program: `info`, `warning` or `critical`.
    #[setting(name = "WATCHDOG_SEVERITY", default = "critical")]
    pub severity: Severity,
    /// Days after its last run that a program is watched. One that is silent for longer was removed.
    #[setting(name = "WATCHDOG_DAYS", default = "30")]
    days: u16,
}

/// Settings of the watchdog.
#[derive(Debug, Default, Settings)]
pub struct Rules {
    /// Periods in seconds, in place of the observed ones, as in `openweather-current=900;sds011=60`.
    #[setting(name = "WATCHDOG_PERIODS")]
    pub periods: Option<Periods>,
    /// Programs that must run, even if no run was ever seen; separated by semicolons.
    #[setting(name = "WATCHDOG_EXPECT")]
    pub expected: Option<Names>,
    /// Programs that are not watched; separated by semicolons.
    #[setting(name = "WATCHDOG_IGNORE")]
    pub ignored: Option<Names>,
}

/// Periods by program.
#[derive(Debug, PartialEq, Eq)]
pub struct Periods(pub BTreeMap<String, Duration>);

/// Names of programs.
#[derive(Debug, PartialEq, Eq)]
pub struct Names(pub BTreeSet<String>);

impl Config {
    /// Number of days of runs to read.
    pub fn days(&self) -> i64 {
        i64::from(self.days)
    }
}

impl Rules {
    /// Configured period of a program.
    pub fn period(&self, name: &str) -> Option<Duration> {
        self.periods.as_ref()?.0.get(name).copied()
    }

    /// Whether a program is not watched.
    pub fn ignores(&self, name: &str) -> bool {
        self.ignored.as_ref().is_some_and(|ignored| ignored.0.contains(name))
    }

    /// Programs that must run.
    pub fn expected(&self) -> impl Iterator<Item = &String> {
        self.expected.iter().flat_map(|expected| &expected.0).filter(|name| !self.ignores(name))
    }
}

impl Setting for Periods {
    const TAKES: &'static str = "names with periods in seconds, as in openweather-current=900;sds011=60";

    fn parse(text: &str) -> Result<Self, String> {
        let period = |entry: &str| {
            let (name, seconds) = entry.split_once('=')?;
            let seconds = seconds.trim().parse().ok().filter(|seconds: &f64| *seconds > 0.0)?;
            Some((name.trim().to_owned(), Duration::try_from_secs_f64(seconds).ok()?))
        };
        let periods: Option<_> = entries(text).map(period).collect();
        periods.map(Self).ok_or_else(|| format!("must be {}", Self::TAKES))
    }
}

impl Setting for Names {
    const TAKES: &'static str = "names of programs, separated by semicolons";

    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(entries(text).map(str::to_owned).collect()))
    }
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', ',']).map(str::trim).filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_seconds_by_name() {
        let Periods(periods) = Periods::parse(" a = 900; b=0.5 ;").unwrap();
        assert_eq!(periods["a"], Duration::from_mins(15));
        assert_eq!(periods["b"], Duration::from_millis(500));
        for wrong in ["a", "a=", "a=soon", "a=0", "a=-1", "a=900;b"] {
            assert!(Periods::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_separated_by_semicolons() {
        let Names(names) = Names::parse(" a; b;").unwrap();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }
}
