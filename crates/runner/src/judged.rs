//! The one judgment of records: it tells the valid ones of a batch, which may be stored, from the others.

use record::{Batch, Refused};

/// Records of one type after their judgment.
#[derive(Debug)]
pub(crate) struct Judged<'a> {
    /// All of them.
    pub(crate) records: Batch<'a>,
    /// The invalid rows, with the reasons.
    pub(crate) invalid: Vec<Refused>,
    /// The records without the invalid rows.
    pub(crate) valid: Batch<'a>,
}

impl<'a> Judged<'a> {
    /// Judges records.
    pub(crate) fn of(records: &Batch<'a>) -> Self {
        let invalid = records.refused();
        Self { records: records.clone(), valid: records.filter_out(&invalid), invalid }
    }

    /// Records of which the invalid ones were left out after an earlier judgment.
    pub(crate) fn valid(records: Batch<'a>) -> Self {
        Self { records: records.clone(), invalid: Vec::new(), valid: records }
    }
}
