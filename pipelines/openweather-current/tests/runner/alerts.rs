//! Tests of alerts: recipients and repetitions.

use http_sim::{FailureMode, InjectedFault};
use testkit::world::{NOBODY, World};

use crate::{expect_exit, failing_world, world};

const CONFIGURATION: i32 = 78;
const TEMPORARY: i32 = 75;

#[test]
fn a_failure_is_one_alert_with_one_resolution() {
    let world = failing_world();
    for _ in 0..3 {
        expect_exit(&world.run(&[]), CONFIGURATION);
    }
    expect_alerts(&world, &["openweather-current failed at extract"]);

    world.source().clear_faults();
    for _ in 0..2 {
        expect_exit(&world.run(&[]), 0);
    }
    expect_alerts(&world, &["openweather-current failed at extract", "openweather-current works again"]);
}

#[test]
fn the_next_failure_alerts_again() {
    let world = failing_world();
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.source().clear_faults();
    expect_exit(&world.run(&[]), 0);
    world.source().set_fault(InjectedFault::always(FailureMode::Html));
    expect_exit(&world.run(&[]), 65);
    expect_alerts(&world, &["failed", "works again", "failed"]);
}

#[test]
fn a_successful_run_sends_no_alert() {
    let world = world();
    expect_exit(&world.run(&[]), 0);
    expect_alerts(&world, &[]);
}

#[test]
fn two_runs_that_fail_at_once_are_one_alert() {
    let world = failing_world();
    let running = [world.start(&[]), world.start(&[])];
    for running in running {
        expect_exit(&world.end(running), CONFIGURATION);
    }
    expect_alerts(&world, &["failed"]);

    world.source().clear_faults();
    expect_exit(&world.run(&[]), 0);
    expect_alerts(&world, &["failed", "works again"]);
}

#[test]
fn a_failure_alert_rejected_by_slack_is_sent_by_the_next_run() {
    let world = failing_world();
    world.channel().set_fault(InjectedFault::always(FailureMode::Status(404)));
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.channel().clear_faults();
    expect_exit(&world.run(&[]), CONFIGURATION);
    expect_alerts(&world, &["failed"]);
}

#[test]
fn a_failure_alert_during_an_outage_of_slack_is_sent_by_the_next_run() {
    let mut world = failing_world();
    world.set("SLACK_WEBHOOK_URL", &format!("{NOBODY}/services/x"));
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.set("SLACK_WEBHOOK_URL", "{{slack}}");
    expect_exit(&world.run(&[]), CONFIGURATION);
    expect_alerts(&world, &["failed"]);
}

#[test]
fn a_recovery_rejected_by_slack_is_sent_by_the_next_run() {
    let world = failing_world();
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.source().clear_faults();
    world.channel().set_fault(InjectedFault::always(FailureMode::Status(404)));
    expect_exit(&world.run(&[]), 0);
    world.channel().clear_faults();
    expect_exit(&world.run(&[]), 0);
    expect_alerts(&world, &["failed", "works again"]);
}

#[test]
fn a_message_that_may_have_arrived_is_not_sent_again() {
    let mut world = failing_world();
    world.set("HTTP_TIMEOUT_SECONDS", "0.7");
    world.channel().set_fault(InjectedFault::always(FailureMode::Stall));
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.channel().clear_faults();
    expect_exit(&world.run(&[]), CONFIGURATION);
    assert_eq!(world.channel().requests().len(), 1);
}

#[test]
fn without_state_each_failure_alerts_and_no_recovery_does() {
    let mut world = failing_world();
    let file = world.given("a-file", "where a folder would have to be").display().to_string();
    world.set("SQLITE_PATH", &format!("{file}/platform.db"));
    world.set("SPOOL_DIR", &file);
    expect_exit(&world.run(&[]), CONFIGURATION);
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.source().clear_faults();
    expect_exit(&world.run(&[]), 0);
    expect_alerts(&world, &["failed", "failed"]);
}

#[test]
fn an_unavailable_database_is_one_alert_with_one_resolution() {
    let mut world = world();
    world.use_embedded_store();
    world.set("POSTGRES_URL", "postgres://me:secret@127.0.0.1:1/data?sslmode=disable");
    for _ in 0..2 {
        expect_exit(&world.run(&[]), TEMPORARY);
    }
    expect_alerts(&world, &["openweather-current failed at load"]);

    world.set("POSTGRES_URL", "");
    for _ in 0..2 {
        expect_exit(&world.run(&[]), 0);
    }
    expect_alerts(&world, &["failed at load", "works again"]);
}

#[test]
fn wrong_settings_of_a_store_are_one_alert_with_one_resolution() {
    let mut world = world();
    world.set("SINK", "no-such-store");
    for _ in 0..2 {
        expect_exit(&world.run(&[]), CONFIGURATION);
    }
    world.set("SINK", "");
    for _ in 0..2 {
        expect_exit(&world.run(&[]), 0);
    }
    expect_alerts(&world, &["failed at configure", "works again"]);
}

#[test]
fn without_a_channel_a_failure_is_still_a_failure() {
    let mut world = failing_world();
    world.set("SLACK_WEBHOOK_URL", "");
    expect_exit(&world.run(&[]), CONFIGURATION);
    expect_alerts(&world, &[]);
}

#[test]
fn a_bot_sends_the_messages_of_a_webhook() {
    let mut world = failing_world();
    world.set("SLACK_WEBHOOK_URL", "");
    world.set("SLACK_URL", world.channel().url().to_owned().as_str());
    world.set("SLACK_TOKEN", testkit::secrets::BOT);
    world.set("SLACK_CHANNEL", "#alerts");
    expect_exit(&world.run(&[]), CONFIGURATION);
    expect_alerts(&world, &["openweather-current failed at extract"]);
}

/// The alerts so far say these things, in this order.
#[track_caller]
fn expect_alerts(world: &World, expected: &[&str]) {
    let alerts = world.alerts();
    let fits = alerts.len() == expected.len()
        && alerts.iter().zip(expected).all(|(alert, expected)| alert.contains(expected));
    assert!(fits, "expected {expected:?}, got {alerts:#?}");
}
