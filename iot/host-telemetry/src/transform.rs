//! Records from the readings of the machine.

use record::{Batch, Timestamp};
use runner::Records;

use crate::records::{DiskRecord, Legacy, MachineRecord, ProcessorRecord, TemperatureRecord};

const GIB: f64 = 1_073_741_824.0;

/// All records of one reading.
#[derive(Debug)]
pub struct Telemetry {
    /// One.
    pub machine: Vec<MachineRecord>,
    /// One for each sensor.
    pub temperatures: Vec<TemperatureRecord>,
    /// One for each disk.
    pub disks: Vec<DiskRecord>,
    /// One for each processor.
    pub processors: Vec<ProcessorRecord>,
    legacy: Vec<Legacy>,
    legacy_name: Option<String>,
}

impl Telemetry {
    /// Record of the machine, without its disks.
    pub fn of(reading: &sensor_host::Reading, host: &str, time: Timestamp) -> Self {
        let temperature = |it: &sensor_host::Temperature| TemperatureRecord {
            time,
            host: host.to_owned(),
            sensor: it.sensor.clone(),
            device: it.device.clone(),
            temperature: it.celsius,
        };
        let processor = |it: &sensor_host::Core| ProcessorRecord {
            time,
            host: host.to_owned(),
            cpu: it.number.to_string(),
            utilization: it.utilization,
            freq: it.frequency,
        };
        let has_value = |it: &ProcessorRecord| it.utilization.is_some() || it.freq.is_some();
        Self {
            machine: vec![MachineRecord::of(reading, host, time)],
            temperatures: reading.temperatures.iter().map(temperature).collect(),
            disks: Vec::new(),
            processors: reading.cores.iter().map(processor).filter(has_value).collect(),
            legacy: Vec::new(),
            legacy_name: None,
        }
    }

    /// Adds the names of the programs that went before, in a measurement of this name.
    pub fn also_as(&mut self, measurement: Option<&str>) {
        self.legacy_name = measurement.map(str::to_owned);
        self.legacy = self.machine.iter().filter(|_| measurement.is_some()).map(Legacy::of).collect();
    }
}

impl Records for Telemetry {
    fn batches(&self) -> Vec<Batch<'_>> {
        let mut batches = vec![
            Batch::of(&self.machine),
            Batch::of(&self.temperatures),
            Batch::of(&self.disks),
            Batch::of(&self.processors),
        ];
        batches.extend(self.legacy_name.iter().map(|name| Batch::of(&self.legacy).named(name)));
        batches.retain(|batch| !batch.is_empty());
        batches
    }
}

impl MachineRecord {
    fn of(reading: &sensor_host::Reading, host: &str, time: Timestamp) -> Self {
        let memory = reading.memory;
        let share =
            |it: sensor_host::Memory| (it.total > 0).then(|| 100.0 * float(it.used()) / float(it.total));
        let load = |index: usize| reading.load.and_then(|load| load.get(index).copied());
        Self {
            time,
            host: host.to_owned(),
            cpu_utilization: reading.cpu_utilization,
            cpu_freq: reading.cpu_frequency,
            cpu_temp: reading.cpu_temperature,
            gpu_temp: reading.gpu_temperature,
            load_1m: load(0),
            load_5m: load(1),
            load_15m: load(2),
            memory_total: memory.map(|it| float(it.total)),
            memory_available: memory.map(|it| float(it.available)),
            memory_used: memory.map(|it| float(it.used())),
            memory_utilization: memory.and_then(share),
            swap_total: memory.map(|it| float(it.swap_total)),
            swap_used: memory.map(|it| float(it.swap_used())),
            uptime: reading.uptime.map(|it| it.as_secs_f64()),
        }
    }
}

impl DiskRecord {
    /// Record of the disk at `mount`.
    pub fn of(disk: sensor_host::Disk, host: &str, mount: &str, time: Timestamp) -> Self {
        Self {
            time,
            host: host.to_owned(),
            mount: mount.to_owned(),
            total: float(disk.total),
            used: float(disk.used()),
            available: float(disk.available),
            utilization: disk.utilization(),
        }
    }
}

impl Legacy {
    fn of(machine: &MachineRecord) -> Self {
        let gib = machine.memory_used.map(|bytes| bytes / GIB);
        Self {
            time: machine.time,
            host: machine.host.clone(),
            cpu_temp_pi: machine.cpu_temp,
            cpu_freq_pi: machine.cpu_freq,
            cpu_use_pi: machine.cpu_utilization,
            ram_use_pi: gib,
            cpu_utilization: machine.cpu_utilization,
            ram_utilization: gib,
            cpu_freq: machine.cpu_freq,
            cpu_temp: machine.cpu_temp,
            gpu_temp: machine.gpu_temp,
        }
    }
}

/// A count of bytes as a field.
#[expect(clippy::cast_precision_loss, reason = "exact up to eight million gigabytes")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sensor_host::{Core, Memory};

    use super::*;

    fn reading() -> sensor_host::Reading {
        let core = |number, frequency| Core { number, utilization: None, frequency };
        let memory = Memory { total: 4 << 30, available: 1 << 30, swap_total: 0, swap_free: 0 };
        sensor_host::Reading {
            cpu_utilization: Some(12.5),
            cpu_frequency: Some(1500.0),
            cpu_temperature: Some(48.3),
            gpu_temperature: None,
            cores: vec![core(0, Some(1500.0)), core(1, None)],
            temperatures: Vec::new(),
            memory: Some(memory),
            load: Some([0.5, 0.4, 0.3]),
            uptime: Some(Duration::from_mins(1)),
        }
    }

    #[test]
    fn memory_is_told_in_bytes_and_as_a_share() {
        let telemetry = Telemetry::of(&reading(), "attic", Timestamp::UNIX_EPOCH);
        let machine = &telemetry.machine[0];
        assert_eq!((machine.memory_used, machine.memory_utilization), (Some(3.0 * GIB), Some(75.0)));
        assert_eq!((machine.load_1m, machine.load_15m), (Some(0.5), Some(0.3)));
    }

    #[test]
    fn a_processor_without_a_value_has_no_record() {
        let telemetry = Telemetry::of(&reading(), "attic", Timestamp::UNIX_EPOCH);
        assert_eq!(telemetry.processors.len(), 1);
        assert_eq!(telemetry.batches().len(), 2);
    }

    #[test]
    fn old_names_come_on_request_beside_the_new_ones() {
        let mut telemetry = Telemetry::of(&reading(), "attic", Timestamp::UNIX_EPOCH);
        telemetry.also_as(Some("rpi4b"));
        let batches = telemetry.batches();
        let old = batches.iter().find(|batch| batch.schema().name == "rpi4b").unwrap();
        assert_eq!(old.len(), 1);
        let legacy = &telemetry.legacy[0];
        assert_eq!((legacy.cpu_use_pi, legacy.cpu_utilization), (Some(12.5), Some(12.5)));
        assert_eq!((legacy.ram_use_pi, legacy.ram_utilization), (Some(3.0), Some(3.0)));
    }
}
