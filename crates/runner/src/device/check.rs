//! `--check` of a device, as the program sees it.

use std::cell::RefCell;

use crate::check::Line;

/// The check that a device was asked for. A program that is more than a sensor adds lines of its own, and ends. A failure
/// is returned.
#[derive(Debug)]
pub struct Check<'a> {
    pub(crate) arguments: &'a [String],
    pub(crate) lines: &'a RefCell<Vec<Line>>,
}

impl Check<'_> {
    /// The operands of `--check`, as [`Program::check_takes`](crate::Program::check_takes) declares it: all of it,
    /// or nothing.
    pub fn arguments(&self) -> &[String] {
        self.arguments
    }

    /// Adds lines that begin with `ok` and with their subject, in a word or two.
    pub fn line(&self, what: impl Into<String>, text: impl Into<String>) {
        self.lines.borrow_mut().push(Line { what: what.into(), text: text.into() });
    }
}
