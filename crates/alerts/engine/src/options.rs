//! The settings of alerts, beside those of single fields.

use std::time::Duration;

use settings::{Setting, Settings, Source, Variable};
use url::Url;

use crate::{Hold, RunRule, Severity};

/// Settings of alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Interval of reminders; `None` is never.
    pub reminder: Option<Duration>,
    /// Concern of an alert whose own rule names none.
    pub concern: Option<String>,
    /// Rule for failed runs.
    pub run: RunRule,
    /// Addresses for people to read on.
    pub links: Links,
}

/// Addresses that alerts link to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// Runbook: how to handle an alert.
    pub runbook: Option<String>,
    /// Dashboard: the history of the values.
    pub dashboard: Option<String>,
}

impl Links {
    /// For a program that fails: the runbook comes first.
    pub fn of_a_run(&self) -> Option<String> {
        self.runbook.clone().or_else(|| self.dashboard.clone())
    }

    /// For a value beyond its limit: the dashboard comes first.
    pub fn of_a_value(&self) -> Option<String> {
        self.dashboard.clone().or_else(|| self.runbook.clone())
    }
}

#[derive(Settings)]
#[setting(group = "alerts")]
struct Written {
    /// Hours between reminders of an alert that goes on; 0 for none.
    #[setting(name = "ALERT_REMINDER_HOURS", default = "24")]
    reminder: f64,
    /// Concern of the alerts of this program, as in `climate`; a channel may be for one concern.
    #[setting(name = "ALERT_CONCERN")]
    concern: Option<String>,
    /// Severity of a failed run.
    #[setting(name = "ALERT_RUN_SEVERITY", default = "critical")]
    severity: Severity,
    /// Number of runs in a row, or time, that must fail before an alert is sent.
    #[setting(name = "ALERT_RUN_FOR", default = "1")]
    hold: Hold,
    /// Concern of failed runs, in place of `ALERT_CONCERN`.
    #[setting(name = "ALERT_RUN_CONCERN")]
    run_concern: Option<String>,
    /// Address of a runbook that alerts link to.
    #[setting(name = "RUNBOOK_URL")]
    runbook: Option<Url>,
    /// Address of a dashboard that alerts link to.
    #[setting(name = "DASHBOARD_URL")]
    dashboard: Option<Url>,
}

impl Settings for Options {
    fn variables() -> Vec<Variable> {
        Written::variables()
    }

    fn read(source: &mut Source) -> Option<Self> {
        let written = Written::read(source)?;
        let reminder = Duration::try_from_secs_f64(written.reminder * 3600.0);
        let Ok(reminder) = reminder else {
            source.mistake("ALERT_REMINDER_HOURS", "must be a number of hours, 0 for never");
            return None;
        };
        let concern = written.concern.map(|concern| concern.trim().to_lowercase());
        let own = written.run_concern.map(|concern| concern.trim().to_lowercase());
        Some(Self {
            reminder: (!reminder.is_zero()).then_some(reminder),
            run: RunRule {
                hold: written.hold,
                severity: written.severity,
                concern: own.or_else(|| concern.clone()),
            },
            concern,
            links: Links {
                runbook: written.runbook.map(String::from),
                dashboard: written.dashboard.map(String::from),
            },
        })
    }
}

impl Setting for Hold {
    const TAKES: &'static str = "a number of readings or runs, or a time as in 90s, 15m, 6h or 2d";

    fn parse(text: &str) -> Result<Self, String> {
        hold(text).ok_or_else(|| format!("must be {}", Self::TAKES))
    }
}

/// `3` readings, or `15m`.
fn hold(text: &str) -> Option<Hold> {
    let text = text.trim();
    let (number, seconds) = match text.char_indices().next_back()? {
        (end, 's') => (text.get(..end)?, 1),
        (end, 'm') => (text.get(..end)?, 60),
        (end, 'h') => (text.get(..end)?, 3_600),
        (end, 'd') => (text.get(..end)?, 86_400),
        _ => return text.parse().ok().filter(|readings| *readings > 0).map(Hold::Readings),
    };
    let number: u32 = number.trim().parse().ok().filter(|number| *number > 0)?;
    Some(Hold::Duration(Duration::from_secs(u64::from(number) * seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_is_a_number_or_a_time() {
        assert_eq!(hold("3"), Some(Hold::Readings(3)));
        assert_eq!(hold("15m"), Some(Hold::Duration(Duration::from_mins(15))));
        assert_eq!(hold("2d"), Some(Hold::Duration(Duration::from_hours(48))));
        for wrong in ["", "0", "0m", "m", "-3", "1.5h", "3 readings"] {
            assert_eq!(hold(wrong), None, "{wrong}");
        }
    }
}
