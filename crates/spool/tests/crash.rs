//! Programs that die in the middle, and programs that push at once.
//!
//! The tests start this very file again as a second program, through `a_second_program_pushes`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use jiff::Timestamp;
use spool::Spool;

const PATH: &str = "SPOOL_OF_THE_SECOND_PROGRAM";
const PUSHES: &str = "PUSHES_OF_THE_SECOND_PROGRAM";

/// The second program: pushes numbered batches and prints the number of each that was acknowledged.
///
/// Without its variables, as in an ordinary test run, it does nothing.
#[test]
fn a_second_program_pushes() {
    let (Ok(path), Ok(pushes)) = (std::env::var(PATH), std::env::var(PUSHES)) else {
        return;
    };
    let mut spool = Spool::open(Path::new(&path)).unwrap();
    let mut stdout = std::io::stdout();
    for number in 0..pushes.parse::<u64>().unwrap() {
        let payload = format!("{}:{number}", std::process::id());
        spool.push("a", payload.as_bytes(), Timestamp::UNIX_EPOCH).unwrap();
        writeln!(stdout, "pushed {payload}").unwrap();
    }
}

fn second_program(path: &Path, pushes: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_second_program_pushes", "--nocapture"])
        .env(PATH, path)
        .env(PUSHES, pushes.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn acknowledged(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    lines.filter_map(|line| Some(line.split_once("pushed ")?.1.to_owned()))
}

fn payloads(path: &Path) -> Vec<String> {
    let mut spool = Spool::open_existing(path).unwrap().unwrap();
    let mut payloads = Vec::new();
    while let Some(batch) = spool.oldest("a").unwrap() {
        spool.remove(batch.id).unwrap();
        payloads.push(String::from_utf8(batch.payload).unwrap());
    }
    payloads
}

#[test]
fn every_acknowledged_batch_survives_a_kill() {
    for enough in [1, 7, 40] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.db");
        let mut child = second_program(&path, u64::MAX);
        let mut numbers = acknowledged(&mut child);
        let mut seen: Vec<_> = numbers.by_ref().take(enough).collect();
        child.kill().unwrap();
        seen.extend(numbers);
        child.wait().unwrap();

        assert!(seen.len() >= enough);
        let kept = payloads(&path);
        assert_eq!(kept[..seen.len()], seen, "in the order they were pushed");
        assert!(kept.len() <= seen.len() + 1, "at most the last push went unacknowledged");
    }
}

#[test]
fn programs_that_push_at_once_all_succeed() {
    const PUSHES_EACH: u64 = 25;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/spool.db");
    let children: Vec<_> = (0..3).map(|_| second_program(&path, PUSHES_EACH)).collect();
    let mut seen = HashSet::new();
    for mut child in children {
        seen.extend(acknowledged(&mut child));
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(seen.len(), 3 * 25);
    assert_eq!(payloads(&path).into_iter().collect::<HashSet<_>>(), seen);
}
