//! One of several sensors of a device, as the program sees it.

use std::rc::Rc;
use std::time::Duration;

use super::core::Core;
use super::poller;
use super::polling::Polling;
use super::source::DeviceSource;
use crate::{Failure, Records};

/// One of several sensors of a device, with the health, the metrics and the alerts of its own.
#[derive(Debug)]
pub struct Sensor {
    core: Rc<Core>,
    source: Rc<DeviceSource>,
}

impl Sensor {
    pub(crate) fn new(core: Rc<Core>, source: Rc<DeviceSource>) -> Self {
        Self { core, source }
    }

    /// Reads this sensor as [`Device::poll`](crate::Device::poll) reads the only one.
    ///
    /// # Errors
    ///
    /// As for [`Device::poll`](crate::Device::poll).
    pub async fn poll<S, R: Records>(
        &self,
        polling: Polling,
        open: impl AsyncFn() -> Result<S, Failure>,
        read: impl AsyncFn(&mut S) -> Result<R, Failure>,
    ) -> Result<(), Failure> {
        poller::poll(&self.core, &self.source, polling, open, read).await
    }

    /// Inside of a reading: sets the time from its due time to that of the next one, in place of the period.
    pub fn next_in(&self, wait: Duration) {
        self.source.next_in.set(Some(wait));
    }
}
