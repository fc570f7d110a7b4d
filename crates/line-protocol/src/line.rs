//! Writing of a line: tags, then fields, then the time.

use crate::{Error, Lines, Name, escape, number};

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field<'a> {
    /// A 64-bit float; NaN and the infinities cannot be written.
    Float(f64),
    /// A signed integer, written with the suffix `i`.
    Int(i64),
    /// An unsigned integer, written with the suffix `u`.
    UInt(u64),
    /// `true` or `false`.
    Bool(bool),
    /// Any text, line breaks included.
    Text(&'a str),
}

/// A line being written. A failed call leaves it unchanged, so the caller may leave out that tag or field.
#[derive(Debug)]
#[must_use = "a line becomes part of the buffer with `end`"]
pub struct Line<'a> {
    lines: &'a mut Lines,
    /// Offset of the tags in the buffer.
    tags: usize,
    has_field: bool,
    has_measurement: Result<(), Error>,
}

impl<'a> Line<'a> {
    pub(crate) fn begin(lines: &'a mut Lines, measurement: &Name) -> Self {
        let has_measurement = measurement.as_measurement().map(|name| lines.text.push_str(name));
        Self { tags: lines.text.len(), has_field: false, has_measurement, lines }
    }

    /// Adds a tag. InfluxDB is fastest when tags are sorted by key.
    ///
    /// Rejects an empty value, a control character, a backslash at the end, a key that is on the line already, and any
    /// tag after the first field.
    pub fn tag(&mut self, key: &Name, value: &str) -> Result<(), Error> {
        let key = key.as_key()?;
        if self.has_field {
            return Err(Error::TagAfterField);
        }
        if value.is_empty() {
            return Err(Error::EmptyTagValue);
        }
        if self.has_tag(key) {
            return Err(Error::DuplicateTag);
        }
        let text = &mut self.lines.text;
        let before = text.len();
        text.push_str(key);
        escape::key_or_tag(text, value).inspect_err(|_| text.truncate(before))
    }

    /// Adds a field. Rejects a float that is not finite.
    ///
    /// A key that is on the line already is written again; the store decides which value counts.
    pub fn field(&mut self, key: &Name, value: Field<'_>) -> Result<(), Error> {
        let key = key.as_key()?;
        let text = &mut self.lines.text;
        let before = text.len();
        if self.has_field {
            text.push_str(key);
        } else {
            text.push(' ');
            text.push_str(key.get(1..).unwrap_or_default());
        }
        self.value(value).inspect_err(|_| self.lines.text.truncate(before))?;
        self.has_field = true;
        Ok(())
    }

    /// Ends the line with its time, in nanoseconds since 1970-01-01T00:00:00Z, and makes it part of the buffer.
    ///
    /// Rejects a line without a field. InfluxDB rejects the two earliest times and the last one of an `i64`; the format
    /// does not.
    pub fn end(self, time_ns: i64) -> Result<(), Error> {
        self.has_measurement?;
        if !self.has_field {
            return Err(Error::NoField);
        }
        let Lines { text, ends, .. } = self.lines;
        text.push(' ');
        number::integer(text, time_ns);
        text.push('\n');
        ends.push(text.len());
        Ok(())
    }

    fn value(&mut self, value: Field<'_>) -> Result<(), Error> {
        let Lines { text, one_text_line_per_point, .. } = &mut *self.lines;
        match value {
            Field::Float(value) => number::float(text, value)?,
            Field::Int(value) => {
                number::integer(text, value);
                text.push('i');
            }
            Field::UInt(value) => {
                number::integer(text, value);
                text.push('u');
            }
            Field::Bool(value) => text.push_str(if value { "true" } else { "false" }),
            Field::Text(value) => {
                text.push('"');
                let copy = if *one_text_line_per_point { escape::text_on_one_line } else { escape::text };
                copy(text, value);
                text.push('"');
            }
        }
        Ok(())
    }

    /// Whether `,key=` is among the tags. A comma after a backslash belongs to a value, so it does not start a key.
    fn has_tag(&self, key: &str) -> bool {
        let tags = self.lines.text.as_bytes().get(self.tags..).unwrap_or_default();
        memchr::memmem::find_iter(tags, key).any(|at| {
            let before = at.checked_sub(1).and_then(|before| tags.get(before));
            before != Some(&b'\\')
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Line<'_>)) -> String {
        let mut lines = Lines::new();
        let mut line = lines.line(&Name::measurement("m").unwrap());
        write(&mut line);
        line.field(&Name::key("last").unwrap(), Field::Bool(true)).unwrap();
        line.end(-1).unwrap();
        lines.as_str().to_owned()
    }

    #[test]
    fn a_refused_tag_or_field_leaves_the_line_as_it_was() {
        let key = Name::key("k").unwrap();
        let line = written(|line| {
            assert_eq!(line.tag(&key, ""), Err(Error::EmptyTagValue));
            assert_eq!(line.tag(&key, "a\\"), Err(Error::TrailingBackslash));
            assert_eq!(line.tag(&key, "a b\n"), Err(Error::ControlCharacter));
            assert_eq!(line.field(&key, Field::Float(f64::NAN)), Err(Error::NotFinite));
        });
        assert_eq!(line, "m last=true -1\n");
    }

    #[test]
    fn a_tag_is_refused_the_second_time() {
        let (key, other) = (Name::key("k").unwrap(), Name::key("kk").unwrap());
        let line = written(|line| {
            line.tag(&other, "a,k=b").unwrap();
            line.tag(&key, "c").unwrap();
            assert_eq!(line.tag(&key, "d"), Err(Error::DuplicateTag));
        });
        assert_eq!(line, "m,kk=a\\,k\\=b,k=c last=true -1\n");
    }

    #[test]
    fn a_tag_is_refused_after_a_field() {
        let key = Name::key("k").unwrap();
        let line = written(|line| {
            line.field(&key, Field::UInt(1)).unwrap();
            assert_eq!(line.tag(&key, "a"), Err(Error::TagAfterField));
        });
        assert_eq!(line, "m k=1u,last=true -1\n");
    }

    #[test]
    fn a_key_is_refused_in_place_of_a_measurement() {
        let mut lines = Lines::new();
        let key = Name::key("k").unwrap();
        let mut line = lines.line(&key);
        line.field(&key, Field::Int(1)).unwrap();
        assert_eq!(line.end(0), Err(Error::MisplacedName));
        assert!(lines.is_empty());
    }
}
