//! Every folder of `testcases`: the measurements of the sensor, and the result.

use std::fs;
use std::path::Path;

use i2c_sim::Recording;
use testkit::device::DeviceSetup;

use crate::environment::Environment;

#[test]
fn every_test_case_leads_to_its_golden_files() {
    testkit::device::replay(env!("CARGO_MANIFEST_DIR"), set_up);
}

/// A folder without measurements is a bus without a sensor.
fn set_up(folder: &Path) -> DeviceSetup {
    let measurements = fs::read_to_string(folder.join("measurements.hex"));
    let Environment { world, bus } = measurements.map_or_else(
        |_| Environment::empty(),
        |text| Environment::replaying(Recording::parse(&text).unwrap()),
    );
    DeviceSetup { world, names: vec![(bus.address(), "{{bus}}")], sensor: Box::new(bus) }
}
