//! `cargo xtask new`: a pipeline that compiles, runs and passes its tests before a line of it is edited.

mod listing;
mod name;
mod scaffold;
mod template;

use std::path::Path;

use crate::workspace;
use name::Name;
use scaffold::Scaffold;

/// Makes a pipeline that compiles, runs and passes its tests, to be edited from there.
///
/// Names are words in lower case, joined by hyphens, as in `river-levels`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Name of the pipeline, its folder and its package.
    #[arg(value_parser = Name::parse)]
    name: Name,
    /// What it reads, in a few words.
    #[arg(long, value_parser = title)]
    title: Option<String>,
    /// Keeps the source in a crate of its own, crates/api-clients/SERVICE, for other pipelines to share.
    ///
    /// Without it the source is a module of the pipeline.
    #[arg(long, value_name = "SERVICE", value_parser = Name::parse)]
    client: Option<Name>,
}

pub(crate) fn run(wish: &Arguments) -> Result<(), String> {
    let root = workspace::root();
    let names = listing::package_names(&root)?;
    if let Some(folder) =
        wish.client.as_ref().map(Name::client_folder).filter(|folder| root.join(folder).exists())
    {
        let advice = "make the pipeline without --client, and put the client in place of its src/source.rs";
        return Err(format!("{folder} exists already: {advice}"));
    }
    for name in [Some(&wish.name), wish.client.as_ref()].into_iter().flatten() {
        name.check_as_package(&names)?;
    }
    if wish.client.as_ref() == Some(&wish.name) {
        return Err(format!("pipeline and client cannot both be called `{}`", wish.name.kebab()));
    }
    let scaffold = Scaffold::new(&wish.name, wish.title.as_deref(), wish.client.as_ref());
    make(&root, &scaffold)?;
    print!("{}", scaffold.next_steps());
    Ok(())
}

fn make(root: &Path, scaffold: &Scaffold) -> Result<(), String> {
    for folder in scaffold.folders() {
        if root.join(&folder).exists() {
            return Err(format!("{folder} exists; nothing was changed"));
        }
    }
    for (path, text) in scaffold.files() {
        write(&root.join(path), &text)?;
    }
    if let Some(line) = scaffold.dependency() {
        edit(&root.join("Cargo.toml"), |text| listing::with_dependency(text, &line))?;
    }
    edit(&root.join("README.md"), |text| listing::with_row(text, &scaffold.row()))?;
    format_code(scaffold)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let problem = |error| format!("{}: {error}", path.display());
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(problem)?;
    std::fs::write(path, text).map_err(problem)
}

fn edit(path: &Path, change: impl FnOnce(&str) -> Result<String, String>) -> Result<(), String> {
    let problem = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| problem(&error))?;
    let text = change(&text).map_err(|error| problem(&error))?;
    write(path, &text)
}

/// Imports are sorted by name, and lines broken by length: both depend on what things are called.
fn format_code(scaffold: &Scaffold) -> Result<(), String> {
    let mut cargo = workspace::cargo();
    cargo.arg("fmt").args(scaffold.packages().iter().flat_map(|name| ["--package", name]));
    match cargo.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("cargo fmt failed on what was made".to_owned()),
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

    fn parse(words: &[&str]) -> Result<Arguments, String> {
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
    }
}
