//! The second program: pushes and delivers by a random script, and prints its steps.

use std::collections::HashSet;
use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio, exit};

use jiff::Timestamp;
use spool::{Entry, Error, Limits, Spool, SpooledBatch};

use crate::chance::Chance;

/// Set where the disk is so small that even a start may find no room on it.
pub(crate) const DISK: &str = "SPOOL_CRASH_DISK";

const SCRIPT: &str = "SPOOL_CRASH_SCRIPT";

/// Before every line of the program, since the test harness writes lines of its own.
const LINE_PREFIX: &str = "> ";

/// Destinations of batches.
pub(crate) const DESTINATIONS: [&str; 2] = ["a", "b"];

/// Instructions for the program.
#[derive(Debug, Clone)]
pub(crate) struct Script<'a> {
    pub(crate) path: &'a Path,
    pub(crate) seed: u64,
    /// The number of its first batch. The numbers of batches only grow.
    pub(crate) first: u64,
    /// Number of steps after which it ends, unless it is killed.
    pub(crate) steps: u64,
    pub(crate) delivers: bool,
}

/// An event reported by the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Opened,
    Pushing(u64),
    Pushed(u64),
    /// The disk did not take the batches.
    Refused(u64),
    Offered(u64),
    Removed(u64),
}

/// The batch of a number: its destination, and its bytes.
pub(crate) fn batch(number: u64) -> (&'static str, Vec<u8>) {
    let mut chance = Chance::new(number);
    let length = match chance.below(20) {
        0 => 60_000 + chance.index(60_000),
        1..6 => chance.index(5_000),
        _ => chance.index(300),
    };
    let mut payload = number.to_le_bytes().to_vec();
    while payload.len() < 8 + length {
        payload.extend(chance.number().to_le_bytes());
    }
    (DESTINATIONS[usize::from(number.is_multiple_of(3))], payload)
}

/// The number of a batch, which must equal the pushed one, byte for byte.
pub(crate) fn number(destination: &str, found: &SpooledBatch) -> u64 {
    let number = u64::from_le_bytes(found.payload[..8].try_into().expect("eight bytes"));
    assert!(
        (destination, &found.payload) == (batch(number).0, &batch(number).1),
        "batch {number} is invented"
    );
    number
}

/// Starts the program.
pub(crate) fn start(script: &Script<'_>) -> Child {
    command(commands::built(env::current_exe().unwrap()), script).spawn().unwrap()
}

/// Starts the program so that it cannot make a file longer than so many KiB.
pub(crate) fn start_limited(script: &Script<'_>, kib: u64) -> Child {
    command(limited(kib), script).spawn().unwrap()
}

/// This very file as a program that cannot make a file longer than so many KiB.
pub(crate) fn limited(kib: u64) -> Command {
    let mut shell = commands::shell();
    // A program that ignores the signal gets an error instead. The unit of `ulimit` is 512 bytes, by POSIX.
    let script = "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"";
    shell.args(["-c", script, &(2 * kib).to_string()]).arg(env::current_exe().unwrap());
    shell
}

/// Events of the program until it ends.
pub(crate) fn events(child: &mut Child) -> impl Iterator<Item = Event> + use<> {
    let stdout: ChildStdout = child.stdout.take().unwrap();
    BufReader::new(stdout).lines().filter_map(|line| {
        let line = line.unwrap();
        let (_, line) = line.split_once(LINE_PREFIX)?;
        let (event, number) = line.split_once(' ').unwrap();
        let number = number.parse().unwrap();
        Some(match event {
            "opened" => Event::Opened,
            "pushing" => Event::Pushing(number),
            "pushed" => Event::Pushed(number),
            "refused" => Event::Refused(number),
            "offered" => Event::Offered(number),
            "removed" => Event::Removed(number),
            other => panic!("unknown event {other}"),
        })
    })
}

fn command(mut command: Command, script: &Script<'_>) -> Command {
    let Script { path, seed, first, steps, delivers } = script;
    let script = format!("{seed} {first} {steps} {delivers} {}", path.display());
    command.args(["--exact", "program::a_second_program", "--nocapture"]);
    command.env(SCRIPT, script).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command
}

/// Without its variable, as in an ordinary run of the tests, this does nothing.
#[test]
fn a_second_program() {
    let Ok(script) = env::var(SCRIPT) else { return };
    let parts: Vec<_> = script.splitn(5, ' ').collect();
    let number = |part: usize| parts[part].parse().unwrap();
    let script = Script {
        seed: number(0),
        first: number(1),
        steps: number(2),
        delivers: parts[3] == "true",
        path: Path::new(parts[4]),
    };
    Running { spool: open(script.path), next: script.first, removed: HashSet::new() }.run(&script);
}

struct Running {
    spool: Spool,
    next: u64,
    /// Removed batches as long as the spool is open.
    removed: HashSet<u64>,
}

impl Running {
    fn run(&mut self, script: &Script<'_>) {
        let mut chance = Chance::new(script.seed);
        for _ in 0..script.steps {
            match chance.below(12) {
                0..7 => self.push(1 + chance.below(8)),
                7..11 if script.delivers => self.deliver(DESTINATIONS[chance.index(2)], chance.below(12)),
                11 => {
                    self.spool = open(script.path);
                    self.removed.clear();
                }
                _ => {}
            }
        }
    }

    fn push(&mut self, count: u64) {
        let numbers = self.next..self.next + count;
        self.next += count;
        let batches: Vec<_> = numbers.clone().map(batch).collect();
        let now = Timestamp::UNIX_EPOCH;
        let entry =
            |(destination, payload)| Entry { destination, payload, records: 1, first: now, last: now };
        let entries: Vec<_> =
            batches.iter().map(|(destination, payload)| entry((destination, payload))).collect();
        numbers.clone().for_each(|number| print_step("pushing", number));
        match self.spool.push(&entries, now) {
            Ok(pushed) => {
                assert_eq!(pushed.dropped, []);
                numbers.for_each(|number| print_step("pushed", number));
            }
            Err(Error::Database(embedded_db::Error::Disk { .. })) => {
                numbers.for_each(|number| print_step("refused", number));
            }
            Err(error) => panic!("{}", fault::chain(&error)),
        }
    }

    fn deliver(&mut self, destination: &str, count: u64) {
        for _ in 0..count {
            let Some(found) = self.spool.oldest(destination).unwrap() else { return };
            let number = number(destination, &found);
            assert!(!self.removed.contains(&number), "batch {number} was removed and is offered again");
            print_step("offered", number);
            self.spool.remove(&[found.id]).unwrap();
            self.removed.insert(number);
            print_step("removed", number);
        }
    }
}

fn open(path: &Path) -> Spool {
    match Spool::open(path, Limits::default()) {
        Ok(spool) => {
            print_step("opened", 0);
            spool
        }
        Err(Error::Database(embedded_db::Error::Disk { .. })) if env::var(DISK).is_ok() => exit(0),
        Err(error) => panic!("a start always succeeds: {}", fault::chain(&error)),
    }
}

fn print_step(event: &str, number: u64) {
    println!("{LINE_PREFIX}{event} {number}");
}
