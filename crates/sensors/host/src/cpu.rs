//! Processors: their use and their clocks.

use std::collections::BTreeMap;

use crate::Error;
use crate::tree::Tree;

const STAT: &str = "proc/stat";
const CPU_FOLDER: &str = "sys/devices/system/cpu";
/// The first columns of `proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal. The two after them, guest
/// and guest nice, are contained in user and nice. Source: `proc_stat(5)`.
const COLUMNS: usize = 8;
const IDLE: [usize; 2] = [3, 4];

/// One processor.
#[derive(Debug, Clone, PartialEq)]
pub struct Core {
    /// Its number.
    pub number: u32,
    /// Its use since the reading before, 0 to 100 %.
    pub utilization: Option<f64>,
    /// Its clock, in MHz.
    pub frequency: Option<f64>,
}

/// Processor times since the start of the machine, in ticks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times {
    all: Ticks,
    each: BTreeMap<u32, Ticks>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Ticks {
    all: u64,
    idle: u64,
}

impl Times {
    /// Reads `proc/stat`.
    pub(crate) fn read(tree: &Tree) -> Result<Self, Error> {
        let path = tree.path(STAT);
        let text = std::fs::read_to_string(&path)
            .map_err(|source| Error::NoMachine { path: path.display().to_string(), source })?;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let mut times = Self::default();
        for line in text.lines() {
            let Some((name, rest)) = line.split_once(' ') else { continue };
            match (name.strip_prefix("cpu"), Ticks::parse(rest)) {
                (Some(""), Some(ticks)) => times.all = ticks,
                (Some(number), Some(ticks)) => {
                    times.each.extend(number.parse().ok().map(|number: u32| (number, ticks)));
                }
                _ => {}
            }
        }
        times
    }

    /// Use of all processors since then, in percent.
    pub(crate) fn utilization_since(&self, before: &Self) -> Option<f64> {
        self.all.utilization_since(before.all)
    }
}

impl Ticks {
    fn parse(columns: &str) -> Option<Self> {
        let columns: Vec<u64> =
            columns.split_whitespace().take(COLUMNS).map_while(|column| column.parse().ok()).collect();
        let idle = IDLE.iter().filter_map(|index| columns.get(*index)).sum();
        (columns.len() > IDLE[0]).then(|| Self { all: columns.iter().sum(), idle })
    }

    /// None where no tick has passed, or the counters went back, as those of a processor do that was off.
    #[expect(clippy::cast_precision_loss, reason = "ticks between two readings are few")]
    fn utilization_since(self, before: Self) -> Option<f64> {
        let all = self.all.checked_sub(before.all).filter(|ticks| *ticks > 0)?;
        // The kernel says itself that the time of waiting for input and output may decrease.
        let idle = self.idle.saturating_sub(before.idle).min(all);
        Some(100.0 * (all - idle) as f64 / all as f64)
    }
}

/// Every processor that is on.
pub(crate) fn cores(tree: &Tree, before: &Times, now: &Times) -> Vec<Core> {
    let clocks = clocks_of_cpuinfo(tree);
    let utilization =
        |number: &u32, ticks: &Ticks| before.each.get(number).and_then(|it| ticks.utilization_since(*it));
    let core = |(number, ticks): (&u32, &Ticks)| Core {
        number: *number,
        utilization: utilization(number, ticks),
        frequency: frequency(tree, *number).or_else(|| clocks.get(number).copied()),
    };
    now.each.iter().map(core).collect()
}

/// The mean clock, in MHz.
#[expect(clippy::cast_precision_loss, reason = "no machine has so many processors")]
pub(crate) fn mean_frequency(cores: &[Core]) -> Option<f64> {
    let clocks: Vec<f64> = cores.iter().filter_map(|core| core.frequency).collect();
    (!clocks.is_empty()).then(|| clocks.iter().sum::<f64>() / clocks.len() as f64)
}

/// The clock that the kernel's governor reports, which it does in kHz.
fn frequency(tree: &Tree, number: u32) -> Option<f64> {
    let khz: f64 = tree.number(&format!("{CPU_FOLDER}/cpu{number}/cpufreq/scaling_cur_freq"))?;
    (khz > 0.0).then_some(khz / 1_000.0)
}

/// The clocks in `proc/cpuinfo`, in MHz: all there is where the processor has no governor, as in a virtual machine.
fn clocks_of_cpuinfo(tree: &Tree) -> BTreeMap<u32, f64> {
    let text = tree.text("proc/cpuinfo").unwrap_or_default();
    let mut clocks = BTreeMap::new();
    let mut number = None;
    for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
        match (name.trim(), value.trim()) {
            ("processor", value) => number = value.parse().ok(),
            ("cpu MHz", value) => clocks.extend(number.zip(value.parse::<f64>().ok())),
            _ => {}
        }
    }
    clocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::folder;

    const BEFORE: &str =
        "cpu  100 0 100 800 0 0 0 0 50 0\ncpu0 50 0 50 400 0 0 0 0 0 0\ncpu1 50 0 50 400 0\nctxt 1";

    #[test]
    fn use_is_the_time_that_was_not_idle() {
        let now = "cpu  150 0 150 890 10 0 0 0 99 0\ncpu0 50 0 50 500 0 0 0 0\ncpu1 100 0 100 390 10 0 0 0";
        let (before, now) = (Times::parse(BEFORE), Times::parse(now));
        assert_eq!(now.utilization_since(&before), Some(50.0));
        let folder = folder(&[]);
        let cores = cores(&Tree::new(folder.path()), &before, &now);
        assert_eq!(cores.iter().map(|core| core.utilization).collect::<Vec<_>>(), [Some(0.0), Some(100.0)]);
    }

    #[test]
    fn counters_that_stand_still_or_go_back_tell_nothing() {
        let before = Times::parse(BEFORE);
        assert_eq!(before.utilization_since(&before), None);
        assert_eq!(Times::parse("cpu  1 1 1 1").utilization_since(&before), None);
        assert_eq!(Times::parse("cpu  garbage").utilization_since(&before), None);
    }

    #[test]
    fn the_clock_is_that_of_the_governor_or_else_of_the_processor() {
        let governed = "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq";
        let info = "processor\t: 0\ncpu MHz\t\t: 900.5\n\nprocessor\t: 1\ncpu MHz\t\t: 2400.000\n";
        let folder = folder(&[(governed, "1500000\n"), ("proc/cpuinfo", info)]);
        let times = Times::parse(BEFORE);
        let cores = cores(&Tree::new(folder.path()), &times, &times);
        assert_eq!(cores.iter().map(|core| core.frequency).collect::<Vec<_>>(), [Some(1500.0), Some(2400.0)]);
        assert_eq!(mean_frequency(&cores), Some(1950.0));
        assert_eq!(mean_frequency(&[]), None);
    }
}
