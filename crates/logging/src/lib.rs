//! Log lines: JSON in a container, readable on a terminal, secrets in neither.
//!
//! Every event becomes one line on standard error, written at once. It carries the fields of the event, the
//! fields of the spans around it, and its origin: pipeline, version, run and stage. The stage is the field
//! `stage` of the event or of the nearest span that has one.
//!
//! This crate does not know the environment, records or the runner.

mod error;
mod fields;
mod format;
mod identity;
mod layer;
mod levels;
mod line;
mod panic_hook;
mod value;

use std::io::Write as _;

pub use error::Error;
pub use format::Format;
pub use identity::{Identity, run_id};
pub use layer::layer;
pub use panic_hook::install_panic_hook;
use secret::Redactor;
use tracing_subscriber::filter::FilterExt as _;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::registry::Registry;

/// Sends the log of the whole program to standard error. To be called once, by the program itself.
///
/// `levels` is a list such as `info,http-client=debug`: a level for all, and levels for single crates or modules.
/// Without a level for all it is `info`.
///
/// Every line passes `redactor`. A standard error that takes nothing, such as a closed pipe or a full disk, is
/// ignored: a program does its work whether or not someone listens.
pub fn install(identity: Identity, format: Format, levels: &str, redactor: Redactor) -> Result<(), Error> {
    let filter = levels::parse(levels)?.or(levels::outer_spans());
    let layer = layer(identity, format, redactor, write_to_stderr).with_filter(filter);
    tracing::subscriber::set_global_default(Registry::default().with(layer)).map_err(Error::AlreadyInstalled)
}

/// Writes in one piece, so that the lines of two programs with one terminal do not mix.
fn write_to_stderr(line: &str) {
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
