//! Secrets planted where a program is given them, and searched for in all that comes out of it.

use http_sim::services::SlackSim;
use http_sim::{Request, Server};

/// Planted key of a source. Its special characters have to be escaped in a URL and in JSON.
pub const KEY: &str = "planted/key+7f3a9c51e2b84d06=";
/// The token of the simulated InfluxDB.
pub const TOKEN: &str = "planted-token-d41c7be9305f";
/// The token of a bot in the simulated Slack.
pub const BOT: &str = "planted-bot-86e2f0a4c35b";

/// Part of each secret that is the same in all escaped forms.
const KEY_CORE: &str = "7f3a9c51e2b84d06";
const TOKEN_CORE: &str = "d41c7be9305f";
const BOT_CORE: &str = "86e2f0a4c35b";
const WEBHOOK_CORE: &str = SlackSim::WEBHOOK;

const ALL: [&str; 4] = [KEY_CORE, TOKEN_CORE, BOT_CORE, WEBHOOK_CORE];

/// A place where a secret was found that should not be there; `None` when there is none.
pub(crate) fn found_in(place: &str, text: &[u8]) -> Option<String> {
    let holds = |secret: &&&str| text.windows(secret.len()).any(|part| part == secret.as_bytes());
    ALL.iter().find(holds).map(|secret| format!("the planted secret …{secret}… is in {place}"))
}

/// Secrets in requests to the source, except the key of the source.
pub(crate) fn sent_to_source(server: &Server) -> Vec<String> {
    let seen = |request: &Request| {
        let sent = request.to_log_line().replace(KEY_CORE, "");
        found_in("a request to the source", sent.as_bytes())
    };
    server.requests().iter().filter_map(seen).collect()
}

pub(crate) fn sent_to_store(server: &Server) -> Vec<String> {
    let seen = |request: &Request| {
        let mut request = request.clone();
        request.headers.retain(|(name, _)| name != "authorization");
        found_in("a request to the store", request.to_log_line().as_bytes())
    };
    server.requests().iter().filter_map(seen).collect()
}

pub(crate) fn sent_to_channel(server: &Server) -> Vec<String> {
    let seen = |request: &Request| {
        let mut request = Request { target: String::new(), ..request.clone() };
        request.headers.retain(|(name, _)| name != "authorization");
        found_in("an alert", request.to_log_line().as_bytes())
    };
    server.requests().iter().filter_map(seen).collect()
}
