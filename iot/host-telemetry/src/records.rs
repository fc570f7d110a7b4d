//! The records: the machine as a whole, and each of its parts.

use record::{Record, Timestamp};

/// The machine as a whole.
#[derive(Debug, Record)]
#[record(measurement = "host")]
pub struct MachineRecord {
    /// Time of the reading.
    #[record(time)]
    pub time: Timestamp,
    /// Name of the machine.
    #[record(tag)]
    pub host: String,
    /// Use of all processors since the reading before.
    #[record(unit = "%", valid = 0.0..=100.0)]
    pub cpu_utilization: Option<f64>,
    /// Mean clock of all processors.
    #[record(unit = "MHz")]
    pub cpu_freq: Option<f64>,
    /// Temperature of the processor.
    #[record(unit = "°C")]
    pub cpu_temp: Option<f64>,
    /// Temperature of the graphics unit.
    #[record(unit = "°C")]
    pub gpu_temp: Option<f64>,
    /// Mean number of tasks that run or wait, over one minute.
    pub load_1m: Option<f64>,
    /// Mean number of tasks that run or wait, over five minutes.
    pub load_5m: Option<f64>,
    /// Mean number of tasks that run or wait, over fifteen minutes.
    pub load_15m: Option<f64>,
    /// Main memory.
    #[record(unit = "B")]
    pub memory_total: Option<f64>,
    /// Memory that a new program can have.
    #[record(unit = "B")]
    pub memory_available: Option<f64>,
    /// Memory that is not available.
    #[record(unit = "B")]
    pub memory_used: Option<f64>,
    /// Memory that is not available, of all there is.
    #[record(unit = "%", valid = 0.0..=100.0)]
    pub memory_utilization: Option<f64>,
    /// Swap.
    #[record(unit = "B")]
    pub swap_total: Option<f64>,
    /// Swap that is used.
    #[record(unit = "B")]
    pub swap_used: Option<f64>,
    /// Since the machine was started.
    #[record(unit = "s")]
    pub uptime: Option<f64>,
}

/// One sensor of temperature.
#[derive(Debug, Record)]
#[record(measurement = "host_temperature")]
pub struct TemperatureRecord {
    /// Time of the reading.
    #[record(time)]
    pub time: Timestamp,
    /// Name of the machine.
    #[record(tag)]
    pub host: String,
    /// Name of the sensor in the kernel, as in `cpu-thermal` or `nvme Composite`.
    #[record(tag)]
    pub sensor: String,
    /// The device it belongs to, as in `nvme0`, where there is one.
    #[record(tag)]
    pub device: Option<String>,
    /// Temperature.
    #[record(unit = "°C")]
    pub temperature: f64,
}

/// One disk.
#[derive(Debug, Record)]
#[record(measurement = "host_disk")]
pub struct DiskRecord {
    /// Time of the reading.
    #[record(time)]
    pub time: Timestamp,
    /// Name of the machine.
    #[record(tag)]
    pub host: String,
    /// The path by which it was asked for.
    #[record(tag)]
    pub mount: String,
    /// All there is.
    #[record(unit = "B")]
    pub total: f64,
    /// Used space.
    #[record(unit = "B")]
    pub used: f64,
    /// Space available to programs.
    #[record(unit = "B")]
    pub available: f64,
    /// Used part of the space for programs.
    #[record(unit = "%", valid = 0.0..=100.0)]
    pub utilization: Option<f64>,
}

/// One processor.
#[derive(Debug, Record)]
#[record(measurement = "host_cpu")]
pub struct ProcessorRecord {
    /// Time of the reading.
    #[record(time)]
    pub time: Timestamp,
    /// Name of the machine.
    #[record(tag)]
    pub host: String,
    /// Its number.
    #[record(tag)]
    pub cpu: String,
    /// Its use since the reading before.
    #[record(unit = "%", valid = 0.0..=100.0)]
    pub utilization: Option<f64>,
    /// Its clock.
    #[record(unit = "MHz")]
    pub freq: Option<f64>,
}

/// The machine under the names of the programs that went before: those for the Raspberry Pi first, then those for the
/// Orange Pi.
#[derive(Debug, Record)]
#[record(measurement = "host_legacy")]
pub struct Legacy {
    /// Time of the reading.
    #[record(time)]
    pub time: Timestamp,
    /// Name of the machine.
    #[record(tag)]
    pub host: String,
    /// Temperature of the processor.
    #[record(unit = "°C", name = "cpuTemp")]
    pub cpu_temp_pi: Option<f64>,
    /// Mean clock of all processors.
    #[record(unit = "MHz", name = "cpuFreq")]
    pub cpu_freq_pi: Option<f64>,
    /// Use of all processors.
    #[record(unit = "%", name = "cpuUse")]
    pub cpu_use_pi: Option<f64>,
    /// Memory that is used.
    #[record(unit = "GiB", name = "ramUse")]
    pub ram_use_pi: Option<f64>,
    /// Use of all processors.
    #[record(unit = "%")]
    pub cpu_utilization: Option<f64>,
    /// Memory that is used, in spite of its name not a share.
    #[record(unit = "GiB")]
    pub ram_utilization: Option<f64>,
    /// Mean clock of all processors.
    #[record(unit = "MHz")]
    pub cpu_freq: Option<f64>,
    /// Temperature of the processor.
    #[record(unit = "°C")]
    pub cpu_temp: Option<f64>,
    /// Temperature of the graphics unit.
    #[record(unit = "°C")]
    pub gpu_temp: Option<f64>,
}
