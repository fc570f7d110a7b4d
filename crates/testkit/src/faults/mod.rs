//! Faults of sources, stores and machines against a shipped program, each as a claim about what it then does.
//!
//! The program runs in the [`World`] of its test case `typical`: there all is well, until one thing is not.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "this is test code, though not in a test of this crate"
)]

mod database;
mod device;
mod ending;
mod refusal;
mod source;
mod spool;
mod store;
mod tables;

use std::path::Path;

use serde_json::Value;

use crate::replay::Case;
use crate::world::World;
use crate::{Outcome, Program};

pub use ending::*;
pub use source::*;
pub use spool::*;
pub use store::*;
pub use tables::*;

/// Exit code of a program when a repeat may work.
const TEMPORARY: i32 = 75;
/// Exit code when a person has to change a setting.
const CONFIGURATION: i32 = 78;
/// Exit code when data are invalid.
const DATA: i32 = 65;

/// Short timeout of an HTTP request, in seconds.
const SHORT: &str = "0.7";

/// A claim about what a program does when something fails.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Its group and its name, as in `store::records_wait_for_a_bucket`.
    pub name: &'static str,
    /// Panics when the claim does not hold for the program.
    pub hold: fn(&Program),
    needs: Needs,
}

/// The kinds of records that a claim needs a program to store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Measurements or tables.
    Records,
    /// Measurements, which go to InfluxDB.
    Measurements,
    /// Measurements and no table, so that every record goes to InfluxDB.
    MeasurementsAlone,
}

impl Claim {
    /// Its name without the group, as `[faults.skip]` of a `case.toml` names it.
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit("::").next().unwrap_or(self.name)
    }

    /// The reason why a program stores nothing that the claim speaks of, by the golden files of its test cases.
    pub fn irrelevance(&self, program: &Program) -> Option<&'static str> {
        match self.needs {
            Needs::Measurements | Needs::MeasurementsAlone if !has(program, "loaded.lp") => {
                Some("the program stores no measurement")
            }
            Needs::MeasurementsAlone if stores_tables(program) => Some("its tables are not for InfluxDB"),
            _ => None,
        }
    }
}

/// Lists the claims of each group.
macro_rules! claims {
    ($($group:ident with $needs:ident: $($claim:ident)*;)*) => {
        &[$($(Claim {
            name: concat!(stringify!($group), "::", stringify!($claim)),
            hold: $group::$claim,
            needs: Needs::$needs,
        },)*)*]
    };
}

/// Every claim about a job, in the order of the stages of a run.
pub const CLAIMS: &[Claim] = claims! {
    source with Records:
        a_refused_key_is_for_a_person
        a_forbidden_call_is_for_a_person
        an_address_that_is_not_found_is_for_a_person
        too_many_calls_pass
        too_many_calls_with_a_wait_pass
        a_server_error_passes
        a_source_in_maintenance_passes
        a_bad_gateway_passes
        a_refused_connection_passes
        a_reset_connection_passes
        a_stalled_reply_passes
        a_trickling_reply_passes
        a_truncated_reply_passes
        json_cut_short_is_bad_data
        json_that_is_none_is_bad_data
        an_html_page_is_bad_data
        an_empty_reply_is_bad_data
        an_endless_reply_is_bad_data
        redirects_without_end_are_bad_data
        wrong_types_are_bad_data
        a_fault_that_passes_in_time_raises_no_alert
    ;
    store with Measurements:
        records_wait_for_a_store_that_is_down
        records_wait_for_a_store_that_stalls
        records_wait_for_a_store_that_resets
        records_wait_for_a_store_that_fails
        records_wait_for_a_store_that_is_busy
        records_wait_for_a_token_that_works
        records_wait_for_a_bucket
        a_refused_record_does_not_keep_out_the_others
    ;
    tables with Records:
        rows_wait_for_a_database_that_is_down
        rows_wait_for_a_password_that_works
        rows_wait_for_a_database_that_stalls
        rows_wait_for_a_database_that_ends_the_connection
        a_signal_ends_a_run_that_stores_rows
        rows_of_a_run_killed_while_it_stores_are_stored_by_the_next
        two_runs_at_once_store_the_rows_of_one
        two_runs_at_once_deliver_rows_that_wait
        a_refused_row_does_not_keep_out_the_others
    ;
    store with Records:
        a_full_disk_is_reported
        a_read_only_folder_is_reported
    ;
    store with MeasurementsAlone:
        a_run_needs_no_disk_when_its_store_is_elsewhere
    ;
    spool with Records:
        records_wait_in_a_bucket_where_there_is_no_disk
        two_runs_at_once_deliver_from_a_bucket
        a_refusing_bucket_is_reported
        a_spool_that_cannot_be_is_a_mistake
    ;
    spool with MeasurementsAlone:
        records_wait_in_postgres_where_there_is_no_disk
        two_runs_at_once_deliver_from_postgres
        a_run_killed_while_it_delivers_from_a_bucket
        a_run_killed_while_it_delivers_from_postgres
        dead_letters_in_a_bucket_are_replayed
        dead_letters_in_postgres_are_replayed
    ;
    ending with Records:
        a_signal_ends_a_run_that_reads
        a_signal_ends_a_run_that_waits_to_try_again
        a_deadline_ends_a_run
        two_runs_at_once_store_the_records_of_one
        two_runs_at_once_share_the_embedded_store
    ;
    ending with Measurements:
        a_signal_ends_a_run_that_stores
        a_run_killed_while_it_stores_is_made_good_by_the_next
        two_runs_at_once_deliver_the_spool
    ;
};

