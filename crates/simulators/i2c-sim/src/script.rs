//! A bus that expects transactions, in order and byte by byte.

#![expect(clippy::panic, reason = "a script that is not kept fails its test")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use embedded_hal::i2c::{ErrorType, I2c, Operation};
use embedded_hal_async::delay::DelayNs;

use crate::NoAcknowledge;

/// An expected transaction or wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The driver writes these bytes.
    Write(Vec<u8>),
    /// The driver writes these bytes, and nobody acknowledges.
    WriteRefused(Vec<u8>),
    /// The driver reads as many bytes, and gets these.
    Read(Vec<u8>),
    /// The driver reads so many bytes, and nobody acknowledges.
    ReadRefused(usize),
    /// The driver waits so many milliseconds.
    Wait(u64),
}

/// A bus that expects transactions with one address, and the waits between them. Clones share the script, so that one is
/// the driver's bus, one its delay, and one stays with the test.
#[derive(Debug, Clone)]
pub struct Script {
    address: u8,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    steps: VecDeque<Step>,
    played: usize,
}

impl Script {
    /// A script for the device at `address`.
    pub fn new(address: u8, steps: impl IntoIterator<Item = Step>) -> Self {
        let state = State { steps: steps.into_iter().collect(), played: 0 };
        Self { address, state: Arc::new(Mutex::new(state)) }
    }

    /// Proves that the whole script was played.
    ///
    /// # Panics
    /// Panics if steps are left.
    pub fn finish(&self) {
        let state = self.state();
        assert!(state.steps.is_empty(), "after {} steps, these are left: {:02X?}", state.played, state.steps);
    }

    fn next(&self, found: &str) -> Step {
        let mut state = self.state();
        state.played += 1;
        let step = state.steps.pop_front();
        step.unwrap_or_else(|| panic!("the script of {} steps is over, then: {found}", state.played - 1))
    }

    fn differs(&self, expected: &Step, found: &str) -> ! {
        panic!("step {} is {expected:02X?}, found: {found}", self.state().played)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ErrorType for Script {
    type Error = NoAcknowledge;
}

impl I2c for Script {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), NoAcknowledge> {
        assert_eq!(address, self.address, "the address of a transaction");
        for operation in operations {
            let found = format!("{operation:02X?}");
            match (self.next(&found), operation) {
                (Step::Write(expected), Operation::Write(bytes)) if expected == *bytes => {}
                (Step::WriteRefused(expected), Operation::Write(bytes)) if expected == *bytes => {
                    return Err(NoAcknowledge);
                }
                (Step::Read(bytes), Operation::Read(buffer)) if bytes.len() == buffer.len() => {
                    buffer.copy_from_slice(&bytes);
                }
                (Step::ReadRefused(length), Operation::Read(buffer)) if length == buffer.len() => {
                    return Err(NoAcknowledge);
                }
                (expected, _) => self.differs(&expected, &found),
            }
        }
        Ok(())
    }
}

impl DelayNs for Script {
    async fn delay_ns(&mut self, ns: u32) {
        self.wait(Duration::from_nanos(ns.into()));
    }

    async fn delay_ms(&mut self, ms: u32) {
        self.wait(Duration::from_millis(ms.into()));
    }
}

impl Script {
    fn wait(&self, duration: Duration) {
        let found = format!("a wait of {duration:?}");
        match self.next(&found) {
            Step::Wait(milliseconds) if duration == Duration::from_millis(milliseconds) => {}
            expected => self.differs(&expected, &found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_held_by_the_test_still_answers() {
        let script = Script::new(0x40, [Step::Write(vec![1]), Step::Read(vec![2, 3]), Step::ReadRefused(1)]);
        let (mut bus, mut buffer) = (script.clone(), [0; 2]);
        bus.write_read(0x40, &[1], &mut buffer).unwrap();
        assert_eq!(buffer, [2, 3]);
        assert_eq!(bus.read(0x40, &mut [0]), Err(NoAcknowledge));
        script.finish();
    }

    #[test]
    #[should_panic(expected = "step 1 is Write([01]), found: Write([02])")]
    fn other_bytes_fail() {
        let _ = Script::new(0x40, [Step::Write(vec![1])]).write(0x40, &[2]);
    }

    #[test]
    #[should_panic(expected = "after 0 steps, these are left: [Wait(05)]")]
    fn a_script_that_is_not_played_fails() {
        Script::new(0x40, [Step::Wait(5)]).finish();
    }
}
