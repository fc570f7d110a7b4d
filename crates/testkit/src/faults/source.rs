//! A source that fails. Nothing is stored but the run report, and one alert is sent.

use http_sim::{FailureMode, InjectedFault};

use super::{CONFIGURATION, DATA, SHORT, TEMPORARY, expect_exit, expect_failure, expected, typical};
use crate::Program;
use crate::replay::Case;
use crate::world::{NOBODY, World};

/// 401.
pub fn a_refused_key_is_for_a_person(program: &Program) {
    each_request_fails(program, FailureMode::Status(401), CONFIGURATION);
}

/// 403.
pub fn a_forbidden_call_is_for_a_person(program: &Program) {
    each_request_fails(program, FailureMode::Status(403), CONFIGURATION);
}

/// 404.
pub fn an_address_that_is_not_found_is_for_a_person(program: &Program) {
    each_request_fails(program, FailureMode::Status(404), CONFIGURATION);
}

/// 429 without `Retry-After`.
pub fn too_many_calls_pass(program: &Program) {
    each_request_fails(program, FailureMode::TooManyWithoutWait, TEMPORARY);
}

/// 429 with `Retry-After`.
pub fn too_many_calls_with_a_wait_pass(program: &Program) {
    each_request_fails(program, FailureMode::Status(429), TEMPORARY);
}

/// 500.
pub fn a_server_error_passes(program: &Program) {
    each_request_fails(program, FailureMode::Status(500), TEMPORARY);
}

/// 503.
pub fn a_source_in_maintenance_passes(program: &Program) {
    each_request_fails(program, FailureMode::Status(503), TEMPORARY);
}

/// 502 with a page of HTML.
pub fn a_bad_gateway_passes(program: &Program) {
    each_request_fails(program, FailureMode::Status(502), TEMPORARY);
}

/// Nobody listens.
pub fn a_refused_connection_passes(program: &Program) {
    let mut world = typical(program);
    let source = Case::typical(program).source;
    world.set(&source, NOBODY);
    expect_failed_extract(&world, TEMPORARY);
}

/// RST after the request.
pub fn a_reset_connection_passes(program: &Program) {
    each_request_fails(program, FailureMode::Reset, TEMPORARY);
}

/// No answer.
pub fn a_stalled_reply_passes(program: &Program) {
    each_request_fails(program, FailureMode::Stall, TEMPORARY);
}

/// One byte a second.
pub fn a_trickling_reply_passes(program: &Program) {
    each_request_fails(program, FailureMode::Trickle, TEMPORARY);
}

/// Half of what `content-length` says.
pub fn a_truncated_reply_passes(program: &Program) {
    each_request_fails(program, FailureMode::Truncate, TEMPORARY);
}

/// Half of the JSON, framed as a whole.
pub fn json_cut_short_is_bad_data(program: &Program) {
    each_request_fails(program, FailureMode::CutJson, DATA);
}

/// Invalid JSON with the content type of JSON is bad data.
pub fn json_that_is_none_is_bad_data(program: &Program) {
    each_request_fails(program, FailureMode::GarbageJson, DATA);
}

/// 200 and a page.
pub fn an_html_page_is_bad_data(program: &Program) {
    each_request_fails(program, FailureMode::Html, DATA);
}

/// 200 and nothing.
pub fn an_empty_reply_is_bad_data(program: &Program) {
    each_request_fails(program, FailureMode::Empty, DATA);
}

/// A body without end.
pub fn an_endless_reply_is_bad_data(program: &Program) {
    let mut world = typical(program);
    // Eight megabytes of an unoptimized program beside many others take longer than other replies.
    world.set("HTTP_TIMEOUT_SECONDS", "30");
    world.source().set_fault(InjectedFault::always(FailureMode::Huge));
    expect_failed_extract(&world, DATA);
}

/// A redirect to itself.
pub fn redirects_without_end_are_bad_data(program: &Program) {
    each_request_fails(program, FailureMode::RedirectLoop, DATA);
}

/// Numbers as text, text as numbers.
pub fn wrong_types_are_bad_data(program: &Program) {
    each_request_fails(program, FailureMode::WrongTypes, DATA);
}

/// A fault of the first request alone costs one retry and sends no alert.
pub fn a_fault_that_passes_in_time_raises_no_alert(program: &Program) {
    for kind in [FailureMode::Status(503), FailureMode::Reset] {
        let mut world = typical(program);
        world.set("RETRY_BUDGET_SECONDS", "20");
        world.source().set_fault(InjectedFault::always(kind).times(1));
        expect_exit(&world.run(&[]), 0);
        assert_eq!(world.stored(), expected(program));
        let retries = world.report().and_then(|report| report.get("retries")?.as_i64());
        assert_eq!(retries, Some(1));
        assert_eq!(world.alerts(), [""; 0]);
    }
}

/// The fault strikes at each of the requests a run makes, each in a world of its own.
fn each_request_fails(program: &Program, kind: FailureMode, exit: i32) {
    for path in paths(program) {
        let mut world = typical(program);
        if matches!(kind, FailureMode::Stall | FailureMode::Trickle) {
            world.set("HTTP_TIMEOUT_SECONDS", SHORT);
        }
        world.source().set_fault(InjectedFault::always(kind).at(&path));
        expect_failed_extract(&world, exit);
    }
}

fn expect_failed_extract(world: &World, exit: i32) {
    let outcome = world.run(&[]);
    expect_failure(world, &outcome, exit, "extract");
    assert_eq!(world.stored(), "", "a source that failed left records");
    assert_eq!(world.report_lines().lines().count(), 1, "the run report is in the store");
}

/// The paths that a run asks its source for, in their order.
fn paths(program: &Program) -> Vec<String> {
    let world = typical(program);
    expect_exit(&world.run(&[]), 0);
    let requests = world.source().requests().into_iter();
    let mut paths: Vec<_> = requests.map(|request| before_query(&request.target)).collect();
    paths.dedup();
    paths
}

fn before_query(target: &str) -> String {
    target.split('?').next().unwrap_or_default().to_owned()
}
