//! What can be set.

use std::time::Duration;

use http_server::Access;
use secret::Secret;
use settings::Settings;
use url::Url;

/// What can be set.
#[derive(Settings)]
pub struct Config {
    #[setting(block)]
    pub server: http_server::Config,
    #[setting(block)]
    pub access: Access,
    /// Slack bot token that messages are posted with; it needs the scope `chat:write`.
    #[setting(name = "SLACK_TOKEN")]
    pub token: Secret,
    /// Channel for Alertmanager's alerts where its address names none, as an id or a name.
    #[setting(name = "SLACK_CHANNEL")]
    pub channel: Option<String>,
    /// Base URL of the Slack web API.
    #[setting(name = "SLACK_URL", default = "https://slack.com")]
    pub slack: Url,
    /// Requests in a minute that are taken; more are told to come back.
    #[setting(name = "REQUESTS_PER_MINUTE", default = "120")]
    pub requests_per_minute: u32,
    /// Messages that may wait for Slack; more are refused.
    #[setting(name = "QUEUE_LIMIT", default = "10000")]
    pub queue_limit: u64,
    /// Hours that a message waits for Slack before it is dropped.
    #[setting(name = "QUEUE_HOURS", default = "24")]
    queue_hours: u32,
    /// How long after an alert of Alertmanager the same one is a duplicate; later it is a reminder.
    #[setting(name = "DUPLICATE_SECONDS", default = "3600")]
    pub duplicate: Duration,
}

impl Config {
    /// How long a message waits for Slack.
    pub fn longest_wait(&self) -> Duration {
        Duration::from_hours(u64::from(self.queue_hours))
    }
}
