//! An observation of one thing that an alert may be about.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::Severity;

/// Result of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Beyond the limit, failed.
    Bad,
    /// Not beyond the limit, and not clear of it either. A firing alert goes on, a pending one is dropped.
    Between,
    /// Within the limit, working.
    Good,
}

/// Time or number of bad observations before an alert fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Number of bad observations in a row. One is at once.
    Readings(u32),
    /// From the first bad observation to one at least so much later, with none in between that is not bad.
    Duration(Duration),
}

/// One observation of one thing, at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Key of the alert, the same at every observation of the same thing. It begins with the program's name.
    pub key: String,
    /// Time of the observation. One that is not later than the last one changes nothing, so the same reading twice
    /// counts once.
    pub at: Timestamp,
    /// Latest possible begin: the start of a run, the time of a reading.
    pub began: Timestamp,
    /// Result of the rule.
    pub verdict: Verdict,
    /// Hold of the rule.
    pub hold: Hold,
    /// Severity of the alert.
    pub severity: Severity,
    /// Group of people it concerns.
    pub concern: Option<String>,
    /// Texts of its messages.
    pub text: AlertText,
    /// Observed value.
    pub value: Option<f64>,
    /// Limit it is compared with.
    pub limit: Option<f64>,
    /// Unit of both.
    pub unit: Option<String>,
    /// Address of a runbook or a dashboard.
    pub link: Option<String>,
    /// Program that observed it.
    pub program: String,
    /// Subject, as names and values.
    pub labels: BTreeMap<String, String>,
    /// The event, where a row stands for itself: such an alert has no end, and each event is sent once.
    pub occurrence: Option<Occurred>,
}

/// An event, as it was noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurred {
    /// Identity among the events of its rule: time and tags, or the keys.
    pub identity: String,
    /// Time of the run or reading that noticed it.
    pub noticed: Timestamp,
}

/// Texts of an alert. Each part is a phrase, without a period at its end and without secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertText {
    /// Title while it fires: `nws-hourly-forecast failed at extract`.
    pub title: String,
    /// Title of its end: `nws-hourly-forecast works again`. The duration is added.
    pub resolved_title: String,
    /// Details such as the last error; may be empty.
    pub detail: String,
    /// Condition, as in `failing since 14:00`.
    pub condition: String,
    /// Unit of the count, singular and plural: `run failed`, `runs failed`.
    pub counted: [String; 2],
    /// Further context: the exit code, the run. May be empty.
    pub note: String,
}
