//! Tests of reading, the same for every store.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod claims;
mod state;
mod world;

use world::World;

/// Creates a test of each claim, for each store.
macro_rules! claims {
    ($($claim:ident,)*) => {
        mod sqlite {
            $(#[test]
            fn $claim() {
                super::check(Some(super::World::sqlite()), super::claims::$claim);
            })*
        }
        mod postgres {
            $(#[test]
            fn $claim() {
                super::check(super::World::postgres(stringify!($claim)), super::claims::$claim);
            })*
        }
        mod influxdb {
            $(#[test]
            fn $claim() {
                super::check(super::World::influxdb(stringify!($claim)), super::claims::$claim);
            })*
        }
    };
}

claims! {
    a_store_without_data_is_empty,
    the_newest_runs_of_every_program_are_listed,
    the_last_failure_and_the_last_success_are_found,
    copies_of_a_program_are_listed_apart,
    a_measurement_is_described,
    a_series_is_made_for_each_set_of_tags,
    a_long_series_is_reduced_without_losing_its_peaks,
    fields_that_are_not_numeric_have_no_series,
    the_newest_row_of_each_series_is_listed,
    a_forecast_does_not_hide_the_current_row,
    names_and_values_cannot_inject_a_query,
}

/// Checks one claim in a world whose server is installed.
fn check(world: Option<World>, claim: impl AsyncFnOnce(&World)) {
    let Some(world) = world else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(claim(&world));
}
