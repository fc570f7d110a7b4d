//! Measurements as a test case has them: byte by byte, so that they can be wrong.

use std::collections::VecDeque;

/// Answers of a sensor, one for each measurement that is read; `None` where it does not acknowledge.
#[derive(Debug, Clone, Default)]
pub struct Recording(VecDeque<Option<Vec<u8>>>);

impl Recording {
    /// Parses a line for each measurement: its bytes in hexadecimal, or `-` for one that is not acknowledged.
    /// A `#` begins a comment.
    ///
    /// # Errors
    /// A line holds something else; the error quotes it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        let answer = |line: &str| {
            let byte =
                |byte| u8::from_str_radix(byte, 16).map_err(|_| format!("`{byte}` is no byte, in `{line}`"));
            if line == "-" {
                Ok(None)
            } else {
                line.split_whitespace().map(byte).collect::<Result<_, _>>().map(Some)
            }
        };
        lines.filter(|line| !line.is_empty()).map(answer).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// The next answer; `None` where the sensor does not acknowledge, as it does once the recording is over.
    pub fn answer(&mut self) -> Option<Vec<u8>> {
        self.0.pop_front().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_played_line_by_line() {
        let mut recording = Recording::parse("01 F4 33 # the first word\n\n-\nFF").unwrap();
        assert_eq!(recording.answer(), Some(vec![0x01, 0xF4, 0x33]));
        assert_eq!(recording.answer(), None);
        assert!(!recording.is_over());
        assert_eq!(recording.answer(), Some(vec![0xFF]));
        assert!(recording.is_over());
        assert_eq!(Recording::parse("01 G4").unwrap_err(), "`G4` is no byte, in `01 G4`");
    }
}
