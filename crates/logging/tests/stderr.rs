//! A whole program that logs to standard error.
//!
//! The tests start this very file again as a program of its own, through `a_program_logs`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs::File;
use std::process::Stdio;

use logging::{Error, Format, Identity, install, install_panic_hook, run_id};
use secret::{Redactor, Secret};

const LEVELS: &str = "LEVELS_OF_THE_PROGRAM";

/// The program. Without its variable, as in an ordinary test run, it does nothing.
#[test]
fn a_program_logs() {
    let Ok(levels) = std::env::var(LEVELS) else { return };
    let redactor = Redactor::default();
    redactor.add(&Secret::from("hunter2222"));
    let identity =
        || Identity { program: "weather".into(), instance: None, version: "1.2.3".into(), run_id: run_id() };
    install_panic_hook();
    install(identity(), Format::for_stderr(None, false).unwrap(), &levels, redactor.clone()).unwrap();
    assert!(matches!(install(identity(), Format::Json, "info", redactor), Err(Error::AlreadyInstalled(_))));

    let _stage = tracing::info_span!("stage", stage = "load").entered();
    let _detail = tracing::debug_span!("detail", detail = "more").entered();
    tracing::debug!("quiet");
    tracing::info!(key = "hunter2222", "plain");
    tracing::error!("loud");
    println!("reached the end");
}

fn program(levels: &str, stderr: Stdio) -> (String, String) {
    let output = commands::built(std::env::current_exe().unwrap())
        .args(["--exact", "a_program_logs", "--nocapture"])
        .env(LEVELS, levels)
        .stdout(Stdio::piped())
        .stderr(stderr)
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn lines(levels: &str) -> Vec<serde_json::Value> {
    let (_, stderr) = program(levels, Stdio::piped());
    stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect()
}

fn messages(lines: &[serde_json::Value]) -> Vec<&str> {
    lines.iter().map(|line| line["message"].as_str().unwrap()).collect()
}

#[test]
fn a_pipe_gets_json_without_secrets() {
    let lines = lines("info");
    assert_eq!(messages(&lines), ["plain", "loud"]);
    assert_eq!(lines[0]["key"], "[redacted]");
    assert_eq!(lines[0]["run_id"], lines[1]["run_id"]);
    assert!(lines[0].get("detail").is_none());
}

#[test]
fn a_log_of_errors_alone_still_names_the_stage() {
    let lines = lines("error");
    assert_eq!(messages(&lines), ["loud"]);
    assert_eq!(lines[0]["stage"], "load");
}

#[test]
fn one_crate_can_say_more() {
    let lines = lines("error,stderr=debug");
    assert_eq!(messages(&lines), ["quiet", "plain", "loud"]);
    assert_eq!(lines[0]["detail"], "more");
}

#[test]
fn a_standard_error_that_takes_nothing_is_ignored() {
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    let full = File::options().write(true).open("/dev/full").unwrap();
    for stderr in [Stdio::from(closed), Stdio::from(full)] {
        let (stdout, _) = program("info", stderr);
        assert!(stdout.contains("reached the end"), "{stdout}");
    }
}

#[test]
fn a_mistake_in_the_levels_is_reported() {
    let identity =
        Identity { program: "weather".into(), instance: None, version: "1.2.3".into(), run_id: run_id() };
    let error = install(identity, Format::Json, "info,spool=loud", Redactor::default()).unwrap_err();
    assert!(matches!(&error, Error::Level { part } if part == "spool=loud"), "{error}");
}
