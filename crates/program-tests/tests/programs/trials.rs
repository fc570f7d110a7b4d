//! Tests of single programs that need more than a test case.

use libtest_mimic::Trial;
use testkit::Program;

use crate::package::Package;
use crate::{grid, machines, runner, sds011, watchdog};

/// A test: its name, and the function that panics if it fails.
pub(crate) type Test = (&'static str, fn(&Program));

/// Lists functions as tests.
macro_rules! tests {
    ($($name:ident)*) => { &[$((stringify!($name), $name as fn(&testkit::Program))),*] };
}
pub(crate) use tests;

/// The tests of a package, which are none for most.
pub(crate) fn of(package: &Package) -> Vec<Trial> {
    let groups: &[(&str, &[Test])] = match package.name.as_str() {
        "openweather-current" => &runner::GROUPS,
        "nws-hourly-forecast" => &[("grid", grid::TESTS)],
        "sds011-air-quality" => &[("sensor", sds011::TESTS)],
        "host-telemetry" => &[("machines", machines::TESTS)],
        "watchdog" => &[("watch", watchdog::TESTS)],
        _ => &[],
    };
    let program = package.program();
    let trial = |group: &str, (name, hold): Test| {
        let program = program.clone();
        Trial::test(format!("{}::{group}::{name}", package.name), move || {
            hold(&program);
            Ok(())
        })
    };
    groups
        .iter()
        .flat_map(|(group, tests)| tests.iter().map(move |test| (*group, *test)))
        .map(|(group, test)| trial(group, test))
        .collect()
}
