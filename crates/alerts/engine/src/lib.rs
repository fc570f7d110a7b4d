//! Decides what people are told of runs and values, and when.
//!
//! A program that runs once an hour and fails all night should say so once, remind people once a day, and say once that
//! it is well again. So what is so, and what each channel has been told of it, is remembered between runs as an
//! [`Alert`]; each run and each reading is an [`Observation`].
//!
//! ```text
//! no alert ──bad──▶ pending ──bad for long enough──▶ firing ──good──▶ resolved
//!     ▲                │                               ▲                  │
//!     └──────good──────┘                               └──bad for long enough
//! ```
//!
//! - What raises one: a run that fails ([`RunRule`]), a value beyond its limit ([`Thresholds`]), or whatever a program
//!   observes by itself.
//! - What is said follows from the difference between what is so and what a channel's readers believe ([`Told`]), so a
//!   message that could not be sent waits in the alert and survives whatever the alert survives.
//!
//! Everything here is pure: no clock, no I/O. The caller keeps an alert in durable state and replaces it only if no
//! other run did so in the meantime.

mod alert;
mod joined;
mod notification;
mod observation;
mod options;
mod route;
mod run;
mod threshold;
mod told;
mod words;

pub use alert::{Alert, AlertState, Episode};
pub use notification::{Event, Notification, Severity};
pub use observation::{Hold, Observation, Verdict, Words};
pub use options::{Links, Options};
pub use route::Route;
pub use run::{RunEnd, RunFailure, RunRule, run_key};
pub use threshold::{Field, FieldKind, Reading, Seen, Thresholds};
pub use told::{Claim, Outcome, Teller, Told};

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
