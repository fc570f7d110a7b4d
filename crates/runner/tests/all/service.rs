//! Services, from outside: the example `echo`, run as an orchestrator runs it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// The example lies beside the tests, where `cargo test` puts both. `cargo test --test service` alone builds no example.
fn echo(settings: &[(&str, &str)], arguments: &[&str]) -> Command {
    let tests: PathBuf = std::env::current_exe().unwrap().parent().unwrap().into();
    let example = tests.parent().unwrap().join("examples/echo");
    assert!(example.exists(), "`cargo build -p runner --example echo` builds what is tested here");
    let mut command = commands::built(example);
    command.args(arguments).env_clear().envs(settings.iter().copied()).stderr(Stdio::piped());
    command
}

fn run(settings: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = echo(settings, arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// Starts it on a free port, and waits until it listens.
fn start() -> (Child, String) {
    let mut child = echo(&[("LISTEN", "127.0.0.1:0"), ("ECHO_PREFIX", "> ")], &[]).spawn().unwrap();
    for line in BufReader::new(child.stderr.as_mut().unwrap()).lines() {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if let Some(address) = line["address"].as_str() {
            return (child, address.to_owned());
        }
    }
    unreachable!("it ended before it listened: {:?}", child.wait());
}

#[test]
fn a_service_answers_until_sigterm() {
    for signal in ["TERM", "INT"] {
        let (mut child, address) = start();
        let mut stream = TcpStream::connect(address).unwrap();
        let request = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("> hi"), "{answer}");

        assert!(commands::signal(signal, child.id()));
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn wrong_settings_are_reported_at_once() {
    let (exit, _, log) = run(&[("LISTEN", "everywhere"), ("HTTP_TIMEOUT_SECONDS", "0")], &[]);
    assert_eq!(exit, Some(78), "{log}");
    for mistake in ["LISTEN must be an IP address", "ECHO_PREFIX is required", "HTTP_TIMEOUT_SECONDS must be"]
    {
        assert!(log.contains(mistake), "{mistake}: {log}");
    }
}

#[test]
fn an_address_that_is_taken_may_be_free_later() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (exit, _, log) = run(&[("LISTEN", &address), ("ECHO_PREFIX", "")], &[]);
    assert_eq!(exit, Some(78), "an empty setting is none: {log}");
    let (exit, _, log) = run(&[("LISTEN", &address), ("ECHO_PREFIX", ">")], &[]);
    assert_eq!(exit, Some(75), "{log}");
    assert!(log.contains(&format!("cannot listen on {address}")), "{log}");
}

#[test]
fn it_describes_itself() {
    let (exit, description, _) = run(&[], &["--describe"]);
    let description: Value = serde_json::from_str(&description).unwrap();
    assert_eq!(
        (exit, &description["kind"], &description["records"]),
        (Some(0), &"service".into(), &Value::Array(vec![]))
    );
    let names: Vec<_> =
        description["variables"].as_array().unwrap().iter().map(|v| v["name"].as_str().unwrap()).collect();
    assert!(
        names.contains(&"LISTEN") && names.contains(&"LOG_LEVEL") && !names.contains(&"DEADLINE_SECONDS")
    );
    assert!(run(&[], &["--help"]).1.contains("Runs until SIGTERM"));
    assert_eq!(run(&[], &["--dry-run"]).0, Some(78));
}

#[test]
fn its_settings_can_be_checked_without_serving() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("platform.db").display().to_string();
    let (exit, lines, _) = run(&[("ECHO_PREFIX", ">"), ("SQLITE_PATH", &path)], &["--check"]);
    assert_eq!(exit, Some(0), "{lines}");
    assert!(lines.contains("configuration   complete") && lines.contains("state"), "{lines}");
}
