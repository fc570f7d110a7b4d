//! Check that some program exports each metric that rules use.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Metrics of programs of this workspace, by source file, with their names in Prometheus.
const REGISTERED: [(&str, &[&str]); 3] = [
    (
        "crates/runner/src/device/metrics.rs",
        &[
            "last_reading_timestamp_seconds",
            "process_start_time_seconds",
            "readings_failed_total",
            "readings_total",
            "records_dropped_total",
            "records_refused_total",
            "records_spooled",
            "records_stored_total",
            "spool_bytes",
            "spool_oldest_seconds",
            "store_up",
        ],
    ),
    (
        "services/status-page/src/metrics.rs",
        &[
            "alerts_open",
            "pipeline_last_run_duration_seconds",
            "pipeline_last_run_failed",
            "pipeline_last_run_records",
            "pipeline_last_run_timestamp_seconds",
            "pipeline_last_success_timestamp_seconds",
            "pipeline_late",
        ],
    ),
    (
        "services/slack-relay/src/site.rs",
        &["slack_relay_dropped_total", "slack_relay_sent_total", "slack_relay_waiting"],
    ),
];

/// Metrics of other programs. Sources: <https://prometheus.io/docs/concepts/jobs_instances/>,
/// <https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics>.
const FOREIGN: [&str; 4] = [
    "kube_job_failed",
    "kube_pod_container_status_terminated_reason",
    "kube_pod_container_status_waiting_reason",
    "up",
];

/// Prefixes and suffixes that programs and Prometheus add to registered names.
const ADDED: [&str; 3] = ["slack_relay_", "_total", "_seconds"];

/// Words of the language that stand where names do.
const WORDS: [&str; 4] = ["and", "or", "unless", "bool"];
/// Words with labels in parentheses behind them.
const GROUPINGS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// Fails where a rule uses a metric that no program exports, or where a metric of this list is exported no more.
pub(super) fn check(rules: &Path, root: &Path) -> Result<(), String> {
    let text = fs::read_to_string(rules).map_err(|error| format!("{}: {error}", rules.display()))?;
    let known: BTreeSet<_> =
        REGISTERED.iter().flat_map(|(_, names)| *names).chain(&FOREIGN).copied().collect();
    let mut faults: Vec<_> = looked_at(&text)?
        .into_iter()
        .filter(|name| !known.contains(name.as_str()))
        .map(|name| format!("a rule uses `{name}`, which no program exports"))
        .collect();
    for (path, names) in REGISTERED {
        // A program that does not exist yet exports nothing.
        let Ok(source) = fs::read_to_string(root.join(path)) else { continue };
        faults.extend(
            names
                .iter()
                .filter(|name| !is_registered(name, &source))
                .map(|name| format!("{path} does not register `{name}`; adapt the rules and this list")),
        );
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// The alerts that no test expects to fire.
pub(super) fn untested(rules: &str, tests: &str) -> Vec<String> {
    let tests: Value = serde_saphyr::from_str(tests).unwrap_or_default();
    let cases = tests.pointer("/tests").and_then(Value::as_array).into_iter().flatten();
    let expected =
        cases.filter_map(|case| case.pointer("/alert_rule_test").and_then(Value::as_array)).flatten();
    let is_expected = |it: &&Value| it.pointer("/exp_alerts/0").is_some();
    let fired: BTreeSet<_> =
        expected.filter(is_expected).filter_map(|it| it.get("alertname")?.as_str()).collect();
    let names = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
    names.filter(|name| !fired.contains(name)).map(str::to_owned).collect()
}

fn is_registered(name: &str, source: &str) -> bool {
    let is_literal = |name: &str| source.contains(&format!("\"{name}\""));
    let shorter = ADDED.iter().fold(name, |name, part| {
        let name = name.strip_prefix(part).unwrap_or(name);
        name.strip_suffix(part).unwrap_or(name)
    });
    is_literal(name) || is_literal(shorter)
}

/// All names of metrics in the expressions of a file of rules.
fn looked_at(text: &str) -> Result<BTreeSet<String>, String> {
    let file: Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    let groups = file.pointer("/groups").and_then(Value::as_array).into_iter().flatten();
    let rules = groups.filter_map(|group| group.pointer("/rules").and_then(Value::as_array)).flatten();
    Ok(rules.filter_map(|rule| rule.get("expr")?.as_str()).flat_map(names).collect())
}

/// The names of metrics in an expression.
fn names(expression: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '"' => after(&rest[1..], '"'),
            '{' => after(rest, '}'),
            '[' => after(rest, ']'),
            _ if first.is_ascii_alphanumeric() || first == '_' => {
                let end =
                    rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(rest.len());
                let (word, behind) = rest.split_at(end);
                let is_called = ["(", "by ", "without "].iter().any(|it| behind.trim_start().starts_with(it));
                if GROUPINGS.contains(&word) {
                    after(behind, ')')
                } else {
                    // A number, such as 1e6, begins with a digit.
                    if !is_called && !WORDS.contains(&word) && !first.is_ascii_digit() {
                        names.insert(word.to_owned());
                    }
                    behind
                }
            }
            _ => rest.get(first.len_utf8()..).unwrap_or_default(),
        };
    }
    names
}

fn after(text: &str, end: char) -> &str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_metrics_are_recognized() {
        let expression = r#"sum by (program, instance) (increase(a_total{reason!~"x|y"}[30m])) > on (program) 1e6 * b
            or (time() - c unless on (instance) up{job="d"} == 0)"#;
        assert_eq!(names(expression).into_iter().collect::<Vec<_>>(), ["a_total", "b", "c", "up"]);
    }

    #[test]
    fn a_metric_that_nobody_tells_is_a_fault() {
        let rules = tempfile::NamedTempFile::new().unwrap();
        let text = "groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: spool_bites > 1\n";
        fs::write(rules.path(), text).unwrap();
        let fault = check(rules.path(), Path::new("/nowhere")).unwrap_err();
        assert_eq!(fault, "a rule uses `spool_bites`, which no program exports");
    }

    #[test]
    fn a_metric_that_a_program_no_longer_registers_is_a_fault() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("services/slack-relay/src");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("site.rs"), r#"register("waiting"); register("sent")"#).unwrap();
        let rules = root.path().join("rules.yaml");
        fs::write(&rules, "groups: []\n").unwrap();
        let fault = check(&rules, root.path()).unwrap_err();
        assert!(
            fault.contains("does not register `slack_relay_dropped_total`") && fault.lines().count() == 1,
            "{fault}"
        );
    }

    #[test]
    fn a_rule_that_no_test_sees_fire_is_named() {
        let rules = "      - alert: A\n      - alert: B\n";
        let tests = "tests:\n  - alert_rule_test:\n      - { alertname: A, exp_alerts: [{}] }\n      - { alertname: B, exp_alerts: [] }\n";
        assert_eq!(untested(rules, tests), ["B"]);
    }
}
