//! Faults on request: kind, number of requests, and path.

use std::str::FromStr;
use std::time::Duration;

use serde_json::{Value, json};

use crate::{Delivery, Reply, Request, Service};

/// A fault of all requests or the first few, on all or some paths.
///
/// It is written `KIND[:N][@PATH]`: `503`, `reset:2`, `html@/points`, `429:1@/data/2.5/weather`. N counts only matching
/// requests; PATH is any part of path and query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InjectedFault {
    kind: FailureMode,
    left: Option<u32>,
    at: Option<String>,
}

/// Kind of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureMode {
    /// Reply with this status. 429 and 503 come with `Retry-After: 1`, 502 with the HTML page of a proxy.
    Status(u16),
    /// 429 without a `Retry-After`.
    TooManyWithoutWait,
    /// Reset of the connection after the request was read.
    Reset,
    /// No reply.
    Stall,
    /// Correct reply, one byte a second.
    Trickle,
    /// Half of the correct reply, with the `content-length` of all of it.
    Truncate,
    /// Half of the correct reply, as a complete reply.
    CutJson,
    /// A 200 with an HTML page.
    Html,
    /// A 200 with no body.
    Empty,
    /// A 200 with endless JSON.
    Huge,
    /// 302 to the same address.
    RedirectLoop,
    /// A 200 with invalid JSON.
    GarbageJson,
    /// Correct reply with every number and boolean as text, and every text as a number.
    WrongTypes,
}

/// Kinds with their names.
const WORDS: [(&str, FailureMode); 20] = [
    ("400", FailureMode::Status(400)),
    ("401", FailureMode::Status(401)),
    ("403", FailureMode::Status(403)),
    ("404", FailureMode::Status(404)),
    ("429", FailureMode::Status(429)),
    ("429-no-wait", FailureMode::TooManyWithoutWait),
    ("500", FailureMode::Status(500)),
    ("502", FailureMode::Status(502)),
    ("503", FailureMode::Status(503)),
    ("reset", FailureMode::Reset),
    ("stall", FailureMode::Stall),
    ("trickle", FailureMode::Trickle),
    ("truncate", FailureMode::Truncate),
    ("cut-json", FailureMode::CutJson),
    ("html", FailureMode::Html),
    ("empty", FailureMode::Empty),
    ("huge", FailureMode::Huge),
    ("redirect-loop", FailureMode::RedirectLoop),
    ("garbage-json", FailureMode::GarbageJson),
    ("wrong-types", FailureMode::WrongTypes),
];

/// An invalid description of a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseFaultError {
    /// Unknown kind.
    #[error("unknown fault `{word}`; there are: {}", FailureMode::words().collect::<Vec<_>>().join(", "))]
    UnknownKind {
        /// The invalid text.
        word: String,
    },
    /// The count is not a number.
    #[error("`{text}` is not a number of requests")]
    BadCount {
        /// The invalid text.
        text: String,
    },
}

impl FailureMode {
    /// Names of all kinds.
    pub fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|(word, _)| *word)
    }
}

impl InjectedFault {
    /// Creates a fault of every request.
    pub fn always(kind: FailureMode) -> Self {
        Self { kind, left: None, at: None }
    }

    /// Limits the fault to the first `requests` matching requests.
    #[must_use]
    pub fn times(self, requests: u32) -> Self {
        Self { left: Some(requests), ..self }
    }

    /// Limits the fault to requests whose path and query contain `part`.
    #[must_use]
    pub fn at(self, part: &str) -> Self {
        Self { at: Some(part.to_owned()), ..self }
    }

    /// Kind of fault for a request, which is counted.
    pub(crate) fn applies_to(&mut self, request: &Request) -> Option<FailureMode> {
        if self.at.as_ref().is_some_and(|part| !request.target.contains(part)) {
            return None;
        }
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(1)?;
        }
        Some(self.kind)
    }
}

