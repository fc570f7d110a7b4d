//! Rows as lines, and the lines that an error response makes suspect.

use std::borrow::Cow;
use std::ops::Range;

use line_protocol::Lines;
use record::{Batch, LineEncoder, Refused, Role, Value};

use crate::bad_request::BadRequest;

/// Some rows of a batch as lines.
pub(crate) struct Part<'a> {
    batch: &'a Batch<'a>,
    lines: Lines,
    /// The row in the batch that each line was made of.
    rows: Vec<usize>,
}

/// Lines of a part, by their index.
pub(crate) type Group = Vec<usize>;

impl<'a> Part<'a> {
    /// The rows that have a form as a line, and the others with the reason they have none.
    pub(crate) fn encode(
        batch: &'a Batch<'a>,
        range: Range<usize>,
        encoder: &mut LineEncoder,
    ) -> (Self, Vec<Refused>) {
        let (mut lines, mut rows, mut refused) = (Lines::new(), Vec::with_capacity(range.len()), Vec::new());
        for row in range {
            match encoder.encode(batch, row, &mut lines) {
                Ok(()) => rows.push(row),
                Err(reason) => refused.push(Refused { row, reason }),
            }
        }
        (Self { batch, lines, rows }, refused)
    }

    /// All lines.
    pub(crate) fn all(&self) -> Group {
        (0..self.rows.len()).collect()
    }

    /// The name of the measurement.
    pub(crate) fn measurement(&self) -> &str {
        &self.batch.schema().name
    }

    /// The body of a request that writes a group.
    pub(crate) fn body(&self, group: &[usize]) -> Cow<'_, [u8]> {
        if group.len() == self.rows.len() {
            return Cow::Borrowed(self.lines.as_bytes());
        }
        let mut body = Vec::new();
        for line in group.iter().filter_map(|line| self.lines.get(*line)) {
            body.extend_from_slice(line.as_bytes());
            body.push(b'\n');
        }
        Cow::Owned(body)
    }

    /// The record behind a line, refused.
    pub(crate) fn refusal(&self, line: usize, reason: &str) -> Option<Refused> {
        self.rows.get(line).map(|row| Refused { row: *row, reason: reason.to_owned() })
    }

    /// The lines of a group an error response may be about, and the others; nothing when it does not tell one from another.
    pub(crate) fn divide(&self, group: &[usize], bad_request: &BadRequest) -> Option<(Group, Group)> {
        let column = bad_request.type_conflict().and_then(|conflict| {
            self.batch.schema().columns.iter().position(|column| column.name == conflict.field)
        });
        // A column has one type, so every line that holds the field is suspect. Not all are guilty: while the
        // bucket has no such field yet, which can differ from one span of time to another, any type is right.
        let by_field = column.and_then(|column| divided(group, |line| self.holds(line, column)));
        by_field.or_else(|| divided(group, |line| self.is_quoted(line, bad_request)))
    }

    /// Splits a group into the older and the newer half.
    ///
    /// Acceptance often depends on time: a server keeps types per shard, which is a time range, and drops points beyond
    /// its retention. So similar lines stay together.
    pub(crate) fn halve(&self, mut group: Group) -> (Group, Group) {
        group.sort_by_key(|line| self.time(*line));
        let newer = group.split_off(group.len() / 2);
        (group, newer)
    }

    fn holds(&self, line: usize, column: usize) -> bool {
        self.rows.get(line).is_some_and(|row| !self.batch.value(*row, column).is_null())
    }

    fn is_quoted(&self, line: usize, bad_request: &BadRequest) -> bool {
        self.lines.get(line).is_some_and(|line| bad_request.quotes(line))
    }

    fn time(&self, line: usize) -> Option<record::Timestamp> {
        let column = self.batch.schema().columns.iter().position(|column| column.role == Role::Time)?;
        match self.batch.value(*self.rows.get(line)?, column) {
            Value::Timestamp(time) => Some(time),
            _ => None,
        }
    }
}

/// The lines for which `is_suspect` holds and the others, if there are both.
fn divided(group: &[usize], is_suspect: impl Fn(usize) -> bool) -> Option<(Group, Group)> {
    let (suspects, others): (Group, Group) = group.iter().partition(|line| is_suspect(**line));
    (!suspects.is_empty() && !others.is_empty()).then_some((suspects, others))
}
