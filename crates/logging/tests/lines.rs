//! Content of log lines, in JSON and as text.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use logging::{Format, Identity};
use secret::{Redactor, Secret};
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::Registry;

fn identity() -> Identity {
    Identity { program: "weather".into(), instance: None, version: "1.2.3".into(), run_id: "r1".into() }
}

/// Output of `log`.
fn written(format: Format, secrets: &[&str], log: impl FnOnce()) -> String {
    let redactor = Redactor::default();
    for secret in secrets {
        redactor.add(&Secret::from(*secret));
    }
    let lines = Arc::new(Mutex::new(String::new()));
    let sink = Arc::clone(&lines);
    let layer = logging::layer(identity(), format, redactor, move |line| {
        sink.lock().unwrap().push_str(line);
    });
    tracing::subscriber::with_default(Registry::default().with(layer), log);
    lines.lock().unwrap().clone()
}

fn json_of(secrets: &[&str], log: impl FnOnce()) -> Value {
    let lines = written(Format::Json, secrets, log);
    assert_eq!(lines.matches('\n').count(), 1, "one event, one line: {lines:?}");
    serde_json::from_str(&lines).unwrap_or_else(|error| panic!("{error} in {lines}"))
}

/// A text line without its time, which differs from run to run.
fn text_of(color: bool, log: impl FnOnce()) -> String {
    let line = written(Format::Text { color }, &[], log);
    let (time, rest) = line.split_at(9);
    assert!(time.chars().zip("00:00:00 ".chars()).all(|(a, b)| a == b || a.is_ascii_digit()), "{line}");
    rest.to_owned()
}

#[test]
fn a_line_has_program_time_and_location() {
    let mut line = json_of(&[], || tracing::info!(target: "http_client", rows = 3, "loaded {}", "rows"));
    let time = line["time"].take();
    let time = time.as_str().unwrap();
    assert!(
        time.parse::<jiff::Timestamp>().is_ok() && time.len() == "2025-01-01T00:00:00.000Z".len(),
        "{time}"
    );
    let expected = json!({
        "time": null, "level": "info", "message": "loaded rows", "pipeline": "weather", "version": "1.2.3",
        "run_id": "r1", "stage": "run", "target": "http_client", "rows": 3
    });
    assert_eq!(line, expected);
}

#[test]
fn a_line_begins_with_its_time_and_ends_with_its_fields() {
    let line = written(Format::Json, &[], || tracing::warn!(a = 1, "m"));
    assert!(line.starts_with(r#"{"time":"2"#), "{line}");
    assert!(line.ends_with("\"target\":\"lines\",\"a\":1}\n"), "{line}");
}

#[test]
fn the_stage_is_that_of_the_nearest_span_that_has_one() {
    let line = json_of(&[], || {
        let _outer = tracing::info_span!("outer", stage = "extract", city = "Oslo", attempt = 1).entered();
        let _inner = tracing::info_span!("inner", attempt = 2).entered();
        tracing::info!("m");
    });
    assert_eq!(
        (&line["stage"], &line["city"], &line["attempt"]),
        (&json!("extract"), &json!("Oslo"), &json!(2))
    );

    let line = json_of(&[], || {
        let _outer = tracing::info_span!("outer", stage = "extract").entered();
        let inner = tracing::info_span!("inner", stage = "load", rows = tracing::field::Empty).entered();
        inner.record("rows", 7);
        tracing::info!("m");
    });
    assert_eq!((&line["stage"], &line["rows"]), (&json!("load"), &json!(7)));

    let line = json_of(&[], || tracing::info!(stage = "transform", "m"));
    assert_eq!(line["stage"], "transform");
}

#[test]
fn values_keep_their_types() {
    let failure = std::io::Error::other("disk on fire");
    let line = json_of(&[], || {
        tracing::info!(
            yes = true,
            low = i64::MIN,
            high = u64::MAX,
            half = 0.5,
            text = "7",
            shown = %7,
            huge = u128::MAX,
            nothing = None::<u8>,
            error = &failure as &(dyn std::error::Error + 'static),
            "m"
        );
    });
    assert_eq!(line["yes"], json!(true));
    assert_eq!(line["low"], json!(i64::MIN));
    assert_eq!(line["high"], json!(u64::MAX));
    assert_eq!(line["half"], json!(0.5));
    assert_eq!(line["text"], json!("7"));
    assert_eq!(line["shown"], json!("7"));
    assert_eq!(line["huge"], json!(u128::MAX.to_string()));
    assert_eq!(line["error"], json!("disk on fire"));
    assert!(line.get("nothing").is_none());
}

#[test]
fn a_line_is_json_with_any_field_values() {
    let hostile = "quote \" slash \\ line\nend\r nul\0 escape\u{1b}[31m separator\u{2028} \u{1f321}";
    let line = json_of(&[], || {
        tracing::info!(nan = f64::NAN, infinite = f64::NEG_INFINITY, text = hostile, "{hostile}");
    });
    assert_eq!(line["nan"], "NaN");
    assert_eq!(line["infinite"], "-inf");
    assert_eq!(line["text"], hostile);
    assert_eq!(line["message"], hostile);
}

#[test]
fn a_field_does_not_take_the_place_of_one_of_the_lines_own() {
    let line = json_of(&[], || {
        tracing::info!(version = "9", time = "later", r#type = "x", "m");
    });
    assert_eq!(line["version"], "1.2.3");
    assert_eq!(line["field_version"], "9");
    assert_eq!(line["field_time"], "later");
    assert_eq!(line["type"], "x");
}

#[test]
fn no_secret_reaches_a_line() {
    let secret = "p/w \"1\"\n\\x";
    let log = || {
        let _span = tracing::info_span!("s", stage = secret, from_span = secret).entered();
        tracing::error!(plain = secret, debug = ?secret, url = "https://x/?key=p%2Fw%20%221%22%0A%5Cx", "{secret}");
    };
    for format in [Format::Json, Format::Text { color: true }] {
        let line = written(format, &[secret], log);
        assert!(!line.contains("p/w") && !line.contains("p%2Fw"), "{line}");
        assert!(line.matches("[redacted]").count() >= 5, "{line}");
    }
}

#[test]
fn a_secret_that_looks_like_json_leaves_the_line_json() {
    let line = json_of(&["1234", "true", "\":\"", "nabc"], || {
        tracing::info!(number = 91_234_567, flag = true, text = "\nabc", "m");
    });
    assert_eq!(line["number"], "9[redacted]567");
    assert_eq!(line["flag"], "[redacted]");
    assert_eq!(line["text"], "\nabc");
}

#[test]
fn text_is_aligned_and_short() {
    let line = text_of(false, || {
        let _span = tracing::info_span!("s", stage = "extract").entered();
        tracing::info!(city = "New York", rows = 3, empty = "", "reading");
    });
    assert_eq!(line, "INFO  extract    reading  city=\"New York\" rows=3 empty=\"\"\n");
    assert_eq!(text_of(false, || tracing::error!("bad")), "ERROR run        bad\n");
}

#[test]
fn text_colors_nothing_but_the_level() {
    assert_eq!(text_of(true, || tracing::warn!("m")), "\u{1b}[33mWARN \u{1b}[0m run        m\n");
}

#[test]
fn text_of_others_cannot_forge_lines_or_colors() {
    let line = text_of(false, || tracing::info!(name = "a\u{1b}[2J", "one\ntwo"));
    assert_eq!(line, "INFO  run        one\\ntwo  name=\"a\\u{1b}[2J\"\n");
}
