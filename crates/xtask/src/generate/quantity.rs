//! Amounts of memory and of processor time, as Kubernetes writes them.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// An amount of memory or storage, as in `64Mi`. Source:
/// <https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-memory>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Memory {
    /// Size in bytes; at least one mebibyte, and a whole number of them.
    bytes: u64,
}

/// An amount of processor time, as in `20m`: thousandths of one processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cpu {
    millis: u32,
}

const MEBI: u64 = 1 << 20;

impl Memory {
    pub(super) fn bytes(self) -> u64 {
        self.bytes
    }

    pub(super) fn mebibytes(self) -> u64 {
        self.bytes / MEBI
    }

    /// Adds mebibytes.
    pub(super) fn plus_mebibytes(self, more: u64) -> Self {
        Self { bytes: self.bytes + more * MEBI }
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, unit) = match (text.strip_suffix("Mi"), text.strip_suffix("Gi")) {
            (Some(number), _) => (number, MEBI),
            (_, Some(number)) => (number, MEBI << 10),
            _ => return None,
        };
        let bytes = number.parse::<u32>().ok().filter(|number| *number > 0).map(u64::from)? * unit;
        Some(Self { bytes })
    }
}

impl Cpu {
    fn parse(text: &str) -> Option<Self> {
        let millis = text.strip_suffix('m')?.parse().ok().filter(|millis| *millis > 0)?;
        Some(Self { millis })
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mebibytes() {
            mebi if mebi % 1024 == 0 => write!(formatter, "{}Gi", mebi / 1024),
            mebi => write!(formatter, "{mebi}Mi"),
        }
    }
}

impl fmt::Display for Cpu {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}m", self.millis)
    }
}

impl<'de> Deserialize<'de> for Memory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("must be an amount such as 64Mi or 1Gi"))
    }
}

impl<'de> Deserialize<'de> for Cpu {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("must be thousandths of a processor, such as 20m"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_in_powers_of_two() {
        assert_eq!(Memory::parse("64Mi").unwrap().bytes(), 67_108_864);
        assert_eq!(Memory::parse("2Gi").unwrap().mebibytes(), 2048);
        assert_eq!(Memory::parse("2048Mi").unwrap().to_string(), "2Gi");
        assert_eq!(Memory::parse("64Mi").unwrap().to_string(), "64Mi");
        assert_eq!(Memory::parse("64Mi").unwrap().plus_mebibytes(128).to_string(), "192Mi");
    }

    #[test]
    fn an_amount_without_a_unit_is_refused() {
        assert_eq!(["64", "64MB", "0Mi", "-1Mi", "1.5Gi", ""].map(Memory::parse), [None; 6]);
        assert_eq!(["1", "0m", "0.5", "m", ""].map(Cpu::parse), [None; 5]);
        assert_eq!(Cpu::parse("20m").unwrap().millis, 20);
    }
}
