//! What a program is asked to do.

use jiff::Timestamp;

use crate::Window;

/// What a program is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    Run { mode: Mode, window: Option<Window> },
    Describe,
    Help,
    Version,
}

/// How much of a run is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All of it.
    Full,
    /// Extract and transform, print the records, write nothing, alert no one.
    DryRun,
    /// Extract and transform, and reach the stores and channels, without writing or sending anything.
    Check,
}

impl Call {
    /// Reads the arguments after the program's name.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>, now: Timestamp) -> Result<Self, String> {
        let mut mode = Mode::Full;
        let (mut since, mut until) = (None, None);
        let mut arguments = arguments.peekable();
        while let Some(argument) = arguments.next() {
            let (flag, inline) = match argument.split_once('=') {
                Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            match (flag.as_str(), inline) {
                ("--help" | "-h", None) => return Ok(Self::Help),
                ("--version" | "-V", None) => return Ok(Self::Version),
                ("--describe", None) => return Ok(Self::Describe),
                ("--dry-run", None) => mode = Mode::DryRun,
                ("--check", None) => mode = Mode::Check,
                ("--since", inline) => since = Some(value(&flag, inline, &mut arguments)?),
                ("--until", inline) => until = Some(value(&flag, inline, &mut arguments)?),
                _ => return Err(format!("{flag} is not understood; see --help")),
            }
        }
        let window = match (since, until) {
            (None, None) => None,
            (None, Some(_)) => return Err("--until needs --since".to_owned()),
            (Some(since), until) => Some(Window::parse(&since, until.as_deref(), now)?),
        };
        Ok(Self::Run { mode, window })
    }
}

fn value(
    flag: &str,
    inline: Option<String>,
    arguments: &mut impl Iterator<Item = String>,
) -> Result<String, String> {
    inline
        .or_else(|| arguments.next())
        .filter(|value| !value.is_empty())
        .ok_or_else(|| format!("{flag} takes a time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Call, String> {
        let now = "2026-11-22T04:28:17Z".parse().unwrap();
        Call::parse(arguments.iter().map(ToString::to_string), now)
    }

    #[test]
    fn without_arguments_a_program_runs() {
        assert_eq!(parse(&[]).unwrap(), Call::Run { mode: Mode::Full, window: None });
    }

    #[test]
    fn flags_say_what_else_to_do() {
        assert_eq!(parse(&["--dry-run"]).unwrap(), Call::Run { mode: Mode::DryRun, window: None });
        assert_eq!(parse(&["--check"]).unwrap(), Call::Run { mode: Mode::Check, window: None });
        assert_eq!(parse(&["--dry-run", "--version"]).unwrap(), Call::Version);
        let Call::Run { window: Some(window), .. } =
            parse(&["--since=2026-11-20", "--until", "2026-11-21"]).unwrap()
        else {
            panic!("no window");
        };
        assert_eq!(window.until.to_string(), "2026-11-21T00:00:00Z");
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert_eq!(parse(&["--dryrun"]).unwrap_err(), "--dryrun is not understood; see --help");
        assert_eq!(parse(&["--since"]).unwrap_err(), "--since takes a time");
        assert_eq!(parse(&["--until", "2026-11-21"]).unwrap_err(), "--until needs --since");
    }
}
