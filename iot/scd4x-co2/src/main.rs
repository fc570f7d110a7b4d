//! Measures CO2, temperature and humidity with an SCD40 or SCD41 and stores them as `indoor_air`.

mod measure;
mod setup;
mod transform;

use std::process::ExitCode;

use i2c_bus::Timer;
use runner::Device;

use measure::{Config, measure, program};

fn main() -> ExitCode {
    runner::device(program(), async |device: &Device<Config>| {
        measure(device, |bus| Ok((bus.open()?, Timer))).await
    })
}
