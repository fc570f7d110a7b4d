//! Which channels an alert goes to.

use crate::{Notification, Severity};

/// What a channel is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The service behind it, in one lower-case word: `slack`, `alertmanager`, `webhook`.
    pub service: &'static str,
    /// The one concern it is for. Of the channels of a service, those for the concern of an alert get it; where there
    /// are none, or the alert has no concern, those without one do.
    pub concern: Option<String>,
    /// It gets what matters as much as this, or more.
    pub at_least: Severity,
    /// Whether the same message twice does no harm there. Then what may have arrived is sent again.
    pub may_repeat: bool,
}

impl Route {
    /// Names the channel in the state, in logs and in `--check`, the same in every run: `slack`, `slack climate`.
    pub fn name(&self) -> String {
        match &self.concern {
            Some(concern) => format!("{} {concern}", self.service),
            None => self.service.to_owned(),
        }
    }

    /// Whether an alert goes this way, where `all` are the ways there are.
    pub fn takes(&self, alert: &Notification, all: &[&Self]) -> bool {
        let is_for = |route: &Self| route.service == self.service && route.concern == alert.concern;
        let has_its_own = alert.concern.is_some() && all.iter().any(|route| is_for(route));
        let fits = if has_its_own { is_for(self) } else { self.concern.is_none() };
        fits && alert.severity >= self.at_least
    }
}
