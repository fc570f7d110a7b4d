//! Refused rows, for each kind of response, and the number of requests that finds them.

use std::collections::BTreeSet;

use fault::{Fault, Kind};
use http_sim::Reply;
use record::Batch;
use sink::Sink;

use crate::server::{Reading, Server, noted, readings, refusal};

/// Writes, and returns the refused rows, their reasons, and the number of requests. Each row that is not refused must
/// have been in a request the server took.
async fn refused(server: &Server, readings: &[Reading]) -> (Vec<usize>, Vec<String>, usize) {
    let written = server.sink().write(&Batch::of(readings)).await.unwrap();
    let taken = server.taken();
    let times: BTreeSet<&str> = taken.iter().filter_map(|line| line.rsplit(' ').next()).collect();
    for (row, reading) in readings.iter().enumerate() {
        let is_refused = written.refused.iter().any(|refused| refused.row == row);
        assert!(
            is_refused || times.contains(reading.at.as_nanosecond().to_string().as_str()),
            "row {row} is lost"
        );
    }
    let (rows, reasons) = written.refused.into_iter().map(|refused| (refused.row, refused.reason)).unzip();
    (rows, reasons, server.writes().len())
}

fn is_noted(line: &str) -> bool {
    line.contains("note=")
}

fn count(lines: &[String], is_bad: impl Fn(&str) -> bool) -> usize {
    lines.iter().filter(|line| is_bad(line)).count()
}

/// The field `note`, sent as text where the store has a float.
fn conflict(dropped: usize) -> Reply {
    let message = format!(
        "failure writing points to database: partial write: field type conflict: input field \"note\" on measurement \
         \"cpu\" is type string, already exists as type float dropped={dropped}"
    );
    refusal(422, &message)
}

const CONFLICT: &str = "`note` is sent as string, but `cpu` has it as float";

#[tokio::test]
async fn a_line_the_server_quotes_is_refused_and_the_others_written() {
    let server = Server::answering(|lines| {
        let line = lines.iter().find(|line| line.contains("h3 "))?;
        Some(refusal(400, &format!("unable to parse '{line}': invalid boolean")))
    });
    let mut readings = readings(5000);
    for reading in &mut readings {
        "h0".clone_into(&mut reading.host);
    }
    readings[4321].host = "h3".to_owned();
    let (rows, reasons, requests) = refused(&server, &readings).await;
    assert_eq!((rows, requests), (vec![4321], 2));
    assert_eq!(reasons, ["invalid boolean"]);
}

#[tokio::test]
async fn a_quoted_line_that_is_cut_is_found_among_those_that_begin_like_it() {
    let server = Server::answering(|lines| {
        let line = lines.iter().find(|line| line.contains("h3 "))?;
        Some(refusal(400, &format!("unable to parse '{line}': invalid boolean")))
    });
    let mut readings = readings(5000);
    for (row, reading) in readings.iter_mut().enumerate() {
        reading.host = if row % 1000 == 3 { "h3" } else { "h0" }.to_owned();
        reading.note = Some("long  ".repeat(100));
    }
    let (rows, _, requests) = refused(&server, &readings).await;
    assert_eq!(rows, [3, 1003, 2003, 3003, 4003]);
    assert!(requests <= 20, "{requests} requests");
}

#[tokio::test]
async fn one_row_with_a_field_of_another_type_takes_two_requests() {
    let server = Server::answering(|lines| match count(lines, is_noted) {
        0 => None,
        dropped => Some(conflict(dropped)),
    });
    let (rows, reasons, requests) = refused(&server, &noted(5000, &[77])).await;
    assert_eq!((rows, requests), (vec![77], 2));
    assert_eq!(reasons, [CONFLICT]);
}

