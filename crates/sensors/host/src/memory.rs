//! Main memory and swap, as `proc/meminfo` has them.

use crate::tree::Tree;

/// Main memory and swap, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// All there is.
    pub total: u64,
    /// Memory available to a new program without swapping: more than the free memory, since caches can be dropped.
    pub available: u64,
    /// All swap there is.
    pub swap_total: u64,
    /// The swap that is not used.
    pub swap_free: u64,
}

impl Memory {
    /// Used memory.
    pub fn used(&self) -> u64 {
        self.total.saturating_sub(self.available)
    }

    /// The swap that is used.
    pub fn swap_used(&self) -> u64 {
        self.swap_total.saturating_sub(self.swap_free)
    }

    pub(crate) fn read(tree: &Tree) -> Option<Self> {
        let text = tree.text("proc/meminfo")?;
        let bytes = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            let kib: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
            kib.checked_mul(1_024)
        };
        Some(Self {
            total: bytes("MemTotal")?,
            available: bytes("MemAvailable")?,
            swap_total: bytes("SwapTotal").unwrap_or_default(),
            swap_free: bytes("SwapFree").unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::folder;

    #[test]
    fn used_memory_is_the_memory_not_available() {
        let info = "MemTotal:        4000 kB\nMemFree:          100 kB\nMemAvailable:    3000 kB\n\
            SwapTotal:        200 kB\nSwapFree:         150 kB\n";
        let folder = folder(&[("proc/meminfo", info)]);
        let memory = Memory::read(&Tree::new(folder.path())).unwrap();
        assert_eq!((memory.total, memory.used(), memory.swap_used()), (4_096_000, 1_024_000, 51_200));
    }

    #[test]
    fn a_broken_file_tells_nothing() {
        let folder = folder(&[("proc/meminfo", "MemTotal: many kB\nMemAvailable: 1 kB\n")]);
        assert_eq!(Memory::read(&Tree::new(folder.path())), None);
    }
}
