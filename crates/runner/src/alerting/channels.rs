//! The channels that are configured.

use alert_alertmanager::Alertmanager;
use alert_channel::{Channel, Route, SendError, Thread};
use alert_engine::Notification;
use alert_slack::Slack;
use alert_webhook::Webhook;
use http_client::Client;
use settings::{Settings, Source, Variable};

/// Settings of all channels. A block with a mistake is left out.
#[derive(Debug, Clone)]
pub(crate) struct ChannelConfigs {
    slack: Option<alert_slack::Config>,
    alertmanager: Option<alert_alertmanager::Config>,
    webhook: Option<alert_webhook::Config>,
}

/// A channel of any kind.
#[derive(Debug)]
pub(crate) enum AnyChannel {
    Slack(Slack),
    Alertmanager(Alertmanager),
    Webhook(Webhook),
}

impl ChannelConfigs {
    pub(crate) fn variables() -> Vec<Variable> {
        [
            Option::<alert_slack::Config>::variables(),
            Option::<alert_alertmanager::Config>::variables(),
            Option::<alert_webhook::Config>::variables(),
        ]
        .concat()
    }

    pub(crate) fn read(source: &mut Source) -> Self {
        Self {
            slack: Option::read(source).flatten(),
            alertmanager: Option::read(source).flatten(),
            webhook: Option::read(source).flatten(),
        }
    }

    pub(crate) fn channels(&self, http: &Client) -> Vec<AnyChannel> {
        let slack = self.slack.iter().flat_map(|slack| alert_slack::channels(slack, http));
        let alertmanager =
            self.alertmanager.iter().flat_map(|config| alert_alertmanager::channels(config, http));
        let webhook = self.webhook.iter().flat_map(|config| alert_webhook::channels(config, http));
        let all = slack.map(AnyChannel::Slack).chain(alertmanager.map(AnyChannel::Alertmanager));
        all.chain(webhook.map(AnyChannel::Webhook)).collect()
    }
}

impl Channel for AnyChannel {
    fn route(&self) -> &Route {
        match self {
            Self::Slack(slack) => slack.route(),
            Self::Alertmanager(alertmanager) => alertmanager.route(),
            Self::Webhook(webhook) => webhook.route(),
        }
    }

    async fn send(
        &self,
        group: &[Notification],
        thread: Option<&Thread>,
    ) -> Result<Option<Thread>, SendError> {
        match self {
            Self::Slack(slack) => slack.send(group, thread).await,
            Self::Alertmanager(alertmanager) => alertmanager.send(group, thread).await,
            Self::Webhook(webhook) => webhook.send(group, thread).await,
        }
    }

    async fn check(&self) -> Result<&'static str, SendError> {
        match self {
            Self::Slack(slack) => slack.check().await,
            Self::Alertmanager(alertmanager) => alertmanager.check().await,
            Self::Webhook(webhook) => webhook.check().await,
        }
    }
}