#[tokio::test]
async fn many_rows_with_a_field_of_another_type_take_three_requests() {
    let server = Server::answering(|lines| match count(lines, is_noted) {
        0 => None,
        dropped => Some(conflict(dropped)),
    });
    let wrong: Vec<usize> = (0..5000).step_by(3).collect();
    let (rows, reasons, requests) = refused(&server, &noted(5000, &wrong)).await;
    assert_eq!((rows, requests), (wrong, 3));
    assert!(reasons.iter().all(|reason| reason == CONFLICT));
}

#[tokio::test]
async fn one_request_suffices_when_every_row_is_wrong() {
    let server = Server::answering(|lines| Some(conflict(lines.len())));
    let all: Vec<usize> = (0..5000).collect();
    let (rows, _, requests) = refused(&server, &noted(5000, &all)).await;
    assert_eq!((rows, requests), (all, 1));
}

#[tokio::test]
async fn a_conflict_with_one_span_of_time_refuses_the_rows_in_it() {
    // The store keeps types for each span of time; here, the first 1,234 s have the field as a float.
    let is_old = |line: &str| line.rsplit(' ').next().unwrap() < "1700001234000000000";
    let server = Server::answering(move |lines| match count(lines, is_old) {
        0 => None,
        dropped => Some(conflict(dropped)),
    });
    let all: Vec<usize> = (0..5000).collect();
    let mut readings = noted(5000, &all);
    readings.reverse();
    let (rows, _, requests) = refused(&server, &readings).await;
    assert_eq!(rows, (5000 - 1234..5000).collect::<Vec<_>>());
    assert!(requests <= 27, "{requests} requests");
}

#[tokio::test]
async fn points_older_than_the_retention_are_refused() {
    let is_old = |line: &str| line.rsplit(' ').next().unwrap() < "1700000100000000000";
    let server = Server::answering(move |lines| match count(lines, is_old) {
        0 => None,
        dropped => Some(refusal(
            422,
            &format!(
                "failure writing points to database: partial write: dropped {dropped} points outside retention policy \
                 of duration 24h0m0s - oldest point {} at 2023-11-14T22:13:20Z dropped because it is too old \
                 dropped={dropped} for database: 0123456789abcdef for retention policy: autogen",
                "cpu,host=h".repeat(30),
            ),
        )),
    });
    let (rows, reasons, requests) = refused(&server, &readings(5000)).await;
    assert_eq!(rows, (0..100).collect::<Vec<_>>());
    assert!(reasons[0].contains("outside retention policy"), "{}", reasons[0]);
    assert!(requests <= 27, "{requests} requests");
}

#[tokio::test]
async fn a_schema_of_the_cloud_names_field_and_types() {
    let server = Server::answering(|lines| {
        let line = lines.iter().find(|line| is_noted(line))?;
        let written = lines.len() - count(lines, is_noted);
        let message = format!(
            "partial write error ({written} written): unable to parse '{line}': schema: field type for field \"note\" \
             not permitted by schema; got String but expected Float"
        );
        Some(refusal(400, &message))
    });
    let (rows, reasons, requests) = refused(&server, &noted(3000, &[5, 6, 2999])).await;
    assert_eq!((rows, requests), (vec![5, 6, 2999], 3));
    assert_eq!(reasons[2], "`note` is sent as String, but `cpu` has it as Float");
}

#[tokio::test]
async fn version_1_says_the_same_under_another_name() {
    let server = Server::answering(|lines| match count(lines, is_noted) {
        0 => None,
        dropped => Some(Reply::text(
            400,
            &format!(
                "{{\"error\":\"partial write: field type conflict: input field \\\"note\\\" on measurement \\\"cpu\\\" is \
             type string, already exists as type float dropped={dropped}\"}}"
            ),
        )),
    });
    let (rows, reasons, _) = refused(&server, &noted(10, &[4])).await;
    assert_eq!((rows, reasons), (vec![4], vec![CONFLICT.to_owned()]));
}