impl FromStr for InjectedFault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (what, at) = text.split_once('@').map_or((text, None), |(what, at)| (what, Some(at)));
        let (word, count) = what.split_once(':').map_or((what, None), |(word, count)| (word, Some(count)));
        let Some((_, kind)) = WORDS.iter().find(|(known, _)| *known == word) else {
            return Err(ParseFaultError::UnknownKind { word: word.to_owned() });
        };
        let bad_count = |text: &str| ParseFaultError::BadCount { text: text.to_owned() };
        let left = count.map(|text| text.parse().map_err(|_| bad_count(text))).transpose()?;
        Ok(Self { kind: *kind, left, at: at.map(str::to_owned) })
    }
}

/// Reply to a request with a fault. The service is called only if the fault needs its reply, so a store that fails with
/// 503 has stored nothing.
pub(crate) fn inject(kind: FailureMode, request: &Request, service: &dyn Service) -> Reply {
    match kind {
        FailureMode::Status(502) => Reply::new(502, "text/html", HTML),
        FailureMode::Status(status @ (429 | 503)) => refusal(status).header("retry-after", "1"),
        FailureMode::Status(status) => refusal(status),
        FailureMode::TooManyWithoutWait => refusal(429),
        FailureMode::Reset => Reply::empty(200).delivered(Delivery::Reset),
        FailureMode::Stall => Reply::empty(200).delivered(Delivery::Never),
        FailureMode::Trickle => service.reply(request).delivered(Delivery::Trickled(Duration::from_secs(1))),
        FailureMode::Truncate => service.reply(request).delivered(Delivery::Truncated),
        FailureMode::CutJson => cut(service.reply(request)),
        FailureMode::Html => Reply::new(200, "text/html", HTML),
        FailureMode::Empty => Reply::empty(200).header("content-type", "application/json"),
        FailureMode::Huge => Reply::new(200, "application/json", "[0").delivered(Delivery::Endless),
        FailureMode::RedirectLoop => Reply::empty(302).header("location", &request.target),
        FailureMode::GarbageJson => Reply::new(200, "application/json", "{\"oops\": \u{1}"),
        FailureMode::WrongTypes => retype(service.reply(request)),
    }
}

const HTML: &str = "<!DOCTYPE html><html><head><title>Bad gateway</title></head>\
    <body><h1>Bad gateway</h1><p>The server is having a bad day.</p></body></html>";

fn refusal(status: u16) -> Reply {
    Reply::json(status, &json!({"message": format!("fault on request: {status}")}))
}

fn cut(mut reply: Reply) -> Reply {
    reply.body = reply.body.slice(..reply.body.len() / 2);
    reply
}

fn retype(mut reply: Reply) -> Reply {
    if let Ok(value) = serde_json::from_slice(&reply.body) {
        reply.body = swap_types(value).to_string().into();
    }
    reply
}

fn swap_types(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Bool(flag) => Value::String(flag.to_string()),
        Value::String(text) => Value::from(text.len()),
        Value::Array(items) => items.into_iter().map(swap_types).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, swap_types(value))).collect()
        }
        Value::Null => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_from_its_short_form() {
        let fault: InjectedFault = "429:2@/weather?q=".parse().unwrap();
        assert_eq!(fault, InjectedFault::always(FailureMode::Status(429)).times(2).at("/weather?q="));
        assert_eq!("stall".parse(), Ok(InjectedFault::always(FailureMode::Stall)));
    }

    #[test]
    fn an_unknown_fault_is_refused_with_the_known_ones() {
        let error = "explode".parse::<InjectedFault>().unwrap_err().to_string();
        assert!(error.contains("`explode`") && error.contains("redirect-loop"), "{error}");
        assert!("503:many".parse::<InjectedFault>().is_err());
    }

    #[test]
    fn a_fault_counts_only_matching_requests() {
        let request = |target| Request::decode("GET", target, Vec::new(), b"", "").unwrap();
        let mut fault: InjectedFault = "503:1@/b".parse().unwrap();
        let struck: Vec<_> =
            ["/a", "/b", "/b"].map(|target| fault.applies_to(&request(target)).is_some()).into();
        assert_eq!(struck, [false, true, false]);
    }
}
