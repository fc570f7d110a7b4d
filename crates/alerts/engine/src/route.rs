//! The route of a channel: the alerts it gets.

use crate::{Notification, Severity};

/// The alerts that a channel gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Service behind it, in one lower-case word: `slack`, `alertmanager`, `webhook`.
    pub service: &'static str,
    /// The one concern it is for. An alert goes to the channels of its concern; where there are none, or it has no
    /// concern, to those without one.
    pub concern: Option<String>,
    /// Least severity it gets.
    pub at_least: Severity,
    /// Whether the same message twice does no harm there. Then a message that may have arrived is sent again.
    pub may_repeat: bool,
}

impl Route {
    /// Name of the channel in the state, in logs and in `--check`, the same in every run: `slack`, `slack climate`.
    pub fn name(&self) -> String {
        match &self.concern {
            Some(concern) => format!("{} {concern}", self.service),
            None => self.service.to_owned(),
        }
    }

    /// Whether an alert goes to this channel, one of `all`.
    pub fn takes(&self, alert: &Notification, all: &[&Self]) -> bool {
        let is_for = |route: &Self| route.service == self.service && route.concern == alert.concern;
        let has_its_own = alert.concern.is_some() && all.iter().any(|route| is_for(route));
        let fits = if has_its_own { is_for(self) } else { self.concern.is_none() };
        fits && alert.severity >= self.at_least
    }
}
