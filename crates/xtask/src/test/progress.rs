//! Progress of a running step, for a person at a terminal.

use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Interval of signs of life in a log that nobody watches live.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// Number of characters of a line that fit on a terminal beside the step's name.
const SHOWN_CHARACTERS: usize = 60;

/// A step under way.
///
/// On a terminal its line is rewritten with what it does now; anywhere else a line comes twice a minute.
pub(super) struct Progress {
    step: &'static str,
    started: Instant,
    last_shown: Instant,
    is_terminal: bool,
}

/// A program that has ended.
pub(super) struct Ended {
    pub(super) is_ok: bool,
    /// All it wrote, both streams as they came.
    pub(super) output: String,
}

impl Ended {
    /// The last line it wrote that is not empty: where programs say what went wrong.
    pub(super) fn last_line(&self) -> &str {
        self.output.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default()
    }
}

impl Progress {
    pub(super) fn begin(step: &'static str) -> Self {
        let started = Instant::now();
        let mut progress =
            Self { step, started, last_shown: started, is_terminal: io::stderr().is_terminal() };
        progress.rewrite("…");
        progress
    }

    /// For a step that runs beside one that is shown: it writes only lines that stay.
    pub(super) fn begin_in_background(step: &'static str) -> Self {
        let started = Instant::now();
        Self { step, started, last_shown: started, is_terminal: false }
    }

    /// Says what the step is doing, on a line that stays.
    pub(super) fn say(&mut self, text: &str) {
        self.rewrite("");
        eprintln!("{:<11} {text}", self.step);
    }

    /// Ends the step's line.
    pub(super) fn end(&mut self, verdict: &str) {
        self.rewrite("");
        eprintln!("{:<11} {verdict:<8} {}", self.step, duration(self.started.elapsed()));
    }

    /// Runs a program to its end and keeps what it writes, while the last line of it is shown.
    pub(super) fn watch(&mut self, mut command: Command) -> io::Result<Ended> {
        let (reader, writer) = io::pipe()?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .spawn()
            .map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", command.get_program().to_string_lossy()))
            })?;
        // It holds the pipe open, which would then never end.
        drop(command);
        let mut output = String::new();
        for line in BufReader::new(reader).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            output.push_str(&line);
            output.push('\n');
            self.show(line.trim());
        }
        Ok(Ended { is_ok: child.wait()?.success(), output })
    }

    fn show(&mut self, line: &str) {
        if self.is_terminal {
            self.rewrite(line);
        } else if self.last_shown.elapsed() > HEARTBEAT {
            self.last_shown = Instant::now();
            eprintln!("{:<11} {:>8} {line}", self.step, duration(self.started.elapsed()));
        }
    }

    fn rewrite(&mut self, text: &str) {
        if self.is_terminal {
            let text: String =
                text.chars().filter(|letter| !letter.is_control()).take(SHOWN_CHARACTERS).collect();
            let name = if text.is_empty() { "" } else { self.step };
            eprint!("\r\x1b[2K{name:<11} {text}\r");
            // A failure to write to the terminal is ignored.
            let _ = io::stderr().flush();
        }
    }
}

/// A duration for people.
pub(super) fn duration(duration: Duration) -> String {
    match duration.as_secs() {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        seconds @ 10..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_are_kept_in_the_order_they_came() {
        let mut command = commands::shell();
        command.args(["-c", "echo one; echo two >&2; echo three; echo; exit 3"]);
        let ended = Progress::begin("check").watch(command).unwrap();
        assert!(!ended.is_ok);
        assert_eq!(ended.output, "one\ntwo\nthree\n\n");
        assert_eq!(ended.last_line(), "three");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = Progress::begin("check").watch(commands::built("/missing/program")).err().unwrap();
        assert!(error.to_string().starts_with("/missing/program: "), "{error}");
    }

    #[test]
    fn durations_are_printed_for_people() {
        assert_eq!(duration(Duration::from_millis(1234)), "1.2 s");
        assert_eq!(duration(Duration::from_millis(59_999)), "59 s");
        assert_eq!(duration(Duration::from_secs(61)), "1 min 1 s");
    }
}
