//! `cargo xtask demo`: runs every program against a simulated source, and shows the stored records.

mod beside;
pub(crate) mod build;
mod description;
mod devices;
mod hints;
mod jobs;
mod manifest;
mod outcome;
mod page;
mod plot;
mod program;
mod screen;
mod simulator;
mod stage;
mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::workspace;
use build::Wanted;
use manifest::Demo;
use outcome::Outcome;
use program::Program;
use screen::Screen;
use stage::Stage;
use store::Store;

/// Runs every program against a simulated source, and shows what arrived.
///
/// Builds every pipeline and device, runs each against a simulated service or sensor, and shows the records in an
/// embedded store: on the terminal, and as a status page that is served until Ctrl-C. It needs no account, no network
/// and no hardware.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Programs to show; all without a name.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Asks the real service wherever that takes no key.
    #[arg(long)]
    live: bool,
    /// Ends once every program has run.
    #[arg(long)]
    no_serve: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    demonstrate(chosen(&arguments.names)?, arguments.live, !arguments.no_serve)
}

/// Programs of the demo, each with the demo settings of its manifest or the reason why they are invalid.
type Cast = Vec<(workspace::Program, Result<Demo, String>)>;

/// The programs of these names, or all, as far as they have a source that can be simulated.
fn chosen(names: &[String]) -> Result<Vec<workspace::Program>, String> {
    let mut programs = workspace::programs()?;
    programs.retain(|program| manifest::has_source(&program.folder));
    if let Some(unknown) = names.iter().find(|name| programs.iter().all(|program| program.name != **name)) {
        let known: Vec<_> = programs.iter().map(|program| program.name.as_str()).collect();
        return Err(format!("`{unknown}` is not in the demo; these are: {}", known.join(", ")));
    }
    programs.retain(|program| names.is_empty() || names.contains(&program.name));
    Ok(programs)
}

fn demonstrate(programs: Vec<workspace::Program>, live: bool, serve: bool) -> Result<(), String> {
    let cast: Cast = programs.into_iter().map(|it| (it.clone(), Demo::read(&it.folder))).collect();
    let screen = Screen::new();
    screen::print([format!("Building {} programs.", cast.len())]);
    let page = serve.then(|| Wanted::program(page::NAME));
    let mut built = build::build(&wanted(&cast).into_iter().chain(page).collect())?;
    let page = built.remove(page::NAME);
    let folder = fresh_folder()?;
    let store = Store::at(&folder);

    screen::print([String::new(), screen.bold(&Outcome::heading())]);
    let stage = Stage { store: &store, folder: &folder, live };
    let (shown, failed) = perform(&screen, &stage, cast, &built);
    for program in &shown {
        screen::print(plot::lines(&screen, &store, program)?);
    }
    screen::print(hints::lines(&screen, &store, &shown));
    match failed {
        0 => page.map_or(Ok(()), |page| page::serve(&screen, &page, &store)),
        1 => Err("a program failed".to_owned()),
        _ => Err(format!("{failed} programs failed")),
    }
}

/// Targets to build: the programs, and the simulators that are programs.
fn wanted(cast: &Cast) -> BTreeSet<Wanted> {
    let mut wanted = BTreeSet::new();
    for (program, demo) in cast {
        wanted.insert(Wanted::program(&program.name));
        let call = demo.as_ref().ok().and_then(|demo| demo.simulator.as_deref());
        let name = call.and_then(|call| call.split(' ').next());
        wanted.extend(name.and_then(workspace::simulator).map(Wanted::from));
    }
    wanted
}

/// Runs the programs in parallel, and prints the outcome of each, pipelines first. Returns the programs that
/// succeeded, and the number of the others.
fn perform(
    screen: &Screen,
    stage: &Stage<'_>,
    cast: Cast,
    built: &BTreeMap<String, PathBuf>,
) -> (Vec<Program>, usize) {
    let (mut programs, mut failed) = (Vec::new(), 0_usize);
    let mut print = |outcome: &Outcome| {
        screen::print([outcome.row(screen)]);
        screen::print(outcome.error_lines().iter().map(|line| screen.dim(line)));
        failed += usize::from(outcome.has_failed());
    };
    for (program, demo) in cast {
        let path = built.get(&program.name).cloned().unwrap_or_default();
        match demo.and_then(|demo| Program::of(&program, demo, path)) {
            Ok(program) => programs.push(program),
            Err(problem) => print(&Outcome::refused(&program.name, &problem)),
        }
    }
    let mut bad: BTreeSet<String> = BTreeSet::new();
    let mut note = |outcome: &Outcome| {
        print(outcome);
        bad.extend(outcome.has_failed().then(|| outcome.name.clone()));
    };
    let (devices, pipelines): (Vec<_>, Vec<_>) = programs.iter().partition(|it| it.demo.is_device());
    let run = |program: &Program| {
        if program.demo.is_device() { devices::run(stage, program, built) } else { jobs::run(stage, program) }
    };
    beside::each_other(&[pipelines, devices].concat(), run, |outcome| note(&outcome));
    programs.retain(|program| !bad.contains(&program.name));
    (programs, failed)
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
