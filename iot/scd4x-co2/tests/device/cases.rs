//! Every folder of `testcases`: what the sensor measures, and what becomes of it.

use std::path::Path;

use testkit::device::Setup;

use crate::surroundings;

#[test]
fn every_test_case_leads_to_what_it_says() {
    testkit::device::replay(env!("CARGO_MANIFEST_DIR"), set_up);
}

fn set_up(folder: &Path) -> Setup {
    let mut world = surroundings::simulated();
    world.set("SIMULATED_MEASUREMENTS", folder.join("measurements.hex").to_str().unwrap());
    Setup { world, names: Vec::new(), sensor: Box::new(()) }
}
