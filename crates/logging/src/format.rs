//! The two formats of a line, and the choice for standard error.

use std::io::IsTerminal as _;

use crate::Error;

/// Format of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object, for programs.
    Json,
    /// Time, level, stage, message and fields, for people.
    Text {
        /// Whether the level has a color, in ANSI escape codes.
        color: bool,
    },
}

impl Format {
    /// The format for standard error: text on a terminal, else JSON, unless `wanted` is `json` or `text`.
    ///
    /// Color is for terminals only, and `no_color` turns it off there too (<https://no-color.org>).
    pub fn for_stderr(wanted: Option<&str>, no_color: bool) -> Result<Self, Error> {
        Self::choose(wanted, std::io::stderr().is_terminal(), no_color)
    }

    fn choose(wanted: Option<&str>, is_terminal: bool, no_color: bool) -> Result<Self, Error> {
        let text = Self::Text { color: is_terminal && !no_color };
        match wanted {
            None if is_terminal => Ok(text),
            None => Ok(Self::Json),
            Some(name) if name.eq_ignore_ascii_case("text") => Ok(text),
            Some(name) if name.eq_ignore_ascii_case("json") => Ok(Self::Json),
            Some(other) => Err(Error::Format { given: other.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_text_and_a_container_json() {
        assert_eq!(Format::choose(None, true, false).unwrap(), Format::Text { color: true });
        assert_eq!(Format::choose(None, false, false).unwrap(), Format::Json);
    }

    #[test]
    fn the_wanted_format_wins() {
        assert_eq!(Format::choose(Some("JSON"), true, false).unwrap(), Format::Json);
        assert_eq!(Format::choose(Some("text"), false, false).unwrap(), Format::Text { color: false });
    }

    #[test]
    fn color_can_be_turned_off() {
        assert_eq!(Format::choose(None, true, true).unwrap(), Format::Text { color: false });
    }

    #[test]
    fn an_unknown_format_is_named() {
        let error = Format::choose(Some("yaml"), true, false).unwrap_err();
        assert_eq!(error.to_string(), "no log format: `yaml` (expected json or text)");
    }
}
