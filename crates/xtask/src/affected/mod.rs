//! `cargo xtask affected`: the images that a change rebuilds, with reasons.
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
mod shards;
mod verdict;

use crate::workspace;
use git::{Base, Repository};
pub(crate) use output::text;
use revision::Revision;
pub(crate) use shards::matrix;
pub(crate) use verdict::Affected;

/// Lists the images that a change rebuilds, with reasons.
///
/// Uncommitted changes count. If REV is unknown, as after a forced push, every image is rebuilt.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Commit to compare with.
    #[arg(long, value_name = "REV")]
    since: String,
    /// Prints programs, architectures, reasons, and the programs that are gone as JSON.
    #[arg(long, conflicts_with = "matrix")]
    json: bool,
    /// Prints the matrix of a GitHub workflow: an entry for each shard of each architecture.
    #[arg(long)]
    matrix: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let affected = since(&arguments.since)?;
    if arguments.json {
        println!("{}", output::document(&affected));
    } else if arguments.matrix {
        println!("{}", matrix(&affected)?);
    } else {
        print!("{}", text(&affected));
    }
    Ok(())
}

/// Every image, for a reason that is the same for all.
pub(crate) fn all(reason: &str) -> Result<Affected, String> {
    Ok(verdict::everything(&graph::Graph::read()?, reason))
}

/// Computes the images to rebuild since a revision.
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
