//! Splitting of text into the lines of points.

use memchr::memchr;

/// Unparsed text of one point.
pub(super) struct Raw<'a> {
    /// Line number, counted from one.
    pub(super) line: usize,
    /// Offset in bytes from the start of the whole text.
    pub(super) offset: usize,
    pub(super) text: &'a [u8],
}

/// Iterates over all lines except blank ones and comments, without leading blanks and line ends.
pub(super) fn points(text: &[u8]) -> impl Iterator<Item = Raw<'_>> {
    lines(text).filter(|raw| raw.text.first().is_some_and(|&first| first != b'#'))
}

fn lines(text: &[u8]) -> impl Iterator<Item = Raw<'_>> {
    let mut offset = 0;
    let mut line = 1;
    std::iter::from_fn(move || {
        let rest = text.get(offset..).filter(|rest| !rest.is_empty())?;
        let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
        let content = rest.get(blanks..)?;
        let length = line_length(content);
        let content = content.get(..length)?;
        let raw = Raw { line, offset: offset + blanks, text: content.strip_suffix(b"\r").unwrap_or(content) };
        line += 1 + memchr::memchr_iter(b'\n', content).count();
        offset += blanks + length + 1;
        Some(raw)
    })
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\r')
}

/// Number of bytes before the newline that ends the line.
fn line_length(text: &[u8]) -> usize {
    if text.first() == Some(&b'#') {
        return memchr(b'\n', text).unwrap_or(text.len());
    }
    let mut place = Place::Names;
    let mut previous = 0;
    for (at, &byte) in text.iter().enumerate() {
        let escaped = previous == b'\\';
        match (place, byte) {
            (Place::Names | Place::Fields, b'\n') => return at,
            (Place::Names, b' ') | (Place::Text, b'"') if !escaped => place = Place::Fields,
            // A quote starts a text only right after the equals sign; elsewhere it is an ordinary character.
            (Place::Fields, b'"') if previous == b'=' => place = Place::Text,
            _ => {}
        }
        previous = match place {
            // Inside quotes a backslash may itself be escaped; in names it cannot.
            Place::Text if escaped => 0,
            Place::Fields if escaped && byte == b'=' => 0,
            _ => byte,
        };
    }
    text.len()
}

/// The part of a line that a byte belongs to.
#[derive(Clone, Copy)]
enum Place {
    Names,
    Fields,
    Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(usize, usize, &str)> {
        let points = points(text.as_bytes());
        points.map(|raw| (raw.line, raw.offset, std::str::from_utf8(raw.text).unwrap())).collect()
    }

    #[test]
    fn skips_blank_lines_and_comments() {
        assert_eq!(split("\n  \r\n# it's \"\n a v=1\r\n\nb v=2"), [(4, 15, "a v=1"), (6, 23, "b v=2")]);
        assert_eq!(split(""), []);
    }

    #[test]
    fn a_newline_inside_quotes_belongs_to_the_field() {
        let text = "a v=\"x\ny\\\"\n\",w=1\nb v=1";
        assert_eq!(split(text), [(1, 0, "a v=\"x\ny\\\"\n\",w=1"), (4, 17, "b v=1")]);
    }

    #[test]
    fn a_quote_in_a_name_opens_nothing() {
        assert_eq!(split("\"a,b=\" v\"=1\nc v=1").len(), 2);
        assert_eq!(split("a\\ =\",b=\" v=1\nc v=1").len(), 2);
    }

    #[test]
    fn two_backslashes_before_a_separator_still_escape_it() {
        assert_eq!(split("a,b=c\\\\ d,e=\"f v=1\nc v=1").len(), 2);
        assert_eq!(split("a v=\"\\\\\"\nc v=1").len(), 2);
    }

    #[test]
    fn an_escaped_equals_sign_is_part_of_a_key() {
        assert_eq!(split("a k\\=\"=1\nc v=1").len(), 2);
    }
}
