//! Random numbers that can be had again.

use std::env;
use std::sync::OnceLock;
use std::time::SystemTime;

/// A sequence of numbers that follows from its seed (splitmix64).
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit.max(1)
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap())).unwrap()
    }
}

/// Runs rounds, `percent` of all there are to be. A round that fails says how to have it again.
pub(crate) fn rounds(percent: u64, round: impl Fn(&mut Chance)) {
    static SEED: OnceLock<u64> = OnceLock::new();
    let now = || SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros().try_into().unwrap();
    let seed = *SEED.get_or_init(|| variable("SPOOL_CRASH_SEED").unwrap_or_else(now));
    let count = variable("SPOOL_CRASH_ROUNDS").unwrap_or(300) * percent / 100;
    for number in 0..count {
        let _on_panic = OnPanic(format!("round {number} of SPOOL_CRASH_SEED={seed} failed"));
        round(&mut Chance::new(seed ^ number.wrapping_mul(0xd134_2543_de82_ef95)));
    }
}

fn variable(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().expect("a number"))
}

/// Says something if it is dropped by a panic.
struct OnPanic(String);

impl Drop for OnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}
