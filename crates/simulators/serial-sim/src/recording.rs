//! Answers as a test case has them: byte by byte, so that they can be wrong.

use std::collections::VecDeque;
use std::io;
use std::path::Path;

/// Answers of a sensor, one for each question; none once it is over.
#[derive(Debug, Clone, Default)]
pub struct Recording(VecDeque<Vec<u8>>);

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or a line holds something else; both name the file.
    pub fn open(path: &Path) -> io::Result<Self> {
        let named = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
        Self::parse(&text).map_err(|error| named(&error))
    }

    /// Parses a line for each question: its bytes in hexadecimal, or `-` for silence. A `#` begins a comment.
    ///
    /// # Errors
    /// A line holds something else.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        let answer = |line: &str| match line {
            "-" => Ok(Vec::new()),
            _ => line
                .split_whitespace()
                .map(|byte| {
                    u8::from_str_radix(byte, 16).map_err(|_| format!("`{byte}` is no byte, in `{line}`"))
                })
                .collect(),
        };
        lines.filter(|line| !line.is_empty()).map(answer).collect::<Result<_, _>>().map(Self)
    }

    /// The next answer: no bytes for silence, `None` once the recording is over.
    pub fn answer(&mut self) -> Option<Vec<u8>> {
        self.0.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_an_answer() {
        let mut recording = Recording::parse("AA C0 # a head\n\n-\nFF").unwrap();
        let answers: Vec<_> = std::iter::from_fn(|| recording.answer()).collect();
        assert_eq!(answers, [vec![0xAA, 0xC0], Vec::new(), vec![0xFF]]);
        assert_eq!(Recording::parse("AA G0").unwrap_err(), "`G0` is no byte, in `AA G0`");
    }
}
