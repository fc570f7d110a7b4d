//! Tests of alerts: recipients and repetitions.

use http_sim::{FailureMode, InjectedFault};
use testkit::world::{NOBODY, World};

use super::{expect_exit, failing_world, world};
use testkit::Program;

use crate::trials::{Test, tests};

pub(crate) const TESTS: &[Test] = tests! {
    a_failure_is_told_once_and_its_end_once
    the_next_failure_is_told_again
    a_run_that_works_is_not_told
    two_runs_that_fail_at_once_are_told_once
    a_failure_that_slack_did_not_take_is_told_by_the_next_run
    a_failure_told_while_slack_is_down_is_told_by_the_next_run
    a_recovery_that_slack_did_not_take_is_told_by_the_next_run
    a_message_that_may_have_arrived_is_not_sent_again
    without_a_place_to_remember_each_failure_is_told_and_no_recovery
    a_database_that_is_away_is_told_once_and_its_end_once
    wrong_settings_of_a_store_are_told_once_and_their_end_once
    without_a_channel_a_failure_is_still_a_failure
    a_bot_tells_what_a_webhook_tells
};

const CONFIGURATION: i32 = 78;
const TEMPORARY: i32 = 75;

fn a_failure_is_told_once_and_its_end_once(program: &Program) {
    let world = failing_world(program);
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

fn the_next_failure_is_told_again(program: &Program) {
    let world = failing_world(program);
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.source().clear_faults();
    expect_exit(&world.run(&[]), 0);
    world.source().set_fault(InjectedFault::always(FailureMode::Html));
    expect_exit(&world.run(&[]), 65);
    expect_alerts(&world, &["failed", "works again", "failed"]);
}

fn a_run_that_works_is_not_told(program: &Program) {
    let world = world(program);
    expect_exit(&world.run(&[]), 0);
    expect_alerts(&world, &[]);
}

fn two_runs_that_fail_at_once_are_told_once(program: &Program) {
    let world = failing_world(program);
    let running = [world.start(&[]), world.start(&[])];
    for running in running {
        expect_exit(&world.end(running), CONFIGURATION);
    }
    expect_alerts(&world, &["failed"]);

    world.source().clear_faults();
    expect_exit(&world.run(&[]), 0);
    expect_alerts(&world, &["failed", "works again"]);
}

fn a_failure_that_slack_did_not_take_is_told_by_the_next_run(program: &Program) {
    let world = failing_world(program);
    world.channel().set_fault(InjectedFault::always(FailureMode::Status(404)));
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.channel().clear_faults();
    expect_exit(&world.run(&[]), CONFIGURATION);
    expect_alerts(&world, &["failed"]);
}

fn a_failure_told_while_slack_is_down_is_told_by_the_next_run(program: &Program) {
    let mut world = failing_world(program);
    world.set("SLACK_WEBHOOK_URL", &format!("{NOBODY}/services/x"));
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.set("SLACK_WEBHOOK_URL", "{{slack}}");
    expect_exit(&world.run(&[]), CONFIGURATION);
    expect_alerts(&world, &["failed"]);
}

fn a_recovery_that_slack_did_not_take_is_told_by_the_next_run(program: &Program) {
    let world = failing_world(program);
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.source().clear_faults();
    world.channel().set_fault(InjectedFault::always(FailureMode::Status(404)));
    expect_exit(&world.run(&[]), 0);
    world.channel().clear_faults();
    expect_exit(&world.run(&[]), 0);
    expect_alerts(&world, &["failed", "works again"]);
}

fn a_message_that_may_have_arrived_is_not_sent_again(program: &Program) {
    let mut world = failing_world(program);
    world.set("HTTP_TIMEOUT_SECONDS", "0.7");
    world.channel().set_fault(InjectedFault::always(FailureMode::Stall));
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.channel().clear_faults();
    expect_exit(&world.run(&[]), CONFIGURATION);
    assert_eq!(world.channel().requests().len(), 1);
}

fn without_a_place_to_remember_each_failure_is_told_and_no_recovery(program: &Program) {
    let mut world = failing_world(program);
    let file = world.given("a-file", "where a folder would have to be").display().to_string();
    world.set("SQLITE_PATH", &format!("{file}/platform.db"));
    world.set("SPOOL_DIR", &file);
    expect_exit(&world.run(&[]), CONFIGURATION);
    expect_exit(&world.run(&[]), CONFIGURATION);
    world.source().clear_faults();
    expect_exit(&world.run(&[]), 0);
    expect_alerts(&world, &["failed", "failed"]);
}

fn a_database_that_is_away_is_told_once_and_its_end_once(program: &Program) {
    let mut world = world(program);
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

fn wrong_settings_of_a_store_are_told_once_and_their_end_once(program: &Program) {
    let mut world = world(program);
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

fn without_a_channel_a_failure_is_still_a_failure(program: &Program) {
    let mut world = failing_world(program);
    world.set("SLACK_WEBHOOK_URL", "");
    expect_exit(&world.run(&[]), CONFIGURATION);
    expect_alerts(&world, &[]);
}

fn a_bot_tells_what_a_webhook_tells(program: &Program) {
    let mut world = failing_world(program);
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
