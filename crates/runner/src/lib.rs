//! Runs a program: configuration, stages, retries, reports, alerts, exit codes.
//!
//! A program extracts data, transforms them to records and hands these over; the runner does the rest, the
//! same for all programs. A job runs once:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use record::{Record, Timestamp};
//! use runner::{Failure, Run, program};
//!
//! /// Size of an answer.
//! #[derive(Record)]
//! #[record(measurement = "answers")]
//! struct Answer {
//!     #[record(time)]
//!     at: Timestamp,
//!     /// Bytes of the answer.
//!     #[record(unit = "B")]
//!     size: i64,
//! }
//!
//! fn main() -> ExitCode {
//!     runner::job(program!().record::<Answer>(), etl)
//! }
//!
//! async fn etl(run: &Run<()>) -> Result<(), Failure> {
//!     let service = run.http().service("example", &"https://example.org".parse().expect("a URL"));
//!     let text = run.extract(service.get("front page", "/").text()).await?;
//!     let answer = Answer { at: run.started(), size: text.len() as i64 };
//!     run.load(&[answer]).await
//! }
//! ```
//!
//! A [`service()`] answers requests and a [`device()`] reads a sensor or a stream, both until they are stopped.
//!
//! Because every step passes through the [`Run`] or the [`Device`], logs, reports and alerts know the stage, no
//! extracted data are lost while a store is away, and the exit code says whether to repeat the run: see [`Exit`].

mod alerting;
mod answers;
mod arguments;
mod backfill;
mod check;
mod config;
mod console;
mod context;
mod delivery;
mod describe;
mod device;
mod drain;
mod entry;
mod environment;
mod exit;
mod failure;
mod finding;
mod finish;
mod help;
mod instance;
mod interrupt;
mod job;
mod judged;
mod letter;
mod once;
mod outbox;
mod program;
mod progress;
mod records;
mod replay;
mod report;
mod run;
mod service;
mod spool_backend;
mod spool_check;
mod spool_config;
mod spool_setup;
mod spooling;
mod stage;
mod start;
mod steps;
mod tally;
mod terminal;
mod test_alert;
#[cfg(test)]
mod tests;
mod usage;
mod window;

pub use alert_engine::{Severity, Verdict};
pub use device::{Check, Counter, Device, Polling, Sensor, device};
pub use environment::Environment;
pub use exit::Exit;
pub use failure::Failure;
pub use finding::Finding;
pub use job::job;
pub use program::Program;
pub use records::Records;
pub use run::Run;
pub use service::{Service, service};
pub use stage::Stage;
pub use window::Window;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
