//! Alerts on pages.

use jiff::Timestamp;
use serde::Serialize;

/// An alert.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// Key.
    pub key: String,
    /// Program that raised it.
    pub program: String,
    /// State.
    pub state: AlertState,
    /// `info`, `warning` or `critical`.
    pub severity: String,
    /// Title.
    pub title: String,
    /// Details.
    pub detail: String,
    /// Start.
    pub since: Timestamp,
    /// End.
    pub until: Option<Timestamp>,
    /// Last value.
    pub value: Option<f64>,
    /// Limit.
    pub limit: Option<f64>,
    /// Unit of value and limit.
    pub unit: Option<String>,
    /// Link to instructions.
    pub link: Option<String>,
}

/// State of an alert, by need of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// The condition holds.
    Firing,
    /// The condition holds, but not long enough for a notification.
    Pending,
    /// The condition ended.
    Resolved,
}

/// All alerts.
#[derive(Debug, Serialize)]
pub struct Alerts {
    /// Time of reading.
    pub at: Timestamp,
    /// Open alerts first, then resolved ones, newest first.
    pub alerts: Vec<Alert>,
    /// Errors of reading.
    pub problems: Vec<String>,
}

impl AlertState {
    /// Word for the state.
    pub fn word(self) -> &'static str {
        match self {
            Self::Firing => "Firing",
            Self::Pending => "Pending",
            Self::Resolved => "Resolved",
        }
    }
}
