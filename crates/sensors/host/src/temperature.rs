//! Temperatures, by the names that the kernel gives their sensors.

use crate::tree::Tree;

const ZONES: &str = "sys/class/thermal";
const MONITORS: &str = "sys/class/hwmon";
/// Plausible temperatures of a sensor on a board, in °C. Unconnected inputs read below or above, such as -273.15 or
/// 65,261.85.
const POSSIBLE: std::ops::RangeInclusive<f64> = -55.0..=150.0;

/// Temperature of one sensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Temperature {
    /// Name in the kernel: the type of a thermal zone, as in `cpu-thermal`; or the name of a chip and the label of its
    /// input, as in `nvme Composite`.
    pub sensor: String,
    /// The device that the chip belongs to, as in `nvme0`, where there is one. It distinguishes two chips of one name.
    pub device: Option<String>,
    /// In °C.
    pub celsius: f64,
}

/// Every temperature that has a value: first the thermal zones, then the chips.
pub(crate) fn read(tree: &Tree) -> Vec<Temperature> {
    let mut temperatures = zones(tree);
    let chips = tree.numbered(MONITORS, "hwmon", "");
    let chips: Vec<_> = chips.iter().flat_map(|chip| inputs(tree, chip, &temperatures)).collect();
    temperatures.extend(chips);
    temperatures
}

/// Source: <https://docs.kernel.org/driver-api/thermal/sysfs-api.html>.
fn zones(tree: &Tree) -> Vec<Temperature> {
    let mut found: Vec<Temperature> = Vec::new();
    for zone in tree.numbered(ZONES, "thermal_zone", "") {
        let folder = format!("{ZONES}/{zone}");
        let Some(sensor) = tree.text(&format!("{folder}/type")) else { continue };
        let Some(celsius) = celsius(tree, &format!("{folder}/temp")) else { continue };
        // Only their numbers distinguish zones of one type.
        let is_taken = found.iter().any(|other| other.sensor == sensor);
        found.push(Temperature { sensor, device: is_taken.then_some(zone), celsius });
    }
    found
}

/// Source: <https://docs.kernel.org/hwmon/sysfs-interface.html>.
fn inputs(tree: &Tree, chip: &str, zones: &[Temperature]) -> Vec<Temperature> {
    let folder = format!("{MONITORS}/{chip}");
    let Some(name) = tree.text(&format!("{folder}/name")) else { return Vec::new() };
    // The kernel shows each thermal zone a second time, as a chip with its name in other letters.
    if zones.iter().any(|zone| zone.sensor.replace('-', "_") == name) {
        return Vec::new();
    }
    let device = tree.link(&format!("{folder}/device"));
    let inputs = tree.numbered(&folder, "temp", "_input");
    let is_alone = inputs.len() == 1;
    let read = |input: &String| {
        let input = input.strip_suffix("_input")?;
        let path = format!("{folder}/{input}");
        if tree.number::<u8>(&format!("{path}_fault")).is_some_and(|fault| fault != 0) {
            return None;
        }
        let sensor = match tree.text(&format!("{path}_label")) {
            Some(label) => format!("{name} {label}"),
            None if is_alone => name.clone(),
            None => format!("{name} {input}"),
        };
        let celsius = celsius(tree, &format!("{path}_input"))?;
        Some(Temperature { sensor, device: device.clone(), celsius })
    };
    inputs.iter().filter_map(read).collect()
}

/// The kernel has thousandths of a degree.
fn celsius(tree: &Tree, file: &str) -> Option<f64> {
    let thousandths: f64 = tree.number(file)?;
    Some(thousandths / 1_000.0).filter(|celsius| POSSIBLE.contains(celsius))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::folder;

    fn names_and_values(files: &[(&str, &str)]) -> Vec<(String, f64)> {
        let folder = folder(files);
        let read = read(&Tree::new(folder.path()));
        read.into_iter().map(|temperature| (temperature.sensor, temperature.celsius)).collect()
    }

    #[test]
    fn a_zone_is_known_by_its_type_and_shown_once() {
        let found = names_and_values(&[
            ("sys/class/thermal/thermal_zone0/type", "gpu-thermal\n"),
            ("sys/class/thermal/thermal_zone0/temp", "40625\n"),
            ("sys/class/thermal/thermal_zone1/type", "cpu-thermal\n"),
            ("sys/class/thermal/thermal_zone1/temp", "41875\n"),
            ("sys/class/hwmon/hwmon0/name", "cpu_thermal\n"),
            ("sys/class/hwmon/hwmon0/temp1_input", "41875\n"),
            ("sys/class/hwmon/hwmon1/name", "rp1_adc\n"),
            ("sys/class/hwmon/hwmon1/temp1_input", "44000\n"),
        ]);
        let expected = [("gpu-thermal", 40.625), ("cpu-thermal", 41.875), ("rp1_adc", 44.0)];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn a_chip_names_its_inputs_and_leaves_out_those_without_a_value() {
        let found = names_and_values(&[
            ("sys/class/hwmon/hwmon2/name", "nct6775"),
            ("sys/class/hwmon/hwmon2/temp1_input", "33250"),
            ("sys/class/hwmon/hwmon2/temp1_label", "SYSTIN\n"),
            ("sys/class/hwmon/hwmon2/temp2_input", "-273150\n"),
            ("sys/class/hwmon/hwmon2/temp3_input", "28000\n"),
            ("sys/class/hwmon/hwmon2/temp3_fault", "1\n"),
            ("sys/class/hwmon/hwmon2/temp4_input", "31500\n"),
            ("sys/class/hwmon/hwmon2/temp10_input", "soon\n"),
            ("sys/class/hwmon/hwmon3/temp1_input", "20000\n"),
        ]);
        let expected = [("nct6775 SYSTIN", 33.25), ("nct6775 temp4", 31.5)];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[cfg(unix)]
    #[test]
    fn two_chips_of_one_name_are_distinguished_by_their_devices() {
        let folder = folder(&[
            ("sys/class/hwmon/hwmon0/name", "nvme"),
            ("sys/class/hwmon/hwmon0/temp1_input", "35000"),
            ("sys/class/hwmon/hwmon1/name", "nvme"),
            ("sys/class/hwmon/hwmon1/temp1_input", "36000"),
        ]);
        for (chip, device) in [("hwmon0", "../../nvme1"), ("hwmon1", "../../nvme0")] {
            let link = folder.path().join("sys/class/hwmon").join(chip).join("device");
            std::os::unix::fs::symlink(device, link).unwrap();
        }
        let devices: Vec<_> = read(&Tree::new(folder.path())).into_iter().map(|it| it.device).collect();
        assert_eq!(devices, [Some("nvme1".to_owned()), Some("nvme0".to_owned())]);
    }
}
