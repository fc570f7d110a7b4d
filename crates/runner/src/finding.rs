//! What a program found out by itself that people may have to know.

use std::collections::BTreeMap;

use alert_engine::{Hold, Observation, Severity, Verdict, Words};
use record::Timestamp;

/// What a program found out by itself about one thing, such as a pipeline that is silent. It becomes an alert, which is
/// told once, reminded of, and resolved when a later run finds the opposite.
///
/// Thresholds on records need none of this: they are settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What is looked at, in one lower-case word: `silent`. Not `run`, which is the runner's own.
    pub rule: &'static str,
    /// What it is about, as names and values; with the rule they name the alert, so they stay the same.
    pub about: BTreeMap<String, String>,
    /// Whether it is as it should be.
    pub verdict: Verdict,
    /// Since when, at the latest.
    pub since: Timestamp,
    /// How much it matters.
    pub severity: Severity,
    /// Whose concern it is, in place of `ALERT_CONCERN`.
    pub concern: Option<String>,
    /// What it is when it is bad, on one line: `openweather-current is silent`.
    pub firing: String,
    /// What it is when that is over: `openweather-current runs again`. How long it took is added.
    pub over: String,
    /// More of it; may be empty.
    pub detail: String,
    /// What it does, as in `silent since 14:00`.
    pub doing: String,
    /// The value behind it, its limit, and the unit of both.
    pub value: Option<f64>,
    /// The limit.
    pub limit: Option<f64>,
    /// The unit of value and limit.
    pub unit: Option<String>,
}

impl Finding {
    pub(crate) fn observation(self, program: &str, run: &str, now: Timestamp) -> Observation {
        let about: Vec<_> = self.about.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let key = format!("{program}/{}/{}", self.rule, about.join(","));
        let mut labels = self.about;
        labels.insert("rule".to_owned(), self.rule.to_owned());
        Observation {
            key: key.trim_end_matches('/').to_owned(),
            at: now,
            began: self.since.min(now),
            verdict: self.verdict,
            hold: Hold::Readings(1),
            severity: self.severity,
            concern: self.concern,
            words: Words {
                firing: self.firing,
                over: self.over,
                detail: self.detail,
                doing: self.doing,
                counted: ["run found it so".to_owned(), "runs found it so".to_owned()],
                note: format!("run {run}"),
            },
            value: self.value,
            limit: self.limit,
            unit: self.unit,
            link: None,
            program: program.to_owned(),
            labels,
        }
    }
}
