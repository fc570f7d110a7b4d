//! The bytes of a batch: a line that describes it, with a checksum, and the payload.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Begins every batch, and names the form.
const FORM: &str = "spool1";

/// The description of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) destination: String,
    pub(crate) spooled_at: Timestamp,
    pub(crate) records: u64,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
}

/// `spool1 CHECKSUM HEADER`, a line feed, and the payload. The checksum covers all that follows it.
pub(crate) fn write(header: &Header, payload: &[u8]) -> Vec<u8> {
    // Times, numbers and a text always have a JSON form.
    let mut covered = serde_json::to_vec(header).unwrap_or_default();
    covered.push(b'\n');
    covered.extend(payload);
    let mut content = format!("{FORM} {:08x} ", crc32fast::hash(&covered)).into_bytes();
    content.append(&mut covered);
    content
}

/// Header and payload; `None` where the bytes are not those that were written.
pub(crate) fn read(content: &[u8]) -> Option<(Header, &[u8])> {
    let rest = content.strip_prefix(FORM.as_bytes())?.strip_prefix(b" ")?;
    let (checksum, covered) = rest.split_at_checked(8)?;
    let checksum = u32::from_str_radix(str::from_utf8(checksum).ok()?, 16).ok()?;
    let covered = covered.strip_prefix(b" ")?;
    if crc32fast::hash(covered) != checksum {
        return None;
    }
    let end = covered.iter().position(|byte| *byte == b'\n')?;
    let (header, payload) = covered.split_at_checked(end)?;
    Some((serde_json::from_slice(header).ok()?, payload.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        let at: Timestamp = "2026-12-01T00:15:30.5Z".parse().unwrap();
        Header { destination: "influxdb".to_owned(), spooled_at: at, records: 2, first: at, last: at }
    }

    #[test]
    fn a_batch_is_read_as_it_was_written() {
        let content = write(&header(), b"a\nb");
        assert_eq!(read(&content), Some((header(), &b"a\nb"[..])));
    }

    #[test]
    fn damage_anywhere_is_noticed() {
        let content = write(&header(), b"payload");
        for cut in 0..content.len() {
            assert_eq!(read(&content[..cut]), None, "cut at {cut}");
        }
        for index in 0..content.len() {
            let mut damaged = content.clone();
            damaged[index] ^= 1;
            assert_eq!(read(&damaged), None, "flipped at {index}");
        }
    }
}