/// Every claim about a device, whose sensor is the simulator of its demo.
pub const DEVICE_CLAIMS: &[Claim] = claims! {
    device with Records:
        readings_wait_for_a_store_that_fails
        readings_wait_for_a_store_that_resets
        a_signal_ends_a_device_that_stores
        a_device_killed_while_the_store_is_away_loses_no_reading_in_the_spool
        a_full_disk_does_not_keep_readings_from_a_store_that_works
        a_full_disk_without_a_store_loses_no_reading
        a_sensor_that_falls_silent_is_read_when_it_speaks_again
        a_device_whose_sensor_is_gone_goes_on_and_ends_at_once
        a_check_reads_the_sensor_and_stores_nothing
        a_dry_run_prints_a_reading_and_stores_nothing
    ;
};

/// Whether a program stores tables, by the golden files of its test cases.
fn stores_tables(program: &Program) -> bool {
    has(program, "loaded.json")
}

/// Whether a test case of the program has this golden file.
fn has(program: &Program, file: &str) -> bool {
    let is_there = |case: Case| std::fs::metadata(case.folder.join(file)).is_ok_and(|it| it.len() > 0);
    Case::all(program).into_iter().any(is_there)
}

/// The world in which all is well.
fn typical(program: &Program) -> World {
    World::of(program, &Case::typical(program))
}

/// Its records, from a run in a world of its own.
fn expected(program: &Program) -> String {
    let world = typical(program);
    expect_exit(&world.run(&[]), 0);
    let stored = world.stored();
    assert!(!stored.is_empty(), "the test case `typical` stores nothing");
    stored
}

#[track_caller]
fn expect_exit(outcome: &Outcome, exit: i32) {
    assert_eq!(
        outcome.exit,
        Some(exit),
        "it ended otherwise than expected\n{}{}",
        outcome.stdout,
        outcome.stderr
    );
}

/// A failed run is visible: in its exit code, in its report, and as one alert in all.
#[track_caller]
fn expect_failure(world: &World, outcome: &Outcome, exit: i32, stage: &str) {
    expect_exit(outcome, exit);
    let report = world.report().unwrap_or_default();
    let member = |name: &str| report.get(name).cloned().unwrap_or_default();
    let reported = [member("status"), member("exit"), member("stage")];
    assert_eq!(reported, [Value::from("failed"), Value::from(exit), Value::from(stage)], "{report}");
    expect_one_alert(world);
}

#[track_caller]
fn expect_one_alert(world: &World) {
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 1, "one alert was expected: {alerts:?}");
}

/// A path where no user can write: below a regular file.
fn nowhere(world: &World) -> String {
    let file = world.given("a-file", "where a folder would have to be");
    Path::new(&file).join("below").display().to_string()
}