#[tokio::test]
async fn a_server_that_names_nothing_is_asked_by_halves() {
    let server = Server::answering(|lines| match count(lines, is_noted) {
        0 => None,
        _ => Some(refusal(400, "bad request")),
    });
    let (rows, reasons, requests) = refused(&server, &noted(5000, &[1234])).await;
    assert_eq!((rows, reasons), (vec![1234], vec!["bad request".to_owned()]));
    // Two for each halving of 5,000, the first, and the one that showed that others than these lines are taken.
    assert!(requests <= 28, "{requests} requests");
}

#[tokio::test]
async fn exactly_the_wrong_rows_are_refused_however_they_lie() {
    let patterns: [&[usize]; 6] =
        [&[0], &[999], &[0, 999], &[10, 11, 12, 500], &[1, 2, 4, 8, 16, 32, 64], &[]];
    for wrong in patterns {
        for counts in [false, true] {
            let server = Server::answering(move |lines| match count(lines, is_noted) {
                0 => None,
                dropped if counts => Some(conflict(dropped)),
                _ => Some(refusal(400, "no")),
            });
            let (rows, _, _) = refused(&server, &noted(1000, wrong)).await;
            assert_eq!(rows, wrong);
        }
    }
}

#[tokio::test]
async fn rows_in_doubt_are_refused_together_rather_than_asked_for_without_end() {
    let server = Server::answering(|lines| match count(lines, is_noted) {
        0 => None,
        _ => Some(refusal(400, "partial write: no")),
    });
    let wrong: Vec<usize> = (0..5000).step_by(2).collect();
    let (rows, reasons, requests) = refused(&server, &noted(5000, &wrong)).await;
    assert!(requests <= 257, "{requests} requests");
    assert!(wrong.iter().all(|row| rows.contains(row)));
    assert!(
        reasons.iter().any(|reason| reason.starts_with("one of ") && reason.ends_with("partial write: no"))
    );
}

#[tokio::test]
async fn a_request_that_is_too_large_is_sent_in_halves() {
    let json = refusal(413, "unable to read data: points batch is too large");
    let page = "<html><head><title>413 Request Entity Too Large</title></head></html>";
    let html = Reply::new(413, "text/html", page);
    for answer in [json, html] {
        let server = Server::answering(move |lines| match lines.len() {
            ..=700 => None,
            _ => Some(answer.clone()),
        });
        let (rows, _, requests) = refused(&server, &readings(5000)).await;
        assert!(rows.is_empty());
        // 5,000, 2,500 and 1,250 are too many, which is learned once; 625 are not.
        assert_eq!(requests, 3 + 8);
    }
}

#[tokio::test]
async fn a_line_that_is_too_large_by_itself_is_refused() {
    let server = Server::answering(|lines| match lines.iter().map(String::len).sum::<usize>() {
        ..=10_000 => None,
        _ => Some(refusal(413, "unable to read data: points batch is too large")),
    });
    let mut readings = readings(50);
    readings[20].note = Some("x".repeat(20_000));
    let (rows, reasons, _) = refused(&server, &readings).await;
    assert_eq!(rows, [20]);
    assert!(reasons[0].contains("bytes is larger than the server takes"), "{}", reasons[0]);
}

#[tokio::test]
async fn a_server_that_takes_no_request_at_all_is_a_mistake_of_configuration() {
    let server = Server::always(refusal(413, "too large"));
    let error = server.sink().write(&Batch::of(&readings(5000))).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
}

#[tokio::test]
async fn a_fault_in_the_middle_of_the_search_ends_it() {
    let server = Server::answering(|lines| match lines.len() {
        5000 => Some(refusal(400, "partial write: some")),
        _ => Some(refusal(503, "busy")),
    });
    let error = server.sink().write(&Batch::of(&readings(5000))).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Temporary);
}

#[tokio::test]
async fn a_reason_is_short_and_on_one_line() {
    let server = Server::always(refusal(422, &format!("partial write: {}\nmore", "é".repeat(1000))));
    let (_, reasons, _) = refused(&server, &readings(1)).await;
    assert!(reasons[0].chars().count() <= 300 && !reasons[0].contains('\n'));
}
