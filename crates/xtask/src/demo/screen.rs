//! What is printed: lines, with color where somebody looks at them.

use std::io::{IsTerminal as _, Write as _};

/// Standard output.
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

    /// Prints a line. A reader who has seen enough, as `head` does, is no reason to stop.
    pub(super) fn line(&self, text: &str) {
        let _ = writeln!(std::io::stdout(), "{text}");
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
