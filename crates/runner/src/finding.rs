//! Findings: observations that a program makes by itself.

use std::collections::BTreeMap;

use alert_engine::{AlertText, Hold, Observation, Severity, Verdict};
use record::Timestamp;

/// An observation that a program makes by itself, such as a pipeline that is silent. It becomes an alert, which is sent
/// once, reminded of, and resolved when a later run finds the opposite.
///
/// Thresholds on records need none of this: they are settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Rule, in one lower-case word: `silent`. Not `run`, which is the runner's own.
    pub rule: &'static str,
    /// Subject, as names and values; with the rule they identify the alert, so they stay the same.
    pub subject: BTreeMap<String, String>,
    /// Result of the rule.
    pub verdict: Verdict,
    /// Latest possible begin.
    pub since: Timestamp,
    /// Severity of the alert.
    pub severity: Severity,
    /// Concern, in place of `ALERT_CONCERN`.
    pub concern: Option<String>,
    /// Title while it is bad, on one line: `openweather-current is silent`.
    pub title: String,
    /// Title once it is good again: `openweather-current runs again`. The duration is added.
    pub resolved_title: String,
    /// Details; may be empty.
    pub detail: String,
    /// Condition, as in `silent since 14:00`.
    pub condition: String,
    /// Observed value.
    pub value: Option<f64>,
    /// Limit it is compared with.
    pub limit: Option<f64>,
    /// Unit of value and limit.
    pub unit: Option<String>,
}

impl Finding {
    pub(crate) fn observation(self, program: &str, run: &str, now: Timestamp) -> Observation {
        let subject: Vec<_> = self.subject.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let key = format!("{program}/{}/{}", self.rule, subject.join(","));
        let mut labels = self.subject;
        labels.insert("rule".to_owned(), self.rule.to_owned());
        Observation {
            key: key.trim_end_matches('/').to_owned(),
            at: now,
            began: self.since.min(now),
            verdict: self.verdict,
            hold: Hold::Readings(1),
            severity: self.severity,
            concern: self.concern,
            text: AlertText {
                title: self.title,
                resolved_title: self.resolved_title,
                detail: self.detail,
                condition: self.condition,
                counted: ["run found it so".to_owned(), "runs found it so".to_owned()],
                note: format!("run {run}"),
            },
            value: self.value,
            limit: self.limit,
            unit: self.unit,
            link: None,
            program: program.to_owned(),
            labels,
            occurrence: None,
        }
    }
}
