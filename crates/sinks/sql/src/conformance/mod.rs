//! The behavior every SQL sink has, as claims that each of them proves against its own store.
//!
//! A sink's test implements [`Store`], and [`conformance!`](crate::conformance!) makes a test of each claim.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "this is test code, though not in a test of this crate"
)]

pub mod claims;
mod sample;

use record::Batch;
use sink::{Error, Sink, Written};

pub use sample::{Sample, at, text};

/// An empty store, as a test sees it: through a sink, and from the side.
pub trait Store: Sync {
    /// The sink under test.
    type Sink: Sink;

    /// Another sink for the same store.
    fn sink(&self) -> Self::Sink;

    /// Runs SQL, from the side. A row is its values as text, parted by `|`; `NULL` is empty.
    fn run(&self, sql: &str) -> Vec<String>;
}

/// A sink with a runtime to write in.
pub struct Writer<S> {
    sink: S,
    runtime: tokio::runtime::Runtime,
}

impl<S: Sink> Writer<S> {
    /// A writer of its own for a store: for the store, it is another program.
    pub fn to(store: &impl Store<Sink = S>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self { sink: store.sink(), runtime: runtime.expect("a runtime") }
    }

    /// Writes, and returns the result.
    pub fn try_write(&self, batch: &Batch<'_>) -> Result<Written, Error> {
        self.runtime.block_on(self.sink.write(batch))
    }

    /// Writes a batch that has to be taken, and returns the rows that were refused.
    pub fn write(&self, sample: &Sample) -> Vec<record::Refused> {
        match self.try_write(&sample.batch()) {
            Ok(written) => written.refused,
            Err(error) => panic!("{}", fault::chain(&error)),
        }
    }

    /// Writes a batch that has to be refused as a whole, and returns the kind and text of the error.
    pub fn fail(&self, sample: &Sample) -> (fault::Kind, String) {
        match self.try_write(&sample.batch()) {
            Ok(written) => panic!("the batch was taken: {written:?}"),
            Err(error) => (fault::Fault::kind(&error), fault::chain(&error)),
        }
    }

    /// Asks the sink whether it would take records.
    pub fn check(&self) -> Result<(), Error> {
        self.runtime.block_on(self.sink.check())
    }
}

/// Makes a test of each claim. `$open` gives an empty [`Store`] for a name, or `None` to skip.
#[macro_export]
macro_rules! conformance {
    ($open:path) => {
        $crate::conformance!($open:
            makes_the_table_it_needs
            keeps_every_type
            quotes_every_name
            a_repeat_changes_nothing
            an_update_overwrites_with_absence
            the_last_of_equal_rows_is_stored
            times_differ_by_microseconds
            an_absent_tag_is_the_empty_one
            an_append_keeps_existing_rows
            an_append_without_keys_adds
            a_batch_without_rows_does_nothing
            the_sink_shows_that_it_can_write
            adds_a_new_column
            keeps_a_column_that_is_gone
            a_new_tag_widens_the_identity
            an_older_program_writes_on_after_a_new_tag
            a_tag_cannot_become_a_field
            a_key_cannot_change
            two_programs_make_one_table
            two_programs_widen_one_table
            writes_into_a_table_made_by_others
            updates_rows_of_others_by_their_own_key
            refuses_a_column_that_cannot_hold_its_values
            refuses_a_column_that_it_cannot_fill
            duplicates_in_an_existing_table_are_reported
            a_view_is_no_table
            a_replacing_write_swaps_the_table
            a_replacing_write_swaps_only_its_partitions
            a_replacing_write_needs_no_key
            no_rows_replace_nothing
            refused_rows_replace_nothing
            a_replaced_row_keeps_columns_of_others
            a_number_that_is_none_changes_no_other
            a_row_the_store_refuses_does_not_stop_the_others
        );
    };
    ($open:path: $($claim:ident)*) => {$(
        #[test]
        fn $claim() {
            if let Some(store) = $open(stringify!($claim)) {
                $crate::conformance::claims::$claim(&store);
            }
        }
    )*};
}
