//! Cursor in a line, and the steps that move it.

use super::Expected;

/// Offset of an error from the start of the line, and the expected syntax.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) at: usize,
    pub(super) expected: Expected,
}

/// A position in a line.
pub(super) struct Cursor<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { line, at: 0 }
    }

    pub(super) fn failure(&self, expected: Expected) -> Failure {
        Failure { at: self.at, expected }
    }

    pub(super) fn fail<T>(&self, expected: Expected) -> Result<T, Failure> {
        Err(self.failure(expected))
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest().is_empty()
    }

    pub(super) fn take(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// Takes any number of spaces. Returns whether there were some.
    pub(super) fn take_spaces(&mut self) -> bool {
        let before = self.at;
        while self.take(' ') {}
        self.at > before
    }

    /// Takes a name up to one of `separators`. A backslash before one of them makes it part of the name, and stands for
    /// itself before any other character.
    pub(super) fn take_name(&mut self, separators: &[char], expected: Expected) -> Result<String, Failure> {
        let mut name = String::new();
        while let Some(char) = self.ahead() {
            if separators.contains(&char) {
                break;
            }
            if char.is_ascii_control() {
                return self.fail(Expected::Printable);
            }
            self.at += char.len_utf8();
            let escaped = self.ahead().filter(|next| char == '\\' && separators.contains(next));
            self.at += escaped.map_or(0, char::len_utf8);
            name.push(escaped.unwrap_or(char));
        }
        if name.is_empty() { self.fail(expected) } else { Ok(name) }
    }

    /// Takes the rest of a text and the quote that ends it.
    pub(super) fn take_text(&mut self) -> Result<String, Failure> {
        let mut text = String::new();
        while let Some(char) = self.ahead() {
            self.at += char.len_utf8();
            if char == '"' {
                return Ok(text);
            }
            let meaning = if char == '\\' { self.ahead().and_then(meaning) } else { None };
            // Every escaped character is one byte long.
            self.at += usize::from(meaning.is_some());
            text.push(meaning.unwrap_or(char));
        }
        self.fail(Expected::ClosingQuote)
    }

    /// The unquoted word at the cursor, up to a comma, a space or the end of the line. It is not taken.
    pub(super) fn word(&self) -> &'a str {
        self.rest().split([',', ' ']).next().unwrap_or_default()
    }

    pub(super) fn skip(&mut self, word: &str) {
        self.at += word.len();
    }

    fn rest(&self) -> &'a str {
        self.line.get(self.at..).unwrap_or_default()
    }

    fn ahead(&self) -> Option<char> {
        self.rest().chars().next()
    }
}

/// Meaning of a character after a backslash in a text; without one, the backslash stays.
fn meaning(escaped: char) -> Option<char> {
    match escaped {
        '"' | '\\' => Some(escaped),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        _ => None,
    }
}
