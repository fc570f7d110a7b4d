//! Devices in a folder of their own, on a clock that advances while all tasks wait.

mod alerts;
mod delivery;
mod polling;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use fault::Kind;
use record::{Batch, Record, Timestamp, Value};
use secret::Redactor;
use settings::Source;
use sink::{Error, Sink, Written};
use tempfile::TempDir;
use tokio::sync::watch;

use super::Device;
use super::config::DeviceSettings;
use super::core::Core;
use crate::Program;
use crate::arguments::{Mode, RunRequest};
use crate::context::Context;
use crate::interrupt::{EndReason, Interrupt};

/// The air.
#[derive(Debug, Clone, Record)]
#[record(measurement = "air")]
pub(super) struct Air {
    #[record(time)]
    pub(super) at: Timestamp,
    /// Fine dust.
    #[record(unit = "µg/m³", valid = 0.0..=999.9)]
    pub(super) pm2: f64,
}

pub(super) fn air(second: i64) -> Air {
    let pm2 = f64::from(u8::try_from(second % 200).unwrap());
    Air { at: Timestamp::from_second(second).unwrap(), pm2 }
}

/// A device, and the sender of its signal to stop.
pub(super) struct World {
    pub(super) device: Device<()>,
    pub(super) folder: TempDir,
    end: watch::Sender<Option<EndReason>>,
}

impl World {
    /// A device that runs until it is stopped, with these settings.
    pub(super) fn new(settings: &[(&str, &str)]) -> Self {
        Self::asked(RunRequest { is_endless: true, ..RunRequest::default() }, settings)
    }

    pub(super) fn once(mode: Mode) -> Self {
        Self::asked(RunRequest { is_once: true, mode, ..RunRequest::default() }, &[])
    }

    fn asked(request: RunRequest, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let own = [("SPOOL_DIR", path("spool")), ("SQLITE_PATH", path("platform.db"))];
        let given = settings.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let mut source = Source::of(own.into_iter().chain(given));
        let program = Program::new("test-device", "0", "A device of a test.")
            .record::<Air>()
            .of_kind(crate::program::ProgramKind::Device);
        let variables = super::variables::<()>(&program);
        let settings = DeviceSettings::read(&program, &mut source).unwrap();
        let redactor = Redactor::default();
        let mut context = Context::new(&program, &variables, request, &mut source, &redactor).unwrap();
        let (end, interrupt) = Interrupt::by_hand();
        context.environment.interrupt = interrupt;
        let core = Rc::new(Core::new(Rc::new(context), settings));
        Self { device: Device { config: (), core }, folder, end }
    }

    pub(super) fn core(&self) -> &Core {
        &self.device.core
    }

    pub(super) fn end(&self) {
        self.end.send_replace(Some(EndReason::Signal("SIGTERM")));
    }

    /// Number of records in the embedded store.
    pub(super) fn stored(&self) -> usize {
        self.core().context.delivery.outbox.tally.of("sqlite").stored
    }
}

/// A store with a behavior that a test sets.
#[derive(Default)]
pub(super) struct FakeStore {
    /// The seconds of the records it has, in the order they came.
    pub(super) has: RefCell<Vec<i64>>,
    pub(super) behavior: Cell<Behavior>,
    /// The behavior at the next writes, before `behavior` counts.
    pub(super) next: RefCell<VecDeque<Behavior>>,
    pub(super) asked: Cell<usize>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Behavior {
    #[default]
    Takes,
    Fails(Kind),
    Asks(Duration),
    Hangs,
}

impl FakeStore {
    pub(super) fn behaves(&self, behavior: Behavior) {
        self.behavior.set(behavior);
    }
}

impl Sink for FakeStore {
    fn name(&self) -> &'static str {
        "fake"
    }

    async fn write(&self, batch: &Batch<'_>) -> Result<Written, Error> {
        self.asked.set(self.asked.get() + 1);
        let next = self.next.borrow_mut().pop_front();
        let behavior = next.unwrap_or(self.behavior.get());
        match behavior {
            Behavior::Takes => {
                let second = |row| match batch.value(row, 0) {
                    Value::Timestamp(at) => Some(at.as_second()),
                    _ => None,
                };
                self.has.borrow_mut().extend((0..batch.len()).filter_map(second));
                Ok(Written::default())
            }
            Behavior::Fails(kind) => Err(Error::new("fake", kind, "it does not take it")),
            Behavior::Asks(wait) => Err(Error::caused("fake", "it is busy", Busy(wait))),
            Behavior::Hangs => std::future::pending().await,
        }
    }

    async fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("busy")]
pub(super) struct Busy(Duration);

impl fault::Fault for Busy {
    fn kind(&self) -> Kind {
        Kind::RateLimited
    }

    fn retry_after(&self) -> Option<Duration> {
        Some(self.0)
    }
}
