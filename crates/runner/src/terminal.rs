//! The terminal: its width, whether it has colors, and text set in two columns.

use std::io::IsTerminal;

/// Width of text that goes elsewhere than to a terminal.
const DEFAULT_WIDTH: usize = 80;
/// Least width that text is set in.
const LEAST_WIDTH: usize = 40;
/// Greatest width: longer lines are hard to read.
const MOST_WIDTH: usize = 110;
/// Space before the first column.
const INDENT: usize = 2;
/// Least space between the columns.
const GAP: usize = 2;

/// The form of text for one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) width: usize,
    pub(crate) has_color: bool,
}

impl Style {
    /// The form for a stream: colors on a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
    pub(crate) fn of(stream: &impl IsTerminal) -> Self {
        let is_terminal = stream.is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let size = if is_terminal { terminal_size::terminal_size() } else { None };
        let width = size.map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0));
        Self { width: width.clamp(LEAST_WIDTH, MOST_WIDTH), has_color: is_terminal && !no_color }
    }

    /// A heading.
    pub(crate) fn heading(self, text: &str) -> String {
        self.painted("1", text)
    }

    /// A name: an option, a variable, a group.
    pub(crate) fn name(self, text: &str) -> String {
        self.painted("36", text)
    }

    /// A side remark.
    pub(crate) fn faint(self, text: &str) -> String {
        self.painted("2", text)
    }

    /// An error.
    pub(crate) fn error(self, text: &str) -> String {
        self.painted("1;31", text)
    }

    /// A success.
    pub(crate) fn success(self, text: &str) -> String {
        self.painted("32", text)
    }

    fn painted(self, code: &str, text: &str) -> String {
        if self.has_color && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// A paragraph, wrapped.
    pub(crate) fn paragraph(self, text: &str) -> String {
        let mut wrapped = textwrap::fill(text, options(self.width));
        wrapped.push('\n');
        wrapped
    }

    /// Rows of a name and its text. A name that is wider than the column stands on a line of its own.
    pub(crate) fn columns(self, rows: &[(String, Vec<Part>)], column: usize) -> String {
        let start = INDENT + column + GAP;
        let mut set = String::new();
        for (name, parts) in rows {
            let width = textwrap::core::display_width(name);
            let padding = " ".repeat(column.saturating_sub(width) + GAP);
            set.push_str(&" ".repeat(INDENT));
            set.push_str(&self.name(name));
            let mut is_first = true;
            if width > column {
                set.push('\n');
                is_first = false;
            } else {
                set.push_str(&padding);
            }
            for part in parts {
                for line in textwrap::wrap(&part.text, options(self.width.saturating_sub(start).max(20))) {
                    if !std::mem::replace(&mut is_first, false) {
                        set.push_str(&" ".repeat(start));
                    }
                    set.push_str(&if part.is_faint { self.faint(&line) } else { line.into_owned() });
                    set.push('\n');
                }
            }
        }
        set
    }
}

/// A part of a row's text, which begins on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) is_faint: bool,
}

impl Part {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_faint: false }
    }

    pub(crate) fn faint(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_faint: true }
    }
}

/// Lines are broken at spaces alone: `--dry-run` stays whole.
fn options(width: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(width).word_splitter(textwrap::WordSplitter::NoHyphenation)
}

/// The width of a column of names: that of the widest, within a limit.
pub(crate) fn column<'a>(names: impl Iterator<Item = &'a str>, most: usize) -> usize {
    names.map(textwrap::core::display_width).filter(|width| *width <= most).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { width: 40, has_color: false };

    #[test]
    fn text_is_wrapped_beside_its_name_and_below_a_long_one() {
        let rows = [
            ("CITY".to_owned(), vec![Part::plain("Places to read, with semicolons between them.")]),
            ("A_VERY_LONG_NAME".to_owned(), vec![Part::plain("Text."), Part::faint("Optional.")]),
        ];
        let set = PLAIN.columns(&rows, 8);
        let expected = "  CITY      Places to read, with
            semicolons between them.
  A_VERY_LONG_NAME
            Text.
            Optional.
";
        assert_eq!(set, expected);
    }

    #[test]
    fn color_is_around_a_name_and_never_around_its_padding() {
        let rows = [("CITY".to_owned(), vec![Part::plain("Places.")])];
        let set = Style { has_color: true, ..PLAIN }.columns(&rows, 8);
        assert_eq!(set, "  \x1b[36mCITY\x1b[0m      Places.\n");
    }
}
