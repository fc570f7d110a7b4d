//! What one reading of a sensor yields: records of one or several types.

use record::{Batch, Record};

/// What one reading of a sensor yields: records of one type, or a tuple of such lists.
pub trait Reading {
    /// The records, one batch for each type.
    fn batches(&self) -> Vec<Batch<'_>>;
}

impl<R: Record> Reading for Vec<R> {
    fn batches(&self) -> Vec<Batch<'_>> {
        vec![Batch::of(self)]
    }
}

impl<A: Reading, B: Reading> Reading for (A, B) {
    fn batches(&self) -> Vec<Batch<'_>> {
        [self.0.batches(), self.1.batches()].concat()
    }
}

impl<A: Reading, B: Reading, C: Reading> Reading for (A, B, C) {
    fn batches(&self) -> Vec<Batch<'_>> {
        [self.0.batches(), self.1.batches(), self.2.batches()].concat()
    }
}
