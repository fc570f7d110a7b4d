//! The good and the failed readings of a source.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use record::Timestamp;

use crate::{Exit, Failure};

/// The good and the failed readings of a source.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    good: Cell<u64>,
    failed: RefCell<BTreeMap<FailureReason, u64>>,
    last_good: Cell<Option<Timestamp>>,
    in_a_row: Cell<u32>,
    last_failure: RefCell<Option<Failure>>,
    /// Whether the latest news of the source is good.
    is_well: Cell<bool>,
}

/// The reason for a failed reading, as `/metrics` counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FailureReason {
    /// The source was silent, or away.
    Unreachable,
    /// Its answer broke its contract, as a wrong checksum does.
    Malformed,
    /// A setting is wrong.
    Configuration,
    /// A value is invalid.
    OutOfRange,
    /// The sensor is stuck.
    Stale,
}

impl Readings {
    pub(crate) fn good(&self) {
        self.good.set(self.good.get() + 1);
        self.last_good.set(Some(Timestamp::now()));
    }

    pub(crate) fn failed(&self, reason: FailureReason, failure: &Failure) {
        self.count_failed(reason, 1);
        self.in_a_row.set(self.in_a_row.get().saturating_add(1));
        self.last_failure.replace(Some(failure.clone()));
        self.is_well.set(false);
    }

    /// Counts failures without saying that the source is not well.
    pub(crate) fn count_failed(&self, reason: FailureReason, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        *self.failed.borrow_mut().entry(reason).or_default() += count;
    }

    /// Notes that the source is well, and returns whether that is new.
    pub(crate) fn is_well_now(&self) -> bool {
        if self.is_well.replace(true) {
            return false;
        }
        self.in_a_row.set(0);
        self.last_failure.replace(None);
        true
    }

    /// Number of failures in a row, up to now.
    pub(crate) fn in_a_row(&self) -> u32 {
        self.in_a_row.get()
    }

    /// Failure of the last reading, if it failed.
    pub(crate) fn last_failure(&self) -> Option<Failure> {
        self.last_failure.borrow().clone()
    }

    /// Number of good readings.
    pub(crate) fn count(&self) -> u64 {
        self.good.get()
    }

    /// Numbers of failed readings, by reason.
    pub(crate) fn failures(&self) -> Vec<(FailureReason, u64)> {
        self.failed.borrow().iter().map(|(reason, count)| (*reason, *count)).collect()
    }

    /// Time of the last good reading.
    pub(crate) fn last_good(&self) -> Option<Timestamp> {
        self.last_good.get()
    }
}

impl FailureReason {
    /// Every reason there is.
    pub(crate) const ALL: [Self; 5] =
        [Self::Unreachable, Self::Malformed, Self::Configuration, Self::OutOfRange, Self::Stale];

    pub(crate) fn of(failure: &Failure) -> Self {
        match failure.exit() {
            Exit::Data => Self::Malformed,
            Exit::Configuration => Self::Configuration,
            Exit::Temporary | Exit::Done => Self::Unreachable,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Malformed => "malformed",
            Self::Configuration => "configuration",
            Self::OutOfRange => "out_of_range",
            Self::Stale => "stale",
        }
    }
}
