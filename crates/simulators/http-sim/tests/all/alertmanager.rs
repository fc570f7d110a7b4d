//! Tests of the simulated Alertmanager.

use crate::client::{get, post};
use http_sim::Server;
use http_sim::services::AlertmanagerSim;
use serde_json::json;

#[test]
fn alerts_with_the_same_labels_are_merged_and_a_wrong_one_is_rejected() {
    let alertmanager = AlertmanagerSim::new();
    let server = Server::start(alertmanager.clone()).unwrap();
    let url = format!("{}/api/v2/alerts", server.url());
    let alert = |name: &str, end: &str| json!({"labels": {name: "x"}, "startsAt": "2026-08-20T07:00:00Z", "endsAt": end});
    let send = |alerts: serde_json::Value| post(&url, &[], alerts.to_string().as_bytes()).status;
    assert_eq!(send(json!([alert("a", "2026-08-21T07:00:00Z"), alert("b", "2026-08-21T07:00:00Z")])), 200);
    assert_eq!(send(json!([alert("a", "2026-08-20T08:00:00Z")])), 200);
    assert_eq!(
        send(json!([alert("not-a-name", "2026-08-20T08:00:00Z"), alert("c", "2026-08-20T08:00:00Z")])),
        400
    );
    assert_eq!(send(json!([alert("d", "2026-08-20T06:00:00Z")])), 400);
    assert_eq!(send(json!({})), 400);
    assert_eq!(alertmanager.alerts().len(), 3);
    assert_eq!(get(&url).json()[0]["endsAt"], "2026-08-20T08:00:00Z");
    assert_eq!(get(&format!("{}/api/v2/status", server.url())).status, 200);
}
