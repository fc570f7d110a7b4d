//! The arguments of a program.

use jiff::Timestamp;

use crate::Window;
use crate::help::Topic;

/// A call of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    Run(Request),
    Replay(Replay),
    TestAlert,
    Describe,
    Help(Topic),
    Version,
}

/// A call that offers dead letters to their store again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Replay {
    /// The one store whose dead letters are meant; all without it.
    pub(crate) destination: Option<String>,
    /// Whether they are only listed.
    pub(crate) is_list: bool,
}

/// A call that runs the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) mode: Mode,
    pub(crate) window: Option<Window>,
    /// Whether a device takes one reading and ends.
    pub(crate) is_once: bool,
    /// Operands after `--check`.
    pub(crate) operands: Vec<String>,
    /// Whether the program runs until it is stopped.
    pub(crate) is_endless: bool,
}

/// Extent of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All of it.
    #[default]
    Full,
    /// Extract and transform, print the records, write nothing, alert no one.
    DryRun,
    /// Extract and transform, and reach the stores and channels, without writing or sending anything.
    Check,
}

impl Call {
    /// Reads the arguments after the program's name.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>, now: Timestamp) -> Result<Self, String> {
        let mut request = Request::default();
        let (mut since, mut until) = (None, None);
        let (mut is_replay, mut destination) = (false, None);
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            if request.mode == Mode::Check && !argument.starts_with('-') {
                // All arguments after the first operand are operands: a payload may well begin with a dash.
                request.operands = std::iter::once(argument).chain(arguments).collect();
                break;
            }
            let (flag, inline) = match argument.split_once('=') {
                Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            match (flag.as_str(), inline) {
                ("--help" | "-h", None) => return Ok(Self::Help(topic(arguments.next()))),
                ("--help", Some(name)) => return Ok(Self::Help(topic(Some(name)))),
                ("--replay-dead-letters", None) => is_replay = true,
                ("--destination", inline) => {
                    destination = Some(value(&flag, inline, &mut arguments, "a store")?);
                }
                ("--version" | "-V", None) => return Ok(Self::Version),
                ("--describe", None) => return Ok(Self::Describe),
                ("--test-alert", None) => return Ok(Self::TestAlert),
                ("--once", None) => request.is_once = true,
                ("--dry-run", None) => request.mode = Mode::DryRun,
                ("--check", None) => request.mode = Mode::Check,
                ("--since", inline) => since = Some(value(&flag, inline, &mut arguments, "a time")?),
                ("--until", inline) => until = Some(value(&flag, inline, &mut arguments, "a time")?),
                _ => return Err(format!("{flag} is not understood; see --help")),
            }
        }
        request.window = match (since, until) {
            (None, None) => None,
            (None, Some(_)) => return Err("--until needs --since".to_owned()),
            (Some(since), until) => Some(Window::parse(&since, until.as_deref(), now)?),
        };
        if is_replay {
            return replay(&request, destination);
        }
        match destination {
            Some(_) => Err("--destination is for --replay-dead-letters; see --help".to_owned()),
            None => Ok(Self::Run(request)),
        }
    }
}

fn replay(request: &Request, destination: Option<String>) -> Result<Call, String> {
    let is_list = request.mode == Mode::DryRun;
    let plain = Request { mode: request.mode, ..Request::default() };
    if *request != plain || request.mode == Mode::Check {
        return Err(
            "--replay-dead-letters goes with --destination and --dry-run alone; see --help".to_owned()
        );
    }
    Ok(Call::Replay(Replay { destination, is_list }))
}

fn value(
    flag: &str,
    inline: Option<String>,
    arguments: &mut impl Iterator<Item = String>,
    takes: &str,
) -> Result<String, String> {
    inline
        .or_else(|| arguments.next())
        .filter(|value| !value.is_empty())
        .ok_or_else(|| format!("{flag} takes {takes}"))
}

/// The help that is asked for; another option after `--help` is ignored.
fn topic(name: Option<String>) -> Topic {
    match name.filter(|name| !name.starts_with('-')) {
        None => Topic::Overview,
        Some(name) if name == "all" => Topic::All,
        Some(name) => Topic::Group(name.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Call, String> {
        let now = "2026-11-22T04:28:17Z".parse().unwrap();
        Call::parse(arguments.iter().map(ToString::to_string), now)
    }

    fn run(arguments: &[&str]) -> Request {
        match parse(arguments) {
            Ok(Call::Run(request)) => request,
            other => panic!("no run: {other:?}"),
        }
    }

    #[test]
    fn without_arguments_a_program_runs() {
        assert_eq!(run(&[]), Request::default());
    }

    #[test]
    fn flags_choose_another_action() {
        assert_eq!(run(&["--dry-run"]).mode, Mode::DryRun);
        assert_eq!(run(&["--check"]).mode, Mode::Check);
        let once = run(&["--once", "--dry-run"]);
        assert_eq!((once.is_once, once.mode), (true, Mode::DryRun));
        assert_eq!(parse(&["--dry-run", "--version"]).unwrap(), Call::Version);
        let window = run(&["--since=2026-11-20", "--until", "2026-11-21"]).window.unwrap();
        assert_eq!(window.until.to_string(), "2026-11-21T00:00:00Z");
    }

    #[test]
    fn a_check_may_be_of_something_that_looks_like_a_flag() {
        assert_eq!(run(&["--check", "a/b=c", "-5", "--check"]).operands, ["a/b=c", "-5", "--check"]);
        assert_eq!(parse(&["a/b"]).unwrap_err(), "a/b is not understood; see --help");
    }

    #[test]
    fn help_may_be_of_a_group_or_of_everything() {
        assert_eq!(parse(&["--help"]).unwrap(), Call::Help(Topic::Overview));
        assert_eq!(parse(&["--help", "all"]).unwrap(), Call::Help(Topic::All));
        assert_eq!(parse(&["--help=Stores"]).unwrap(), Call::Help(Topic::Group("stores".into())));
        assert_eq!(parse(&["--help", "--check"]).unwrap(), Call::Help(Topic::Overview));
    }

    #[test]
    fn dead_letters_are_replayed_for_all_stores_or_one() {
        assert_eq!(parse(&["--replay-dead-letters"]).unwrap(), Call::Replay(Replay::default()));
        let listed = Replay { destination: Some("influxdb".into()), is_list: true };
        let call = parse(&["--replay-dead-letters", "--destination", "influxdb", "--dry-run"]).unwrap();
        assert_eq!(call, Call::Replay(listed));
        assert!(parse(&["--destination=influxdb"]).unwrap_err().contains("--replay-dead-letters"));
        for other in ["--once", "--check", "--since=2026-11-20"] {
            assert!(parse(&["--replay-dead-letters", other]).is_err(), "{other}");
        }
    }

    #[test]
    fn unknown_arguments_are_named() {
        assert_eq!(parse(&["--dryrun"]).unwrap_err(), "--dryrun is not understood; see --help");
        assert_eq!(parse(&["--since"]).unwrap_err(), "--since takes a time");
        assert_eq!(parse(&["--until", "2026-11-21"]).unwrap_err(), "--until needs --since");
    }
}
