//! Faults on request: what goes wrong, and how often.

use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

/// Something that goes wrong.
///
/// It is written `refuse:3`, `hang-up:100` or `delay:200ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// So many connections are refused: the server is not available.
    Refuse(u32),
    /// The connection that brings the message with this number, counted from now, is ended: the message is taken and
    /// not acknowledged.
    HangUp(u32),
    /// Everything a client sends waits so long before it is looked at.
    Delay(Duration),
}

/// A fault that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseFaultError {
    /// There is no fault of this name.
    #[error("unknown fault `{word}`; there are: refuse:N, hang-up:N, delay:DURATION")]
    UnknownKind {
        /// What stood in its place.
        word: String,
    },
    /// What follows the colon is not what the fault needs.
    #[error("`{text}` is no value for `{word}`")]
    BadValue {
        /// The name of the fault.
        word: String,
        /// What stood behind it.
        text: String,
    },
}

impl FromStr for Fault {
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

/// The faults of a broker, as far as they are still to come.
#[derive(Debug, Default)]
pub(super) struct Faults {
    refusals: u32,
    until_hang_up: Option<u32>,
    /// How long everything waits.
    pub(super) delay: Duration,
}

impl Faults {
    pub(super) fn set(&mut self, fault: Fault) {
        match fault {
            Fault::Refuse(connections) => self.refusals = connections,
            Fault::HangUp(messages) => self.until_hang_up = Some(messages),
            Fault::Delay(delay) => self.delay = delay,
        }
    }

    /// Whether this connection is refused; the next one may not be.
    pub(super) fn refuses(&mut self) -> bool {
        let is_refused = self.refusals > 0;
        self.refusals = self.refusals.saturating_sub(1);
        is_refused
    }

    /// Whether this message ends its connection.
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
        assert_eq!("refuse:3".parse(), Ok(Fault::Refuse(3)));
        assert_eq!("hang-up:1".parse(), Ok(Fault::HangUp(1)));
        assert_eq!("delay:200ms".parse(), Ok(Fault::Delay(Duration::from_millis(200))));
    }

    #[test]
    fn a_wrong_fault_is_told_by_its_word() {
        let complaint = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
        assert_eq!(complaint("refuse:often"), "`often` is no value for `refuse`");
        assert_eq!(complaint("delay:-1s"), "`-1s` is no value for `delay`");
        assert!(complaint("explode").contains("hang-up:N"));
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_says() {
        let mut faults = Faults::default();
        faults.set(Fault::Refuse(1));
        faults.set(Fault::HangUp(2));
        assert_eq!([(); 2].map(|()| faults.refuses()), [true, false]);
        assert_eq!([(); 3].map(|()| faults.hangs_up()), [false, true, false]);
    }
}
