//! Decides which messages people get about runs and values, and when.
//!
//! A program that runs once an hour and fails all night sends one message when it begins to fail, a reminder once a day,
//! and one message when it works again. For that, an [`Alert`] and the messages that each channel was sent are stored
//! between runs; each run and each reading is an [`Observation`].
//!
//! ```text
//! no alert ──bad──▶ pending ──bad for long enough──▶ firing ──good──▶ resolved
//!     ▲                │                               ▲                  │
//!     └──────good──────┘                               └──bad for long enough
//! ```
//!
//! - An alert is raised by a run that fails ([`RunRule`]), a value beyond its limit ([`Thresholds`]), or a finding of a
//!   program itself.
//! - An event is a row that stands for itself: it is sent once and has no end ([`Occurrences`]).
//! - A message follows from the difference between the alert and what a channel was sent ([`ChannelState`]), so a
//!   message that could not be sent waits in the alert and survives whatever the alert survives.
//!
//! Everything here is pure: no clock, no I/O. The caller stores an alert and replaces it only if no other run did so in
//! the meantime.

mod alert;
mod compose;
mod delivery;
mod merge;
mod notification;
mod observation;
mod occurrence;
mod options;
mod route;
mod run;
mod threshold;

pub use alert::{Alert, AlertState, Episode};
pub use delivery::{ChannelState, Claim, ClaimRequest, SendOutcome};
pub use notification::{Notification, NotificationKind, Severity};
pub use observation::{AlertText, Hold, Observation, Occurred, Verdict};
pub use occurrence::{Occurrence, Occurrences};
pub use options::{Links, Options};
pub use route::Route;
pub use run::{RunEnd, RunFailure, RunRule, run_key};
pub use threshold::{Field, FieldKind, FieldValue, Reading, Thresholds};

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
