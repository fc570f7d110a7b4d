//! `cargo xtask demo`: every pipeline, run against simulated services, and what arrived.

mod description;
mod hints;
mod manifest;
mod page;
mod pipeline;
mod plot;
pub(crate) mod programs;
mod screen;
mod simulator;
mod store;

use std::path::{Path, PathBuf};

use crate::workspace;
use pipeline::{Outcome, Pipeline, Runs};
use screen::Screen;
use store::Store;

const USAGE: &str = "\
cargo xtask demo [--live] [--no-serve]

Builds every pipeline, runs each against a simulated service, and shows what arrived in an embedded store: here, and as a
status page that is served until Ctrl-C. It needs no account and no network.

  --live        ask the real service wherever that takes no key
  --no-serve    end once every pipeline has run
  --help        this text
";

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        words if words.iter().all(|word| ["--live", "--no-serve"].contains(word)) => {
            demonstrate(words.contains(&"--live"), !words.contains(&"--no-serve"))
        }
        _ => Err(format!("`demo` does not understand `{}`\n\n{USAGE}", arguments.join(" "))),
    }
}

fn demonstrate(live: bool, serve: bool) -> Result<(), String> {
    let mut names = workspace::pipelines()?;
    names.retain(|name| manifest::has_source(&workspace::root().join("pipelines").join(name)));
    let screen = Screen::new();
    screen::print([format!("Building {} pipelines.", names.len())]);
    let page = serve.then(|| page::NAME.to_owned());
    let mut programs = programs::build(&names.into_iter().chain(page).collect::<Vec<_>>())?;
    let page = programs.remove(page::NAME);
    let folder = fresh_folder()?;
    let store = Store::at(&folder);

    screen::print([String::new(), screen.bold(&Outcome::heading())]);
    let runs = Runs { store: &store, folder: &folder, live };
    let (mut shown, mut failed) = (Vec::new(), 0_usize);
    for (name, program) in programs {
        let pipeline = Pipeline::of(&name, program);
        let outcome =
            pipeline.as_ref().map_or_else(|problem| Outcome::refused(&name, problem), |it| runs.of(it));
        screen::print([outcome.row(&screen)]);
        screen::print(outcome.complaint().iter().map(|line| screen.dim(line)));
        match pipeline {
            Ok(pipeline) if !outcome.has_failed() => shown.push(pipeline),
            _ => failed += 1,
        }
    }
    for pipeline in &shown {
        screen::print(plot::lines(&screen, &store, pipeline)?);
    }
    screen::print(hints::lines(&screen, &store, &shown));
    match failed {
        0 => page.map_or(Ok(()), |page| page::serve(&screen, &page, &store)),
        1 => Err("a pipeline failed".to_owned()),
        _ => Err(format!("{failed} pipelines failed")),
    }
}

/// The folder of the demo, emptied of what an earlier one left.
fn fresh_folder() -> Result<PathBuf, String> {
    let folder = workspace::root().join("data/demo");
    let problem = |error| format!("{}: {error}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(problem)?;
    }
    std::fs::create_dir_all(&folder).map_err(problem)?;
    Ok(folder)
}

/// A path as a person in the workspace would write it.
fn shown(path: &Path) -> String {
    path.strip_prefix(workspace::root()).unwrap_or(path).display().to_string()
}
