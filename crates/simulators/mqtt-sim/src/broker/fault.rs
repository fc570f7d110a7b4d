//! Faults on request.

use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

/// A fault.
///
/// It is written `refuse:3`, `hang-up:100` or `delay:200ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InjectedFault {
    /// Refuses a number of connections: server unavailable.
    Refuse(u32),
    /// Closes the connection at the message with this number, counted from now: the message is received, and not
    /// acknowledged.
    HangUp(u32),
    /// Delays the handling of everything a client sends.
    Delay(Duration),
}

/// An invalid description of a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseFaultError {
    /// Unknown kind.
    #[error("unknown fault `{word}`; there are: refuse:N, hang-up:N, delay:DURATION")]
    UnknownKind {
        /// The invalid text.
        word: String,
    },
    /// Invalid value.
    #[error("`{text}` is no value for `{word}`")]
    BadValue {
        /// Name of the fault.
        word: String,
        /// The invalid value.
        text: String,
    },
}

impl FromStr for InjectedFault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (word, value) = text.split_once(':').unwrap_or((text, ""));
        let fault = match word {
            "refuse" => value.parse().ok().map(Self::Refuse),
            "hang-up" => value.parse().ok().map(Self::HangUp),
            "delay" => value
                .parse::<SignedDuration>()
                .ok()
                .and_then(|delay| Duration::try_from(delay).ok())
                .map(Self::Delay),
            _ => return Err(ParseFaultError::UnknownKind { word: word.to_owned() }),
        };
        fault.ok_or_else(|| ParseFaultError::BadValue { word: word.to_owned(), text: value.to_owned() })
    }
}

/// Pending faults of a broker.
#[derive(Debug, Default)]
pub(super) struct Faults {
    refusals: u32,
    until_hang_up: Option<u32>,
    /// Delay of everything.
    pub(super) delay: Duration,
}

impl Faults {
    pub(super) fn set(&mut self, fault: InjectedFault) {
        match fault {
            InjectedFault::Refuse(connections) => self.refusals = connections,
            InjectedFault::HangUp(messages) => self.until_hang_up = Some(messages),
            InjectedFault::Delay(delay) => self.delay = delay,
        }
    }

    /// Whether to refuse this connection.
    pub(super) fn refuses(&mut self) -> bool {
        let is_refused = self.refusals > 0;
        self.refusals = self.refusals.saturating_sub(1);
        is_refused
    }

    /// Whether to close the connection at this message.
    pub(super) fn hangs_up(&mut self) -> bool {
        let left = self.until_hang_up.map(|messages| messages.saturating_sub(1));
        self.until_hang_up = left.filter(|messages| *messages > 0);
        left == Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_from_its_short_form() {
        assert_eq!("refuse:3".parse(), Ok(InjectedFault::Refuse(3)));
        assert_eq!("hang-up:1".parse(), Ok(InjectedFault::HangUp(1)));
        assert_eq!("delay:200ms".parse(), Ok(InjectedFault::Delay(Duration::from_millis(200))));
    }

    #[test]
    fn an_invalid_fault_is_named() {
        let error = |text: &str| text.parse::<InjectedFault>().unwrap_err().to_string();
        assert_eq!(error("refuse:often"), "`often` is no value for `refuse`");
        assert_eq!(error("delay:-1s"), "`-1s` is no value for `delay`");
        assert!(error("explode").contains("hang-up:N"));
    }

    #[test]
    fn a_fault_applies_the_given_number_of_times() {
        let mut faults = Faults::default();
        faults.set(InjectedFault::Refuse(1));
        faults.set(InjectedFault::HangUp(2));
        assert_eq!([(); 2].map(|()| faults.refuses()), [true, false]);
        assert_eq!([(); 3].map(|()| faults.hangs_up()), [false, true, false]);
    }
}
