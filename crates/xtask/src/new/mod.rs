//! `cargo xtask new`: a program that compiles, runs and passes its tests before a line of it is edited.

mod context;
mod name;
mod packages;
mod scaffold;

use std::path::Path;

use crate::workspace;
use name::Name;
use scaffold::Scaffold;

/// Makes a program that compiles, runs and passes its tests, to be edited from there.
///
/// Without --device it is a pipeline in pipelines/NAME, with a source, a record and test cases. With --device it is a
/// device in iot/NAME, with a driver and a simulator in crates/sensors. Nothing else in the workspace changes. Names are
/// words in lower case, joined by hyphens, as in `river-levels`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Name of the program, its folder and its package.
    #[arg(value_parser = Name::parse)]
    name: Name,
    /// Subject of its source, in a few words.
    #[arg(long, value_parser = title)]
    title: Option<String>,
    /// Keeps the source in a crate of its own, crates/api-clients/SERVICE, for other pipelines to share.
    ///
    /// Without it the source is a module of the pipeline.
    #[arg(long, value_name = "SERVICE", value_parser = Name::parse)]
    client: Option<Name>,
    /// Makes the record a table with a key, in place of a measurement.
    #[arg(long, conflicts_with = "history")]
    table: bool,
    /// Reads the past with --since and --until.
    #[arg(long)]
    history: bool,
    /// Leaves out the API key, for a service that takes none.
    #[arg(long)]
    no_key: bool,
    /// Makes a device. The first word of its name names the sensor and its driver, as in `sht40-climate`.
    #[arg(long, value_name = "KIND", conflicts_with_all = ["client", "table", "history", "no_key"])]
    device: Option<Kind>,
}

/// Kind of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// A sensor on a serial port that answers questions.
    Serial,
    /// A sensor on an I2C bus.
    I2c,
    /// A device on the network that is asked over HTTP; it needs no driver.
    Poll,
    /// A sensor on a serial port that sends by itself.
    Stream,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let root = workspace::root();
    let scaffold = Scaffold::new(arguments)?;
    check(&root, &scaffold)?;
    for (path, text) in scaffold.files()? {
        write(&root.join(path), &text)?;
    }
    format_code(&scaffold)?;
    print!("{}", scaffold.next_steps()?);
    Ok(())
}

/// Refuses a scaffold whose folders or packages exist.
fn check(root: &Path, scaffold: &Scaffold) -> Result<(), String> {
    for folder in scaffold.folders() {
        if root.join(folder).exists() {
            return Err(format!("{folder} exists already{}; nothing was changed", advice(folder)));
        }
    }
    let names = packages::names(root)?;
    scaffold.packages().try_for_each(|name| name.check_as_package(&names))
}

fn advice(folder: &str) -> &'static str {
    if folder.starts_with("crates/api-clients/") {
        ": make the pipeline without --client, and put the client in place of its src/source.rs"
    } else if folder.starts_with("crates/sensors/") {
        ": give the device another first word, and put the driver that exists in place of its own"
    } else {
        ""
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let problem = |error| format!("{}: {error}", path.display());
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(problem)?;
    std::fs::write(path, text).map_err(problem)
}

/// Sorts imports and breaks lines, which depend on the names.
fn format_code(scaffold: &Scaffold) -> Result<(), String> {
    let mut cargo = workspace::cargo();
    cargo.arg("fmt").args(scaffold.packages().flat_map(|name| ["--package", name.kebab()]));
    match cargo.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("cargo fmt failed on the new files".to_owned()),
        Err(error) => Err(format!("cargo fmt: {error}")),
    }
}

/// A title stands in a manifest and in a table.
fn title(text: &str) -> Result<String, String> {
    let title = text.trim().trim_end_matches('.');
    let is_plain = |c: char| !c.is_control() && !"\"\\|".contains(c);
    if title.is_empty() || !title.chars().all(is_plain) {
        return Err("a title is a few words, without quotes, backslashes and bars".to_owned());
    }
    Ok(title.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    pub(super) fn parse(words: &[&str]) -> Result<Arguments, String> {
        let line = Line::try_parse_from([&["new"], words].concat());
        line.map(|line| line.arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn a_title_loses_its_period() {
        let arguments = parse(&["river-levels", "--title", "Water levels of rivers."]).unwrap();
        assert_eq!(arguments.title.as_deref(), Some("Water levels of rivers"));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(parse(&["Rivers"]).unwrap_err().contains("`Rivers` is no name"));
        assert!(parse(&["rivers", "--title", "the \"best\""]).unwrap_err().contains("a title is"));
        assert!(parse(&["rivers", "--table", "--history"]).unwrap_err().contains("cannot be used with"));
        assert!(
            parse(&["sht40-climate", "--device", "spi"]).unwrap_err().contains("serial, i2c, poll, stream")
        );
    }
}
