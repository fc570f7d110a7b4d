//! A growing buffer of complete lines.

use crate::{Line, Name};

/// A growing buffer of complete lines, ready to be sent as the body of a write.
///
/// It keeps its memory when it is cleared, so a steady flow of batches stops allocating after the largest.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// The complete lines, followed by the start of an unfinished one, if any.
    pub(crate) text: String,
    /// End offset of each complete line, after its newline.
    pub(crate) ends: Vec<usize>,
    pub(crate) one_text_line_per_point: bool,
}

impl Lines {
    /// Creates an empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates an empty buffer with capacity for `bytes` bytes of text.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ..Self::default() }
    }

    /// Escapes line breaks and tabs in string fields as `\n`, `\r` and `\t`, so that each point is one line of text.
    ///
    /// The Go library `influxdata/line-protocol` writes and reads these escapes, and so does [`parse`](crate::parse).
    /// InfluxDB 1, 2 and 3 do not: they would store a backslash and a letter. The default is to write a line break as
    /// it is, which all of them read correctly.
    #[must_use]
    pub fn with_escaped_line_breaks(mut self) -> Self {
        self.one_text_line_per_point = true;
        self
    }

    /// Begins a line. [`Line::end`] adds it to the buffer; a line dropped before leaves no trace.
    pub fn line(&mut self, measurement: &Name) -> Line<'_> {
        self.text.truncate(self.len());
        Line::begin(self, measurement)
    }

    /// The complete lines, each with its newline.
    pub fn as_str(&self) -> &str {
        self.text.get(..self.len()).unwrap_or_default()
    }

    /// The complete lines, each with its newline, as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.as_str().as_bytes()
    }

    /// The length of the complete lines in bytes.
    pub fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or_default()
    }

    /// Whether there is no complete line.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The number of complete lines.
    ///
    /// Each line is one point, although a string field may contain line breaks.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// A complete line by its index, counted from zero, without its newline.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start =
            index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.text.get(start..end)?.strip_suffix('\n')
    }

    /// The complete lines in the order they were written, each without its newline.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.count()).map(|index| self.get(index).unwrap_or_default())
    }

    /// Removes all lines and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Field};

    fn names() -> (Name, Name) {
        (Name::measurement("m").unwrap(), Name::key("v").unwrap())
    }

    #[test]
    fn a_line_that_is_not_ended_leaves_no_trace() {
        let (m, v) = names();
        let mut lines = Lines::new();
        lines.line(&m).field(&v, Field::Int(1)).unwrap();
        assert!(lines.is_empty());
        assert_eq!((lines.as_str(), lines.len(), lines.count()), ("", 0, 0));

        assert_eq!(lines.line(&m).end(0), Err(Error::NoField));
        let mut line = lines.line(&m);
        line.field(&v, Field::Int(2)).unwrap();
        line.end(3).unwrap();
        assert_eq!(lines.as_str(), "m v=2i 3\n");
    }

    #[test]
    fn a_line_is_found_again_by_its_index() {
        let (m, v) = names();
        let mut lines = Lines::new();
        for text in ["a", "b\nc", "d"] {
            let mut line = lines.line(&m);
            line.field(&v, Field::Text(text)).unwrap();
            line.end(0).unwrap();
        }
        assert_eq!(lines.count(), 3);
        assert_eq!(lines.get(1), Some("m v=\"b\nc\" 0"));
        assert_eq!(lines.get(3), None);
        assert_eq!(lines.lines().collect::<Vec<_>>(), ["m v=\"a\" 0", "m v=\"b\nc\" 0", "m v=\"d\" 0"]);
    }

    #[test]
    fn a_second_batch_is_written_into_the_memory_of_the_first() {
        let (m, v) = names();
        let mut lines = Lines::new();
        let memory = [0, 1, 2].map(|_| {
            lines.clear();
            for n in 0..1000_u32 {
                let mut line = lines.line(&m);
                line.field(&v, Field::Float(f64::from(n) / 7.0)).unwrap();
                line.end(i64::from(n)).unwrap();
            }
            (lines.text.as_ptr(), lines.text.capacity(), lines.ends.as_ptr(), lines.ends.capacity())
        });
        assert_eq!(memory[0], memory[1]);
        assert_eq!(memory[1], memory[2]);
    }
}
