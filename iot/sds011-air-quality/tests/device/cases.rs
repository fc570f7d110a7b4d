//! Every folder of `testcases`: what the sensor sends, and what becomes of it.

use std::fs;
use std::path::Path;

use serial_sim::{Recording, Sds011Sim};
use testkit::device::DeviceSetup;

use crate::environment::Environment;

#[test]
fn every_test_case_has_its_expected_result() {
    testkit::device::replay(env!("CARGO_MANIFEST_DIR"), set_up);
}

fn set_up(folder: &Path) -> DeviceSetup {
    let frames = fs::read_to_string(folder.join("frames.hex")).unwrap_or_default();
    let Environment { world, port } =
        Environment::with(Sds011Sim::replaying(Recording::parse(&frames).unwrap()));
    let names = vec![(port.path().display().to_string(), "{{port}}")];
    DeviceSetup { world, names, sensor: Box::new(port) }
}
