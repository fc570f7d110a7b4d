//! `cargo xtask generate`: everything that orchestrators need to know, from manifests and programs.
//!
//! # Writing a generator
//!
//! A generator is a function from the [`Model`] to [`File`]s and one line in [`GENERATORS`]. It does no I/O, so that a
//! test can call it with a composed model, and the same model makes the same bytes.
//!
//! - [`Model::programs`] are all programs, with every decision made and every mistake refused before: a generator
//!   checks nothing. [`Model::scheduled`] are those that are started by a schedule, [`Model::continuous`] the others.
//! - [`Program::environment`](model::Program::environment) says where each bound variable comes from: a literal, a key of a `ConfigMap`, a key of a
//!   `Secret` ([`Origin`](manifest::Origin)). [`Binding::is_optional`](model::Binding::is_optional) is true where the program starts without it.
//! - [`Program::placement`](model::Program::placement) gives the variables that follow from where the program is put: folders of its files, the
//!   address it listens on, its deadline. They are never in `environment`.
//! - [`Program::arguments`](model::Program::arguments), [`model::GRACE_SECONDS`], [`model::USER`] and
//!   [`model::FINAL_EXITS`] complete the call of a program and the meaning of its exit codes.
//! - [`Program::records`](model::Program::records) are the schemas of what it stores, for dashboards.
//! - [`template::render`] fills in a template that lies beside the generator; [`File::with_hash`] and
//!   [`File::page`] put the line on top with its origin, [`File::bare`] is for formats without comments.
//!
//! `sample::model` is a small model for tests, with a job, a service, and a device.

mod airflow;
mod argo;
mod catalogue;
mod compose;
mod cron;
mod decide;
mod describe;
mod ecs;
mod file;
mod grafana;
mod join;
mod kubernetes;
mod manifest;
mod mistake;
mod model;
mod pages;
mod programs;
mod prometheus;
mod quantity;
#[cfg(test)]
mod sample;
mod settings_table;
pub(crate) mod systemd;
pub(crate) mod template;

use std::path::Path;

use describe::ProgramKind;
pub(crate) use describe::Variable;
#[cfg(test)]
pub(crate) use describe::{CallOption, ExitCode};
use file::File;
use model::Model;
use record::Schema;
pub(crate) use template::render;

use crate::workspace;

/// Makes files from the model.
type Generator = fn(&Model) -> Result<Vec<File>, String>;

/// All generators. Each file is made by one of them.
const GENERATORS: [Generator; 9] = [
    airflow::files,
    argo::files,
    catalogue::files,
    compose::files,
    ecs::files,
    grafana::files,
    kubernetes::files,
    prometheus::files,
    systemd::timers,
];

/// A program that ships, as far as checks beyond the generated files look at it.
pub(crate) struct Shipped {
    pub(crate) name: String,
    /// Its folder from the root.
    pub(crate) folder: String,
    /// Whether it runs once.
    pub(crate) is_job: bool,
    /// All records that it stores, the run report included.
    pub(crate) records: Vec<Schema>,
}

/// All programs that ship, as they describe themselves.
pub(crate) fn shipped() -> Result<Vec<Shipped>, String> {
    let model = programs::model(&workspace::root())?;
    let shipped = model.programs.into_iter().map(|program| Shipped {
        is_job: program.kind == ProgramKind::Job,
        name: program.name,
        folder: program.folder,
        records: program.records,
    });
    Ok(shipped.collect())
}

/// Writes what orchestrators need to know of each program.
///
/// Sources are the manifest of each program, which docs/manifest.md explains, and its own --describe.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Writes nothing; fails and names each file that would change.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    if arguments.check { check() } else { generate() }
}

fn generate() -> Result<(), String> {
    let root = workspace::root();
    let model = programs::model(&root)?;
    for change in file::write(&root, &all(&root, &model)?)? {
        println!("{}", change.line());
    }
    Ok(())
}

fn check() -> Result<(), String> {
    let root = workspace::root();
    let model = programs::model(&root)?;
    let drift = file::drift(&root, &all(&root, &model)?);
    if drift.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = drift.iter().map(file::Drift::line).collect();
    Err(format!("these would change:\n{}\nmake it so: cargo xtask generate", lines.join("\n")))
}

/// All generated files, and the pages that have generated parts.
fn all(root: &Path, model: &Model) -> Result<Vec<File>, String> {
    let mut all = files(model)?;
    all.extend(pages::files(root, model, &settings_table::shared(root, model)?)?);
    Ok(all)
}

/// All files, sorted by path.
fn files(model: &Model) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    for generator in GENERATORS {
        files.extend(generator(model)?);
    }
    file::complete(files)
}
