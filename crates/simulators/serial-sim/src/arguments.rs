//! The command line: which sensor, where, and what goes wrong.

use std::time::Duration;

use serial_sim::{Options, Place, Street};

pub(crate) const HELP: &str = "\
Speaks like a serial sensor on a pseudo-terminal, with faults on request.

Usage: serial-sim sds011 [OPTION]...

The first line on stdout is the path of the port. It runs until it is stopped.

  --link PATH          a path of the port that stays the same; without it, that of its
                       terminal, which is another one each time it is plugged in
  --noise SHARE        stray bytes before this share of the frames, 0 to 1
  --bad-checksums SHARE
                       a changed bit in this share of the frames
  --resets SHARE       a reset in the middle of this share of the frames
  --seed N             what chance begins with                               [0]
  --day SECONDS        how long a day of the simulated air takes             [86400]
  --help, --version

On stdin it takes `unplug`, `plug` and `reset`, a line each.
";

/// What the caller wants.
#[derive(Debug)]
pub(crate) enum Called {
    Run(Arguments),
    Help,
    Version,
}

/// What to simulate, and how.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) options: Options,
    pub(crate) street: Street,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArgumentError {
    #[error("unknown option `{0}`")]
    Unknown(String),
    #[error("unknown sensor `{0}`; there is: sds011")]
    UnknownSensor(String),
    #[error("no sensor is named; there is: sds011")]
    NoSensor,
    #[error("`{0}` needs a value")]
    NoValue(String),
    #[error("`{value}` is no value for `{option}`")]
    BadValue { option: String, value: String },
}

/// Reads the arguments after the program's name.
pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Called, ArgumentError> {
    let options = Options { place: Place::Terminal, ..Options::default() };
    let mut arguments = Arguments { options, street: Street::default() };
    let mut sensor = None;
    let mut words = words.flat_map(split);
    while let Some(option) = words.next() {
        let option = option.as_str();
        let mut value = || words.next().ok_or_else(|| ArgumentError::NoValue(option.to_owned()));
        let faults = &mut arguments.options.faults;
        match option {
            "--help" | "-h" => return Ok(Called::Help),
            "--version" | "-V" => return Ok(Called::Version),
            "--link" => arguments.options.place = Place::At(value()?.into()),
            "--noise" => faults.noise = share(option, &value()?)?,
            "--bad-checksums" => faults.bad_checksums = share(option, &value()?)?,
            "--resets" => faults.resets = share(option, &value()?)?,
            "--seed" => arguments.options.seed = parse(option, &value()?)?,
            "--day" => {
                let seconds = parse::<u32>(option, &value()?)?;
                arguments.street.day = Duration::from_secs(seconds.max(1).into());
            }
            _ if option.starts_with('-') => return Err(ArgumentError::Unknown(option.to_owned())),
            "sds011" => sensor = Some(()),
            _ => return Err(ArgumentError::UnknownSensor(option.to_owned())),
        }
    }
    sensor.map(|()| Called::Run(arguments)).ok_or(ArgumentError::NoSensor)
}

/// `--option=value` as two words.
fn split(word: String) -> Vec<String> {
    match word.split_once('=') {
        Some((option, value)) if option.starts_with("--") => vec![option.to_owned(), value.to_owned()],
        _ => vec![word],
    }
}

fn share(option: &str, value: &str) -> Result<f64, ArgumentError> {
    let share = parse(option, value)?;
    let bad = || ArgumentError::BadValue { option: option.to_owned(), value: value.to_owned() };
    (0.0..=1.0).contains(&share).then_some(share).ok_or_else(bad)
}

fn parse<T: std::str::FromStr>(option: &str, value: &str) -> Result<T, ArgumentError> {
    let bad = |_| ArgumentError::BadValue { option: option.to_owned(), value: value.to_owned() };
    value.parse().map_err(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(line: &str) -> Result<Called, ArgumentError> {
        read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read_in_both_spellings() {
        let line = "sds011 --link /tmp/port --noise=0.1 --bad-checksums 0.2 --resets 0.01 --seed 7 --day=60";
        let Ok(Called::Run(arguments)) = called(line) else { panic!("{line}") };
        assert_eq!(arguments.options.faults.bad_checksums.to_string(), "0.2");
        assert_eq!((arguments.options.seed, arguments.street.day), (7, Duration::from_mins(1)));
    }

    #[test]
    fn mistakes_are_told() {
        let complaint = |line| called(line).unwrap_err().to_string();
        assert_eq!(complaint(""), "no sensor is named; there is: sds011");
        assert_eq!(complaint("pms5003"), "unknown sensor `pms5003`; there is: sds011");
        assert_eq!(complaint("sds011 --noise 2"), "`2` is no value for `--noise`");
        assert_eq!(complaint("sds011 --seed"), "`--seed` needs a value");
        assert_eq!(complaint("sds011 --fast"), "unknown option `--fast`");
    }
}
