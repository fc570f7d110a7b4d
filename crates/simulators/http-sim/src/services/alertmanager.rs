//! Alertmanager: the part of its API v2 for posting and reading alerts.
//!
//! Source: <https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Reply, Request, Service};

/// An Alertmanager with the last version of each alert. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct AlertmanagerSim {
    alerts: Arc<Mutex<BTreeMap<String, Value>>>,
}

impl AlertmanagerSim {
    /// Creates an Alertmanager without alerts.
    pub fn new() -> Self {
        Self::default()
    }

    /// The alerts, one per set of labels.
    pub fn alerts(&self) -> Vec<Value> {
        self.alerts.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Stores the valid alerts, and reports the first invalid one.
    fn take(&self, request: &Request) -> Reply {
        let Some(sent) = request.json().and_then(|body| body.as_array().cloned()) else {
            return Reply::json(400, &json!({"code": 400, "message": "parsing alerts body failed"}));
        };
        let (right, wrong): (Vec<_>, Vec<_>) = sent.into_iter().partition(|alert| fault(alert).is_none());
        let mut alerts = self.alerts.lock().unwrap_or_else(PoisonError::into_inner);
        let labels = |alert: &Value| alert.get("labels").map(Value::to_string).unwrap_or_default();
        alerts.extend(right.into_iter().map(|alert| (labels(&alert), alert)));
        match wrong.iter().find_map(fault) {
            Some(fault) => Reply::json(400, &json!(fault)),
            None => Reply::text(200, ""),
        }
    }
}

impl Service for AlertmanagerSim {
    fn reply(&self, request: &Request) -> Reply {
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/api/v2/alerts") => self.take(request),
            ("GET", "/api/v2/alerts") => Reply::json(200, &json!(self.alerts())),
            ("GET", "/api/v2/status") => {
                let cluster = json!({"status": "disabled", "peers": []});
                let version = json!({"version": "0.28.1"});
                Reply::json(
                    200,
                    &json!({"cluster": cluster, "versionInfo": version, "config": {"original": ""}}),
                )
            }
            (_, "/api/v2/alerts" | "/api/v2/status") => Reply::text(405, "method not allowed"),
            _ => Reply::text(404, "page not found"),
        }
    }
}

fn fault(alert: &Value) -> Option<&'static str> {
    let Some(labels) = alert.get("labels").and_then(Value::as_object).filter(|labels| !labels.is_empty())
    else {
        return Some("at least one label pair required");
    };
    let is_name = |name: &String| {
        let mut all = name.chars();
        all.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && all.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if !labels.iter().all(|(name, value)| is_name(name) && value.is_string()) {
        return Some("invalid label set");
    }
    let time = |name: &str| alert.get(name).map(|time| time.as_str().and_then(|time| time.parse().ok()));
    let times: [Option<Option<Timestamp>>; 2] = [time("startsAt"), time("endsAt")];
    match times {
        [Some(None), _] | [_, Some(None)] => Some("invalid time"),
        [Some(Some(start)), Some(Some(end))] if end < start => Some("start time must be before end time"),
        _ => None,
    }
}
