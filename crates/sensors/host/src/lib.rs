//! Telemetry of a Linux machine: processor, memory, disks, temperatures.
//!
//! [`Host`] reads procfs and sysfs below a root, which is `/`, or the mount point of the machine's root in a container.
//! Missing values are left out. Temperatures are found by the names of the kernel, never by their numbers, which change
//! from boot to boot.
//!
//! This crate does not know records, settings or stores.

mod choice;
mod cpu;
mod disk;
mod error;
mod memory;
mod temperature;
mod tree;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

pub use cpu::Core;
pub use disk::Disk;
pub use error::Error;
pub use memory::Memory;
pub use temperature::Temperature;

use cpu::Times;
use tree::Tree;

/// Use of the processor over less than this is noise.
const SHORTEST_SPAN: Duration = Duration::from_secs(1);

/// A machine, with the times of its processors at the last reading.
#[derive(Debug)]
pub struct Host {
    root: PathBuf,
    tree: Tree,
    times: Times,
    counted_at: Instant,
}

/// Telemetry of a machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Use of all processors since the reading before, 0 to 100 %.
    pub cpu_utilization: Option<f64>,
    /// Mean clock of all processors, in MHz.
    pub cpu_frequency: Option<f64>,
    /// Temperature of the processor, in °C.
    pub cpu_temperature: Option<f64>,
    /// Temperature of the graphics unit, in °C.
    pub gpu_temperature: Option<f64>,
    /// Each processor that is on, in the order of their numbers.
    pub cores: Vec<Core>,
    /// Every sensor of temperature that has a value.
    pub temperatures: Vec<Temperature>,
    /// Main memory and swap.
    pub memory: Option<Memory>,
    /// Mean number of tasks that run or wait, over 1, 5 and 15 minutes.
    pub load: Option<[f64; 3]>,
    /// Since the machine was started.
    pub uptime: Option<Duration>,
}

impl Host {
    /// The machine whose files are below `root`: `/`, or their mount point in a container.
    ///
    /// # Errors
    ///
    /// There is no `proc/stat` below it: the root is wrong, or this is no Linux.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let tree = Tree::new(root);
        let times = Times::read(&tree)?;
        Ok(Self { root: root.to_owned(), tree, times, counted_at: Instant::now() })
    }

    /// Name of the machine. Below another root than `/` it comes from `etc/hostname`, since the kernel returns the name
    /// of the container.
    pub fn name(&self) -> Option<String> {
        let kernels = "proc/sys/kernel/hostname";
        let files =
            if self.root == Path::new("/") { [kernels, "etc/hostname"] } else { ["etc/hostname", kernels] };
        files.iter().find_map(|file| self.tree.text(file))
    }

    /// Reads the machine. It waits until a second has passed since the reading before, or since it was opened.
    ///
    /// # Errors
    ///
    /// `proc/stat` cannot be read any more.
    pub async fn read(&mut self) -> Result<Reading, Error> {
        sleep_until(self.counted_at + SHORTEST_SPAN).await;
        let times = Times::read(&self.tree)?;
        let before = std::mem::replace(&mut self.times, times);
        self.counted_at = Instant::now();
        let cores = cpu::cores(&self.tree, &before, &self.times);
        let temperatures = temperature::read(&self.tree);
        Ok(Reading {
            cpu_utilization: self.times.utilization_since(&before),
            cpu_frequency: cpu::mean_frequency(&cores),
            cpu_temperature: choice::processor(&temperatures),
            gpu_temperature: choice::graphics(&temperatures),
            cores,
            temperatures,
            memory: Memory::read(&self.tree),
            load: self.load(),
            uptime: self.uptime(),
        })
    }

    /// Used and free space of the file system that holds `mount`, a path of the machine such as `/data`.
    ///
    /// # Errors
    ///
    /// There is no such path, or its file system does not answer.
    pub fn disk(&self, mount: &str) -> Result<Disk, Error> {
        disk::read(&self.root, mount)
    }

    /// The first three numbers of `proc/loadavg`.
    fn load(&self) -> Option<[f64; 3]> {
        let text = self.tree.text("proc/loadavg")?;
        let mut numbers = text.split_whitespace().map_while(|word| word.parse().ok());
        Some([numbers.next()?, numbers.next()?, numbers.next()?])
    }

    /// The first number of `proc/uptime`, in seconds.
    fn uptime(&self) -> Option<Duration> {
        let text = self.tree.text("proc/uptime")?;
        Duration::try_from_secs_f64(text.split_whitespace().next()?.parse().ok()?).ok()
    }
}

/// Compiles the example of the front page.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
