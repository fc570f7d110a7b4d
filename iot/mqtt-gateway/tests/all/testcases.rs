//! Test cases: each folder of `testcases/` has a mapping, messages, and the expected results.
//!
//! `messages.jsonl` has a line for each message: `topic`, `payload` (plain text, or a JSON document), `retained`,
//! `arrival`. `mapping.toml` is optional, as it is for the program. `loaded.lp` has the rows in the order in which they
//! would be stored, and `outcomes.txt` the outcome of each message. `UPDATE_EXPECT=1` writes both.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "this is test code")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use line_protocol::Lines;
use mqtt_gateway::mapping::Mapping;
use mqtt_gateway::transform::arrival_clock::ArrivalClock;
use mqtt_gateway::transform::{Incoming, Mapper, Outcome};
use record::{Batch, LineEncoder, Timestamp};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    topic: String,
    payload: Value,
    #[serde(default)]
    retained: bool,
    #[serde(default)]
    arrival: Option<Timestamp>,
}

impl Message {
    fn payload(&self) -> Vec<u8> {
        match &self.payload {
            Value::String(text) => text.clone().into_bytes(),
            document => document.to_string().into_bytes(),
        }
    }
}

fn folders(of: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(of);
    let mut found: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn mapping(folder: &Path) -> Mapping {
    match fs::read_to_string(folder.join("mapping.toml")) {
        Ok(text) => {
            Mapping::parse(&text).unwrap_or_else(|mistakes| panic!("{}: {mistakes:#?}", folder.display()))
        }
        Err(_) => Mapping::default(),
    }
}

/// Maps the messages of a folder. Returns the rows and the outcomes.
fn replay(folder: &Path) -> (String, String) {
    let mut mapper = Mapper::new(mapping(folder));
    let mut arrival = ArrivalClock::default();
    let mut outcomes = String::new();
    let mut now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    for line in fs::read_to_string(folder.join("messages.jsonl")).unwrap().lines() {
        let message: Message = serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("{}: {line}: {error}", folder.display()));
        now = message.arrival.unwrap_or(now);
        let payload = message.payload();
        let incoming = Incoming {
            topic: &message.topic,
            payload: &payload,
            retained: message.retained,
            arrival: arrival.next(now),
        };
        let outcome = mapper.map(incoming);
        writeln!(outcomes, "{}: {}", message.topic, describe(&outcome, &mut mapper)).unwrap();
    }
    (stored(&mut mapper), outcomes)
}

fn describe(outcome: &Outcome, mapper: &mut Mapper) -> String {
    match outcome {
        Outcome::Row { table, .. } => {
            let name = mapper.tables()[*table].name().to_owned();
            format!("{name}{}", outcome.refused().map_or(String::new(), |refused| format!("; {refused}")))
        }
        other => other.to_string(),
    }
}

fn stored(mapper: &mut Mapper) -> String {
    let mut lines = Lines::new();
    for table in mapper.tables() {
        let (schema, rows) = table.take();
        let batch = Batch::new(&schema, &rows);
        let mut encoder = LineEncoder::new(&schema).unwrap();
        for row in 0..batch.len() {
            encoder.encode(&batch, row, &mut lines).unwrap();
        }
    }
    lines.as_str().to_owned()
}

#[test]
fn every_test_case_matches_its_golden_files() {
    let folders = folders("testcases");
    assert!(folders.len() > 10);
    let mut problems = Vec::new();
    for folder in &folders {
        let (lines, outcomes) = replay(folder);
        for (name, found) in [("loaded.lp", lines), ("outcomes.txt", outcomes)] {
            let golden = folder.join(name);
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                fs::write(&golden, &found).unwrap();
            }
            let expected = fs::read_to_string(&golden).unwrap_or_default();
            if found != expected {
                problems.push(format!("{}\nexpected:\n{expected}\nfound:\n{found}", golden.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn redelivered_messages_with_a_time_change_nothing() {
    for name in ["zigbee_last_seen", "tasmota", "time_in_every_unit"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testcases").join(name);
        let once = replay(&folder).0;
        let mut lines: Vec<_> = once.lines().collect();
        let before = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert!(before > lines.len() || name != "zigbee_last_seen", "the case repeats nothing");
        assert!(!lines.is_empty(), "{name}");
        let (again, _) = replay(&folder);
        assert_eq!(once, again, "{name}");
    }
}

#[test]
fn every_example_is_a_mapping() {
    let examples = folders("examples");
    assert!(examples.len() >= 6);
    for example in examples {
        let text = fs::read_to_string(&example).unwrap();
        Mapping::parse(&text).unwrap_or_else(|mistakes| panic!("{}: {mistakes:#?}", example.display()));
    }
}
