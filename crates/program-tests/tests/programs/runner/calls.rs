//! Arguments of a program.

use http_sim::{FailureMode, InjectedFault};
use serde_json::Value;

use super::{expect_exit, failing_world, world};
use testkit::Program;

use crate::trials::{Test, tests};

pub(crate) const TESTS: &[Test] = tests! {
    an_unknown_flag_is_refused
    history_is_refused_where_there_is_none
    the_version_is_told
    the_help_has_own_settings_and_a_line_for_each_group
    the_help_of_everything_lists_every_variable
    the_description_tells_variables_and_records
    a_description_needs_no_settings
    a_check_tells_a_line_for_each_thing_and_changes_nothing
    a_test_alert_goes_to_every_channel_and_needs_no_key_of_the_source
    a_check_tells_all_that_is_wrong
    a_check_that_may_work_later_says_so_by_its_exit
};

fn an_unknown_flag_is_refused(program: &Program) {
    let outcome = world(program).run(&["--dryrun"]);
    expect_exit(&outcome, 78);
    assert!(outcome.stderr.contains("--dryrun"), "{}", outcome.stderr);
}

fn history_is_refused_where_there_is_none(program: &Program) {
    let world = world(program);
    let outcome = world.run(&["--since", "2026-02-01"]);
    expect_exit(&outcome, 78);
    assert!(outcome.stderr.contains("--since"), "{}", outcome.stderr);
    assert!(world.source().requests().is_empty());
}

fn the_version_is_told(program: &Program) {
    let outcome = world(program).run(&["--version"]);
    expect_exit(&outcome, 0);
    assert_eq!(outcome.stdout, format!("openweather-current {}\n", env!("CARGO_PKG_VERSION")));
}

fn the_help_has_own_settings_and_a_line_for_each_group(program: &Program) {
    let help = world(program).run(&["--help"]);
    expect_exit(&help, 0);
    for there in ["  OPENWEATHER_KEY ", "  stores ", "  alerts ", "--replay-dead-letters", "  78 "] {
        assert!(help.stdout.contains(there), "{there} is not in\n{}", help.stdout);
    }
    assert!(!help.stdout.contains("INFLUXDB_TOKEN"), "{}", help.stdout);
    let stores = world(program).run(&["--help", "stores"]);
    expect_exit(&stores, 0);
    assert!(stores.stdout.contains("  INFLUXDB_TOKEN "), "{}", stores.stdout);
    expect_exit(&world(program).run(&["--help", "shops"]), 78);
}

fn the_help_of_everything_lists_every_variable(program: &Program) {
    let world = world(program);
    let help = world.run(&["--help", "all"]);
    expect_exit(&help, 0);
    for variable in members(&description(program), "/variables", "name") {
        assert!(help.stdout.contains(&format!("  {variable}")), "{variable} is not in\n{}", help.stdout);
    }
}

fn the_description_tells_variables_and_records(program: &Program) {
    let description = description(program);
    let text = |path: &str| description.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    assert_eq!((text("/name").as_str(), text("/kind").as_str()), ("openweather-current", "job"));
    let variables = members(&description, "/variables", "name");
    for name in ["OPENWEATHER_KEY", "CITY", "MEASUREMENT", "INFLUXDB_TOKEN", "SPOOL_DIR", "CONFIG_FILE"] {
        assert!(variables.iter().any(|variable| variable == name), "{name} is not among {variables:?}");
    }
    assert_eq!(members(&description, "/records", "name"), ["weather", "pipeline_runs"]);
    let secrets = description.pointer("/variables").and_then(Value::as_array).into_iter().flatten();
    let secrets = secrets.filter(|variable| variable.get("secret") == Some(&Value::Bool(true)));
    let secrets: Vec<_> = secrets.filter_map(|variable| variable.get("name")?.as_str()).collect();
    assert!(secrets.contains(&"OPENWEATHER_KEY") && secrets.contains(&"SLACK_WEBHOOK_URL"), "{secrets:?}");
}

fn a_description_needs_no_settings(program: &Program) {
    let mut world = world(program);
    world.set("OPENWEATHER_KEY", "");
    world.set("CITY", "");
    expect_exit(&world.run(&["--describe"]), 0);
    assert!(world.written().is_empty() && world.channel().requests().is_empty());
}

fn a_check_tells_a_line_for_each_thing_and_changes_nothing(program: &Program) {
    let world = world(program);
    let outcome = world.run(&["--check"]);
    expect_exit(&outcome, 0);
    for what in ["configuration", "source", "store influxdb", "alerts slack"] {
        let is_printed = outcome.stdout.lines().any(|line| line.starts_with("ok") && line.contains(what));
        assert!(is_printed, "{what} is not printed\n{}", outcome.stdout);
    }
    assert_eq!((world.lines() + &world.report_lines(), world.alerts().len()), (String::new(), 0));
    assert!(world.written().is_empty(), "{:?}", world.written());
    let requests = world.channel().requests();
    let calls: Vec<_> = requests.iter().map(|request| (&*request.method, &*request.path)).collect();
    assert_eq!(calls, [("HEAD", "/")], "the address of a webhook is called");
}

fn a_test_alert_goes_to_every_channel_and_needs_no_key_of_the_source(program: &Program) {
    let mut world = world(program);
    world.set("OPENWEATHER_KEY", "");
    let outcome = world.run(&["--test-alert"]);
    expect_exit(&outcome, 0);
    assert!(outcome.stdout.contains("test alert"), "{}", outcome.stdout);
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert!(alerts[0].contains("Test alert of openweather-current"), "{alerts:?}");
}

fn a_check_tells_all_that_is_wrong(program: &Program) {
    let mut world = failing_world(program);
    world.set("INFLUXDB_BUCKET", "none-of-this-name");
    world.channel().set_fault(InjectedFault::always(FailureMode::Reset));
    let outcome = world.run(&["--check"]);
    expect_exit(&outcome, 78);
    let failed = outcome.stdout.lines().filter(|line| line.starts_with("FAILED")).count();
    assert_eq!(failed, 3, "{}", outcome.stdout);
    assert_eq!(world.alerts().len(), 0, "a check alerts no one");
}

fn a_check_that_may_work_later_says_so_by_its_exit(program: &Program) {
    let world = world(program);
    world.source().set_fault(InjectedFault::always(FailureMode::Status(500)));
    expect_exit(&world.run(&["--check"]), 75);
}

fn description(program: &Program) -> Value {
    let outcome = world(program).run(&["--describe"]);
    expect_exit(&outcome, 0);
    serde_json::from_str(&outcome.stdout).expect("the description is JSON")
}

fn members(description: &Value, list: &str, member: &str) -> Vec<String> {
    let list = description.pointer(list).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|item| item.get(member)?.as_str().map(str::to_owned)).collect()
}
