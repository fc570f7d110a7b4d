//! Choice of the temperatures of the processor and the graphics unit among many.

use crate::Temperature;

/// Names of processor temperatures in the kernel, best first. `coretemp` and `k10temp` are those of Intel and AMD; the
/// others are thermal zones, named by the device trees of boards. `acpitz` is not among them, since it never changes on
/// many boards.
const PROCESSOR: [&str; 12] = [
    "cpu-thermal",
    "cpu_thermal",
    "x86_pkg_temp",
    "coretemp Package id 0",
    "k10temp Tdie",
    "k10temp Tctl",
    "zenpower Tdie",
    "package-thermal",
    "soc-thermal",
    "soc_thermal",
    "cpu0-thermal",
    "bigcore0-thermal",
];

/// Names of graphics temperatures in the kernel, best first.
const GRAPHICS: [&str; 6] = ["gpu-thermal", "gpu_thermal", "amdgpu edge", "amdgpu", "nouveau", "radeon"];

/// The temperature of the processor, in °C.
pub(crate) fn processor(temperatures: &[Temperature]) -> Option<f64> {
    best(&PROCESSOR, temperatures)
}

/// The temperature of the graphics unit, in °C.
pub(crate) fn graphics(temperatures: &[Temperature]) -> Option<f64> {
    best(&GRAPHICS, temperatures)
}

fn best(names: &[&str], temperatures: &[Temperature]) -> Option<f64> {
    let called = |name: &&str| temperatures.iter().find(|temperature| temperature.sensor == *name);
    names.iter().find_map(called).map(|temperature| temperature.celsius)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_name_wins_in_any_order() {
        let named = |sensor: &str, celsius| Temperature { sensor: sensor.into(), device: None, celsius };
        let board = [named("soc-thermal", 40.0), named("gpu-thermal", 41.0), named("cpu-thermal", 42.0)];
        assert_eq!((processor(&board), graphics(&board)), (Some(42.0), Some(41.0)));
        let computer = [named("acpitz", 27.8), named("k10temp Tctl", 60.0), named("nvme Composite", 35.0)];
        assert_eq!((processor(&computer), graphics(&computer)), (Some(60.0), None));
    }
}
