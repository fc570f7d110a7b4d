//! The channels there are.
//!
//! A channel joins with its settings in [`OutletConfigs`] and a variant of [`Outlet`].

use alert_channel::{Channel, Route, SendError, Thread};
use alert_engine::{Event, Message, Notification, Severity, Tone};
use alert_slack::Slack;
use http_client::Client;
use settings::{Settings, Source, Variable};

/// The settings of all channels. What holds a mistake is left out.
#[derive(Debug, Clone)]
pub(crate) struct OutletConfigs {
    slack: Option<alert_slack::Config>,
}

/// A channel, whichever it is.
#[derive(Debug)]
pub(crate) enum Outlet {
    Slack(Slack, Route),
}

impl OutletConfigs {
    pub(crate) fn variables() -> Vec<Variable> {
        Option::<alert_slack::Config>::variables()
    }

    pub(crate) fn read(source: &mut Source) -> Self {
        Self { slack: Option::read(source).flatten() }
    }

    pub(crate) fn outlets(&self, http: &Client) -> Vec<Outlet> {
        let route = Route { service: "slack", concern: None, at_least: Severity::Info };
        self.slack.iter().map(|slack| Outlet::Slack(Slack::new(slack, http), route.clone())).collect()
    }
}

impl Channel for Outlet {
    fn route(&self) -> &Route {
        match self {
            Self::Slack(_, route) => route,
        }
    }

    async fn send(
        &self,
        group: &[Notification],
        _thread: Option<&Thread>,
    ) -> Result<Option<Thread>, SendError> {
        let Some(first) = group.first() else { return Ok(None) };
        let message = Message {
            tone: if first.event == Event::Resolved { Tone::Resolved } else { Tone::Critical },
            title: first.title.clone(),
            detail: first.detail.clone(),
            context: first.context.clone(),
        };
        match self {
            Self::Slack(slack, _) => slack.send(&message).await.map(|()| None).map_err(|error| {
                if error.is_certain() { SendError::not_taken(error) } else { SendError::unconfirmed(error) }
            }),
        }
    }

    async fn check(&self) -> Result<(), SendError> {
        match self {
            Self::Slack(slack, _) => slack.check().await.map_err(SendError::not_taken),
        }
    }
}
