//! Output of the demo: lines, in color on a terminal.

use std::io::{IsTerminal as _, Write as _};

/// Columns of a line.
pub(super) const WIDTH: usize = 80;

/// The styles of what is printed.
pub(super) struct Screen {
    has_color: bool,
}

impl Screen {
    /// With color on a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
    pub(super) fn new() -> Self {
        let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { has_color: std::io::stdout().is_terminal() && !is_unwanted }
    }

    #[cfg(test)]
    pub(super) fn plain() -> Self {
        Self { has_color: false }
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.painted("1", text)
    }

    pub(super) fn dim(&self, text: &str) -> String {
        self.painted("2", text)
    }

    pub(super) fn good(&self, text: &str) -> String {
        self.painted("32", text)
    }

    pub(super) fn bad(&self, text: &str) -> String {
        self.painted("1;31", text)
    }

    pub(super) fn curve(&self, text: &str) -> String {
        self.painted("36", text)
    }

    fn painted(&self, style: &str, text: &str) -> String {
        if self.has_color { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Prints lines. A reader who has seen enough, as `head` does, is no reason to stop.
pub(super) fn print<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) {
    for line in lines {
        let _ = writeln!(std::io::stdout(), "{}", line.as_ref());
    }
}

/// Breaks a text at its spaces, so that it fits below what it belongs to.
pub(super) fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_broken_at_its_spaces() {
        let lines = wrapped(&"a word and another ".repeat(8));
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.starts_with("  ") && line.chars().count() <= WIDTH));
    }
}
