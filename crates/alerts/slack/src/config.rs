//! The settings: destinations by concern, and the least severity.

use std::collections::BTreeMap;

use alert_channel::Route;
use alert_engine::Severity;
use secret::{ExposeSecret, Secret};
use settings::{Setting, Settings, Source, Variable};
use url::Url;

const SERVICE: &str = "slack";
/// Suffix behind the concern in the names that existing manifests use.
const OLD_WEBHOOK: &str = "_ALERT_WEBHOOK";

/// Destinations in Slack. A program without alerts leaves it out: `Option<Config>`.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) destinations: Vec<(Route, Destination)>,
}

/// Destination of messages.
#[derive(Debug, Clone)]
pub enum Destination {
    /// The channel of an incoming webhook, whose address is its credential.
    Webhook(Url),
    /// A channel that a bot posts to.
    Bot {
        /// Base URL of the web API.
        url: Url,
        /// Token of the bot.
        token: Secret,
        /// Id or name of the channel.
        channel: String,
    },
}

#[derive(Settings)]
#[setting(group = "alerts")]
struct Written {
    /// Slack incoming webhook for alerts; `SLACK_<CONCERN>_WEBHOOK_URL` is for those of one concern.
    #[setting(name = "SLACK_WEBHOOK_URL", also = "ALERT_WEBHOOK")]
    webhook: Option<Secret>,
    /// Slack bot token for alerts, in place of a webhook; it needs the scope `chat:write`.
    #[setting(name = "SLACK_TOKEN")]
    token: Option<Secret>,
    /// Channel the bot posts alerts to, as an id or a name; `SLACK_<CONCERN>_CHANNEL` is for those of one concern.
    #[setting(name = "SLACK_CHANNEL")]
    channel: Option<String>,
    /// Base URL of the Slack web API.
    #[setting(name = "SLACK_URL", default = "https://slack.com")]
    url: Url,
    /// Least severity of alerts that go to Slack.
    #[setting(name = "SLACK_SEVERITY", default = "info")]
    severity: Severity,
}

impl Config {
    /// One destination for all alerts.
    pub fn to(destination: Destination) -> Self {
        let route = Route { service: SERVICE, concern: None, at_least: Severity::Info, may_repeat: false };
        Self { destinations: vec![(route, destination)] }
    }

    /// Alerts of a concern without a destination go where the others go. A single destination that is for one concern
    /// gets the others as well: manifests of one device name its webhook so.
    fn of(mut places: BTreeMap<Option<String>, Destination>, at_least: Severity) -> Self {
        if places.len() == 1 && !places.contains_key(&None) {
            places = places.into_values().map(|place| (None, place)).collect();
        }
        let route = |concern| Route { service: SERVICE, concern, at_least, may_repeat: false };
        let destinations = places.into_iter().map(|(concern, place)| (route(concern), place)).collect();
        Self { destinations }
    }
}

impl Settings for Config {
    fn variables() -> Vec<Variable> {
        Written::variables()
    }

    fn read(source: &mut Source) -> Option<Self> {
        let written = Written::read(source)?;
        let mut places = BTreeMap::new();
        if let (Some(_), Some(_)) = (&written.webhook, &written.token) {
            source.mistake("SLACK_TOKEN", "stands in place of SLACK_WEBHOOK_URL; set one or the other");
            return None;
        }
        if let Some(webhook) = &written.webhook {
            places.insert(None, webhook_to(source, "SLACK_WEBHOOK_URL", webhook)?);
        }
        for (name, concern) in webhooks_by_concern(source) {
            let webhook: Secret = source.named(&name)?;
            places.insert(Some(concern), webhook_to(source, &name, &webhook)?);
        }
        let channels = by_concern(source, "SLACK_", "_CHANNEL");
        if let Some(token) = &written.token {
            let bot = |channel| Destination::Bot { url: written.url.clone(), token: token.clone(), channel };
            places.extend(written.channel.map(|channel| (None, bot(channel))));
            for (name, concern) in channels {
                places.insert(Some(concern), bot(source.named(&name)?));
            }
            if places.is_empty() {
                source.mistake("SLACK_CHANNEL", "is required where SLACK_TOKEN is set");
                return None;
            }
        } else if let Some((name, _)) = channels.first() {
            source.mistake(name, "needs SLACK_TOKEN");
            return None;
        }
        if places.is_empty() {
            source.mistake("SLACK_WEBHOOK_URL", "is required, or SLACK_TOKEN with SLACK_CHANNEL");
            return None;
        }
        Some(Self::of(places, written.severity))
    }

    fn is_there(source: &Source) -> bool {
        let credentials = ["SLACK_WEBHOOK_URL", "SLACK_TOKEN"];
        let is_set = |variable: &Variable| credentials.contains(&variable.name) && source.is_set(variable);
        Written::variables().iter().any(is_set)
            || !webhooks_by_concern(source).is_empty()
            || !by_concern(source, "SLACK_", "_CHANNEL").is_empty()
    }
}

fn webhook_to(source: &mut Source, name: &str, webhook: &Secret) -> Option<Destination> {
    match <Url as Setting>::parse(webhook.expose_secret()) {
        Ok(url) => Some(Destination::Webhook(url)),
        Err(problem) => {
            source.mistake(name, &problem);
            None
        }
    }
}

/// The webhook variables that are set, each with its concern; the preferred name of a concern comes last and wins.
fn webhooks_by_concern(source: &Source) -> Vec<(String, String)> {
    [by_concern(source, "", OLD_WEBHOOK), by_concern(source, "SLACK_", "_WEBHOOK_URL")].concat()
}

fn by_concern(source: &Source, beginning: &str, end: &str) -> Vec<(String, String)> {
    let concern = |name: &str| {
        let middle = name.strip_prefix(beginning)?.strip_suffix(end)?;
        Some((name.to_owned(), middle.to_ascii_lowercase()))
    };
    source.names(beginning, end).iter().filter_map(|name| concern(name)).collect()
}
