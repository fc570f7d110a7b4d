//! What was seen of one thing that an alert may be about.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::Severity;

/// What was seen, as far as an alert cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should not be.
    Bad,
    /// Neither: not beyond the limit, and not clear of it either. What fires goes on, what is pending is dropped.
    Between,
    /// As it should be.
    Good,
}

/// How long it has to be bad before people hear of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// For so many observations in a row. One is at once.
    Readings(u32),
    /// From the first bad observation to one at least so much later, with none in between that is not bad.
    Duration(Duration),
}

/// What was seen of one thing, at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Names the alert, the same at every observation of the same thing. It begins with the program's name.
    pub key: String,
    /// When it was seen. What is not later than what was seen before changes nothing, so the same reading twice
    /// counts once.
    pub at: Timestamp,
    /// When that began, at the latest: the start of a run, the time of a reading.
    pub began: Timestamp,
    /// Whether it is as it should be.
    pub verdict: Verdict,
    /// How long it has to be bad.
    pub hold: Hold,
    /// How much it matters.
    pub severity: Severity,
    /// Whose concern it is.
    pub concern: Option<String>,
    /// How to tell it.
    pub words: Words,
    /// The value that was seen.
    pub value: Option<f64>,
    /// What it should not have passed.
    pub limit: Option<f64>,
    /// The unit of both.
    pub unit: Option<String>,
    /// Where a person can read what to do.
    pub link: Option<String>,
    /// The program that saw it.
    pub program: String,
    /// What it is about, as names and values.
    pub labels: BTreeMap<String, String>,
}

/// How an alert is told. Each part is a phrase, without a point at its end and without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What happened: `nws-hourly-forecast failed at extract`.
    pub firing: String,
    /// What it is when it is over: `nws-hourly-forecast works again`. The time it took is added.
    pub over: String,
    /// More of it, such as the last error; may be empty.
    pub detail: String,
    /// What it does, as in `failing since 14:00`.
    pub doing: String,
    /// What is counted, for one and for several: `run failed`, `runs failed`.
    pub counted: [String; 2],
    /// Where to look: the exit code, the run. May be empty.
    pub note: String,
}
