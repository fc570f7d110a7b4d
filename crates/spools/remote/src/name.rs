//! Names of batches and dead letters, which have their properties.
//!
//! `batches/influxdb/000000000042-20261201T001530.123456Z-96-9f3c21aa` is number 42 of the queue, 96 records for
//! InfluxDB. The number decides the order: it is one more than the largest in the queue, independent of the clock.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

pub(crate) const BATCHES: &str = "batches/";
pub(crate) const DEAD_LETTERS: &str = "dead-letters/";

/// Always as long, so that text order is time order.
const TIME: &str = "%Y%m%dT%H%M%S.%6fZ";

/// A batch or some dead letters, as in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// The name, which begins with [`BATCHES`] or [`DEAD_LETTERS`].
    pub(crate) name: String,
    pub(crate) sequence: u64,
    pub(crate) spooled_at: Timestamp,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
}

impl Item {
    /// A new item in `folder`, which ends with a slash.
    pub(crate) fn new(folder: &str, sequence: u64, spooled_at: Timestamp, records: u64, bytes: u64) -> Self {
        let time = spooled_at.to_zoned(TimeZone::UTC).strftime(TIME);
        // Two runs that push at once take the same number.
        let name = format!("{folder}{sequence:012}-{time}-{records}-{:08x}", random() >> 32);
        Self { name, sequence, spooled_at, records, bytes }
    }

    /// The item with this name; `None` for something else that lies there.
    pub(crate) fn parse(name: &str, bytes: u64) -> Option<Self> {
        let (_, last) = name.rsplit_once('/')?;
        let mut parts = last.split('-');
        let (sequence, time, records) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            name: name.to_owned(),
            sequence: sequence.parse().ok()?,
            spooled_at: strtime::parse(TIME, time)
                .ok()?
                .to_datetime()
                .ok()?
                .to_zoned(TimeZone::UTC)
                .ok()?
                .into(),
            records: records.parse().ok()?,
            bytes,
        })
    }

    /// The destination, as it is written in names.
    pub(crate) fn destination(&self) -> &str {
        let folder = self.name.strip_prefix(BATCHES).and_then(|rest| rest.split_once('/'));
        folder.map_or("", |(destination, _)| destination)
    }
}

/// The folder of the batches for a destination. Characters that mean something in a path or URL are left out.
pub(crate) fn folder(destination: &str) -> String {
    let safe = |character: char| {
        if character.is_ascii_alphanumeric() || "_.-".contains(character) { character } else { '_' }
    };
    format!("{BATCHES}{}/", destination.chars().map(safe).collect::<String>())
}

/// A number that no other process draws.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_properties_of_its_batch() {
        let at: Timestamp = "2026-12-01T00:15:30.123456Z".parse().unwrap();
        let item = Item::new(&folder("influxdb"), 42, at, 96, 7);
        assert!(
            item.name.starts_with("batches/influxdb/000000000042-20261201T001530.123456Z-96-"),
            "{item:?}"
        );
        assert_eq!(item.destination(), "influxdb");
        assert_eq!(Item::parse(&item.name, 7), Some(item));
    }

    #[test]
    fn something_else_in_the_folder_is_no_batch() {
        for name in ["batches/influxdb/readme.txt", "batches/", "lock", "batches/a/1-2-3-4"] {
            assert_eq!(Item::parse(name, 0), None, "{name}");
        }
    }

    #[test]
    fn a_destination_stays_within_its_folder() {
        assert_eq!(folder("a/../b c"), "batches/a_.._b_c/");
    }
}
