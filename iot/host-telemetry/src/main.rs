//! Reads the machine it runs on and stores `host`, `host_temperature`, `host_disk` and `host_cpu`.

mod finding;
mod mounts;
mod records;
mod transform;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use record::Timestamp;
use runner::{Device, Failure, Polling, program};
use sensor_host::Host;
use settings::Settings;

use mounts::Mounts;
use records::{DiskRecord, MachineRecord, ProcessorRecord, TemperatureRecord};
use transform::Telemetry;

#[derive(Settings)]
struct Config {
    /// Folder below which the machine's own `proc`, `sys` and disks are found, as a container sees them.
    #[setting(name = "HOST_ROOT", default = "/")]
    root: PathBuf,
    /// Name of the machine, in place of its host name.
    #[setting(name = "HOST_NAME", also = "DEVICE_ID")]
    name: Option<String>,
    /// Disks to look at, each by a path on it, as in `/,/data`.
    #[setting(name = "DISKS", default = "/")]
    disks: Mounts,
    /// Whether each processor gets a record of its own.
    #[setting(name = "PER_CPU", default = "false")]
    is_per_cpu: bool,
    /// Measurement that is written as well, with the field names of the programs this one replaces.
    #[setting(name = "LEGACY_MEASUREMENT")]
    legacy: Option<String>,
}

fn main() -> ExitCode {
    let program = program!().every(Duration::from_secs(30));
    let program = program
        .record::<MachineRecord>()
        .record::<TemperatureRecord>()
        .record::<DiskRecord>()
        .record::<ProcessorRecord>();
    runner::device(program, measure)
}

async fn measure(device: &Device<Config>) -> Result<(), Failure> {
    let polling = Polling { interval: device.interval(), warm_up: 0, stale_after: None };
    device
        .poll(
            polling,
            async || Ok(Host::open(&device.config.root)?),
            async |host| {
                let reading = host.read().await?;
                Ok(telemetry(device, host, &reading))
            },
        )
        .await
}

fn telemetry(device: &Device<Config>, host: &Host, reading: &sensor_host::Reading) -> Telemetry {
    let config = &device.config;
    let now = Timestamp::now();
    let name = config.name.clone().or_else(|| host.name()).unwrap_or_else(|| "localhost".to_owned());
    let mut telemetry = Telemetry::of(reading, &name, now);
    for mount in config.disks.iter() {
        let disk = host.disk(mount);
        device.observe(finding::of(mount, disk.as_ref(), now));
        telemetry.disks.extend(disk.map(|disk| DiskRecord::of(disk, &name, mount, now)));
    }
    if !config.is_per_cpu {
        telemetry.processors.clear();
    }
    telemetry.also_as(config.legacy.as_deref());
    telemetry
}
