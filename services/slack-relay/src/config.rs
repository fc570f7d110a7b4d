//! Settings of the relay.

use std::time::Duration;

use http_server::Access;
use secret::Secret;
use settings::Settings;
use url::Url;

/// Settings of the relay.
#[derive(Settings)]
pub struct Config {
    #[setting(block)]
    pub server: http_server::Config,
    #[setting(block)]
    pub access: Access,
    /// Slack bot token for posting messages; it needs the scope `chat:write`.
    #[setting(name = "SLACK_TOKEN")]
    pub token: Secret,
    /// Default channel for alerts of Alertmanager, as an id or a name.
    #[setting(name = "SLACK_CHANNEL")]
    pub channel: Option<String>,
    /// Base URL of the Slack web API.
    #[setting(name = "SLACK_URL", default = "https://slack.com")]
    pub slack: Url,
    /// Largest number of requests per minute; others are rejected with 429.
    #[setting(name = "REQUESTS_PER_MINUTE", default = "120")]
    pub requests_per_minute: u32,
    /// Largest number of queued messages; others are rejected with 503.
    #[setting(name = "QUEUE_LIMIT", default = "10000")]
    pub queue_limit: u64,
    /// Hours after which a queued message is dropped.
    #[setting(name = "QUEUE_HOURS", default = "24")]
    queue_hours: u32,
    /// Seconds in which the same alert of Alertmanager is a duplicate; later it is a reminder.
    #[setting(name = "DUPLICATE_SECONDS", default = "3600")]
    pub duplicate: Duration,
}

impl Config {
    /// Time after which a queued message is dropped.
    pub fn longest_wait(&self) -> Duration {
        Duration::from_hours(u64::from(self.queue_hours))
    }
}
