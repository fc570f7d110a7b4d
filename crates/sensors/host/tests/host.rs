//! Whole machines, as their files describe them.

// Clippy knows the tests themselves, not the functions they share.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::path::Path;
use std::time::Duration;

use fault::{Fault as _, Kind};
use sensor_host::{Error, Host};
use tempfile::TempDir;

const STAT: &str = "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 100 0 100 800 0 0 0 0 0 0\n";
const LATER: &str = "cpu  175 0 100 825 0 0 0 0 0 0\ncpu0 175 0 100 825 0 0 0 0 0 0\n";

fn machine(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    folder
}

fn write(root: &Path, files: &[(&str, &str)]) {
    for (file, text) in files {
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_board_reports_its_sensors() {
    let folder = machine(&[
        ("proc/stat", STAT),
        ("proc/loadavg", "0.42 0.35 0.30 1/312 20481\n"),
        ("proc/uptime", "3600.25 14000.00\n"),
        ("proc/meminfo", "MemTotal: 4000 kB\nMemAvailable: 1000 kB\n"),
        ("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "1500000\n"),
        ("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n"),
        ("sys/class/thermal/thermal_zone0/temp", "48312\n"),
    ]);
    let mut host = Host::open(folder.path()).unwrap();
    write(folder.path(), &[("proc/stat", LATER)]);
    let reading = host.read().await.unwrap();
    assert_eq!((reading.cpu_utilization, reading.cpu_frequency), (Some(75.0), Some(1500.0)));
    assert_eq!((reading.cpu_temperature, reading.gpu_temperature), (Some(48.312), None));
    assert_eq!(reading.load, Some([0.42, 0.35, 0.3]));
    assert_eq!(reading.uptime, Some(Duration::from_millis(3_600_250)));
    assert_eq!(reading.memory.unwrap().used(), 3_000 * 1_024);
    assert_eq!(reading.temperatures.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn values_missing_on_a_machine_are_left_out() {
    let folder = machine(&[
        ("proc/stat", STAT),
        ("proc/loadavg", "high\n"),
        ("proc/uptime", "\n"),
        ("proc/meminfo", "MemTotal:\n"),
        ("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n"),
        // A folder in place of the file: reading it fails, as that of a sensor that is busy.
        ("sys/class/thermal/thermal_zone0/temp/none", ""),
    ]);
    let mut host = Host::open(folder.path()).unwrap();
    let reading = host.read().await.unwrap();
    assert_eq!((reading.load, reading.uptime, reading.memory), (None, None, None));
    assert_eq!((reading.cpu_utilization, reading.cpu_frequency, reading.cpu_temperature), (None, None, None));
    assert!(reading.temperatures.is_empty() && reading.cores.len() == 1);
}

#[tokio::test(start_paused = true)]
async fn use_is_counted_over_a_second_at_least() {
    let folder = machine(&[("proc/stat", STAT)]);
    let started = tokio::time::Instant::now();
    let mut host = Host::open(folder.path()).unwrap();
    host.read().await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_secs(1));
    tokio::time::sleep(Duration::from_secs(30)).await;
    host.read().await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_secs(31));
}

#[test]
fn a_container_reads_the_name_of_the_machine_from_a_file() {
    let folder =
        machine(&[("proc/stat", STAT), ("proc/sys/kernel/hostname", "pod-1\n"), ("etc/hostname", "attic\n")]);
    assert_eq!(Host::open(folder.path()).unwrap().name().as_deref(), Some("attic"));
}

#[test]
fn a_root_without_a_machine_is_a_wrong_setting() {
    let folder = machine(&[]);
    let error = Host::open(folder.path()).unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
    assert!(matches!(error, Error::NoMachine { .. }), "{error}");
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn this_machine_can_be_read() {
    let mut host = Host::open(Path::new("/")).unwrap();
    let reading = host.read().await.unwrap();
    assert!(reading.memory.unwrap().total > 0 && !reading.cores.is_empty());
    assert!(host.disk("/").unwrap().total > 0);
    assert!(host.name().is_some());
}
