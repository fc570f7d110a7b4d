//! `cargo xtask affected`: which images a change rebuilds, and why.
//!
//! The answer comes from the graph that cargo resolves, from the lock file, and from what images are made of besides
//! programs. No list of paths is kept by hand: a program that moves, or leans on another crate, is followed.

mod git;
mod graph;
mod lock;
mod manifest;
mod output;
mod recipe;
mod revision;
mod verdict;

use crate::workspace;
use git::{Base, Repository};
pub(crate) use output::{matrix, text};
use revision::Revision;
pub(crate) use verdict::Affected;

const USAGE: &str = "\
cargo xtask affected --since REV [--json | --matrix]

Which images have to be built again because of what changed since REV, and why. What is not committed yet counts.
Where REV is unknown, as after a forced push, every image has to be.

  --json      programs, architectures, reasons, and the programs that are gone
  --matrix    the matrix of a GitHub workflow: one entry for each program and architecture
  --help      this text
";

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Json,
    Matrix,
}

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    let (since, form) = match words.as_slice() {
        ["--help" | "-h"] => {
            print!("{USAGE}");
            return Ok(());
        }
        ["--since", since] => (since, Form::Text),
        ["--since", since, "--json"] | ["--json", "--since", since] => (since, Form::Json),
        ["--since", since, "--matrix"] | ["--matrix", "--since", since] => (since, Form::Matrix),
        _ => return Err(format!("`affected` does not understand `{}`\n\n{USAGE}", arguments.join(" "))),
    };
    let affected = self::since(since)?;
    match form {
        Form::Text => print!("{}", text(&affected)),
        Form::Json => println!("{}", output::document(&affected)),
        Form::Matrix => println!("{}", matrix(&affected)?),
    }
    Ok(())
}

/// Every image, for a reason that is the same for all.
pub(crate) fn all(reason: &str) -> Result<Affected, String> {
    Ok(verdict::everything(&graph::Graph::read()?, reason))
}

/// What the changes since a revision rebuild.
pub(crate) fn since(since: &str) -> Result<Affected, String> {
    let repository = Repository::at(&workspace::root());
    let now = Revision::of_work_tree(&repository)?;
    let graph = graph::Graph::read()?;
    match repository.find(since)? {
        Base::Found(commit) => {
            let before = Revision::of_commit(&repository, &commit)?;
            let changed = repository.changed_since(&commit)?;
            Ok(verdict::decide(&before, &now, &graph, &changed, repository.root()))
        }
        Base::Unknown(why) => Ok(verdict::everything(&graph, &why)),
    }
}
