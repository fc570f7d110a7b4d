//! Settings of devices, from outside.

use serde_json::Value;

use crate::device::World;

#[test]
fn wrong_settings_are_reported_at_once() {
    let world = World::new();
    let wrong = [
        ("INTERVAL_SECONDS", "often"),
        ("METRICS_ADDR", "here"),
        ("SPOOL_WHEN_FULL", "panic"),
        ("THERMOMETER_FILE", ""),
    ];
    let (exit, _, log) = world.run(&wrong, &[]);
    assert_eq!(exit, Some(78), "{log}");
    for (name, _) in wrong {
        assert!(log.contains(name), "{name}: {log}");
    }
}

#[test]
fn it_describes_itself() {
    let world = World::new();
    let (exit, description, _) = world.run(&[], &["--describe"]);
    let description: Value = serde_json::from_str(&description).unwrap();
    assert_eq!((exit, &description["kind"]), (Some(0), &"device".into()));
    let variable = |name: &str| {
        let all = description["variables"].as_array().unwrap();
        all.iter().find(|variable| variable["name"] == name).cloned().unwrap_or_default()
    };
    assert_eq!(variable("INTERVAL_SECONDS")["default"], "10");
    assert_eq!(variable("FAILURES_BEFORE_ALERT")["default"], "3");
    assert_eq!(description["records"][0]["columns"][1]["valid"]["max"], 125.0);
    assert_eq!(description["records"][1]["name"], "pipeline_runs");
    assert_eq!(world.run(&[], &["--since", "2026-01-01"]).0, Some(78));
    assert_eq!(world.run(&[], &["--check", "what", "is"]).0, Some(78));
    assert!(world.run(&[], &["--help"]).1.contains("--once"));
}
