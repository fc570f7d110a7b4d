//! `cargo xtask new`: a pipeline that compiles, runs and passes its tests before a line of it is edited.

mod listing;
mod name;
mod scaffold;
mod template;

use std::path::Path;

use crate::workspace;
use name::Name;
use scaffold::Scaffold;

const USAGE: &str = "\
cargo xtask new NAME [--title TITLE] [--client SERVICE]

Makes pipelines/NAME: a program with a source, a record, test cases and a page, to be edited from there.

  --title TITLE      what it reads, in a few words
  --client SERVICE   keep the source in a crate of its own, crates/api-clients/SERVICE, for other pipelines to share;
                     without it the source is a module of the pipeline
  --help             this text

Names are words in lower case, joined by hyphens, as in `river-levels`.
";

/// What is to be made.
#[derive(Debug, PartialEq)]
struct Wish {
    name: Name,
    title: Option<String>,
    client: Option<Name>,
}

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    if arguments.iter().any(|word| word == "--help" || word == "-h") {
        print!("{USAGE}");
        return Ok(());
    }
    let wish = Wish::parse(arguments).map_err(|problem| format!("{problem}\n\n{USAGE}"))?;
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

impl Wish {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let (mut name, mut title, mut client) = (None, None, None);
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            let (option, inline) =
                word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
            let mut value =
                || inline.or_else(|| words.next()).ok_or_else(|| format!("`{option}` needs a value"));
            match option {
                "--title" => title = Some(parse_title(value()?)?),
                "--client" => client = Some(Name::parse(value()?)?),
                _ if option.starts_with('-') => return Err(format!("`new` does not understand `{option}`")),
                _ if name.is_some() => return Err("`new` makes one pipeline at a time".to_owned()),
                _ => name = Some(Name::parse(word)?),
            }
        }
        let name = name.ok_or_else(|| "what is the pipeline called?".to_owned())?;
        Ok(Self { name, title, client })
    }
}

/// A title stands in a manifest and in a table.
fn parse_title(text: &str) -> Result<String, String> {
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

    fn parse(line: &[&str]) -> Result<Wish, String> {
        Wish::parse(&line.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_wish_is_a_name_and_options_in_any_order() {
        let wish = Wish {
            name: Name::parse("river-levels").unwrap(),
            title: Some("Water levels of rivers".to_owned()),
            client: Some(Name::parse("rivers").unwrap()),
        };
        let line = ["--client=rivers", "river-levels", "--title", "Water levels of rivers."];
        assert_eq!(parse(&line), Ok(wish));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert_eq!(parse(&[]).unwrap_err(), "what is the pipeline called?");
        assert_eq!(parse(&["rivers", "--titel", "x"]).unwrap_err(), "`new` does not understand `--titel`");
        assert_eq!(parse(&["rivers", "--title"]).unwrap_err(), "`--title` needs a value");
        assert!(parse(&["rivers", "--title", "the \"best\""]).unwrap_err().starts_with("a title is"));
        assert_eq!(parse(&["rivers", "tides"]).unwrap_err(), "`new` makes one pipeline at a time");
    }
}
