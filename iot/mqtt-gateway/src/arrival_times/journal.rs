//! Journal file of unacknowledged messages.
//!
//! A ring of entries of 16 bytes after a header with their count. The file is written in full when it is created, so
//! that a full disk does not matter later. Entries are written before the header counts them: if the process is killed,
//! all counted entries are complete.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use record::Timestamp;

/// Flag of an entry for a received message.
pub(super) const RECEIVED: u64 = 1 << 63;

/// Capacity of the ring. A client has at most 65,535 unacknowledged messages (MQTT 3.1.1, 2.3.1).
const MOST: u64 = 131_072;
const RECORD_BYTES: usize = 16;
const HEAD_BYTES: usize = 16;
/// Magic number of the file, with the version of its format.
const MAGIC: [u8; 8] = *b"ARRIVE\x01\n";

/// An entry of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JournalEntry {
    /// A message arrived.
    Received {
        /// Digest of topic and payload; its highest bit is set.
        digest: u64,
        /// Arrival time, in microseconds.
        arrival: Timestamp,
    },
    /// All messages except the last `left` are acknowledged.
    Acknowledged {
        /// Number of unacknowledged messages.
        left: u64,
        /// Time of the acknowledgement.
        at: Timestamp,
    },
}

/// The journal file.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    /// Number of entries ever written.
    count: u64,
    /// Entries that are not written yet.
    added: Vec<u8>,
}

impl Journal {
    /// Opens the file, or creates a new one if it is missing or unreadable.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let count = match read_head(&file) {
            Some(count) if file.metadata()?.len() == length() => count,
            _ => {
                make(&file)?;
                0
            }
        };
        Ok(Self { file, count, added: Vec::new() })
    }

    /// Adds an entry, without writing it.
    pub(super) fn add(&mut self, entry: JournalEntry) {
        let (kind, time) = match entry {
            JournalEntry::Received { digest, arrival } => (digest | RECEIVED, arrival),
            JournalEntry::Acknowledged { left, at } => (left & !RECEIVED, at),
        };
        self.added.extend_from_slice(&kind.to_le_bytes());
        self.added.extend_from_slice(&time.as_microsecond().to_le_bytes());
    }

    /// Writes the added entries. Entries that cannot be written are dropped.
    pub(super) fn write(&mut self) -> io::Result<()> {
        if self.added.is_empty() {
            return Ok(());
        }
        let written = self.write_added();
        self.added.clear();
        written
    }

    /// Reads the written entries, oldest first.
    pub(super) fn read(&self) -> io::Result<impl Iterator<Item = JournalEntry> + use<>> {
        let held = usize::try_from(self.count.min(MOST)).unwrap_or_default();
        let mut bytes = vec![0; held * RECORD_BYTES];
        let oldest = self.count - self.count.min(MOST);
        let (place, until_end) = place(oldest);
        let middle = until_end.min(bytes.len());
        let (first, second) = bytes.split_at_mut(middle);
        self.file.read_exact_at(first, place)?;
        self.file.read_exact_at(second, HEAD_BYTES as u64)?;
        Ok((0..held).filter_map(move |at| decode(bytes.get(at * RECORD_BYTES..)?)))
    }

    fn write_added(&mut self) -> io::Result<()> {
        let (mut rest, mut count) = (self.added.as_slice(), self.count);
        while !rest.is_empty() {
            let (place, until_end) = place(count);
            let (now, later) = rest.split_at(until_end.min(rest.len()));
            self.file.write_all_at(now, place)?;
            count += (now.len() / RECORD_BYTES) as u64;
            rest = later;
        }
        self.file.write_all_at(&count.to_le_bytes(), MAGIC.len() as u64)?;
        self.count = count;
        Ok(())
    }
}

/// Offset of an entry, and the number of bytes until the ring wraps around.
fn place(number: u64) -> (u64, usize) {
    let at = number % MOST;
    let until_end = usize::try_from(MOST - at).unwrap_or_default() * RECORD_BYTES;
    (HEAD_BYTES as u64 + at * RECORD_BYTES as u64, until_end)
}

fn length() -> u64 {
    HEAD_BYTES as u64 + MOST * RECORD_BYTES as u64
}

fn read_head(file: &File) -> Option<u64> {
    let mut head = [0; HEAD_BYTES];
    file.read_exact_at(&mut head, 0).ok()?;
    let (mark, count) = head.split_at(MAGIC.len());
    (mark == MAGIC).then(|| count.try_into().map(u64::from_le_bytes).ok())?
}

/// Writes the whole file, to allocate it on the disk. The magic number comes last: without it, the file is invalid.
fn make(file: &File) -> io::Result<()> {
    const PIECE: [u8; 1 << 14] = [0; 1 << 14];
    file.set_len(0)?;
    let mut written = 0;
    while written < length() {
        let left = usize::try_from(length() - written).unwrap_or(PIECE.len());
        let piece = PIECE.get(..left).unwrap_or(&PIECE);
        file.write_all_at(piece, written)?;
        written += piece.len() as u64;
    }
    file.write_all_at(&MAGIC, 0)
}

fn decode(bytes: &[u8]) -> Option<JournalEntry> {
    let (kind, rest) = bytes.split_first_chunk()?;
    let kind = u64::from_le_bytes(*kind);
    let time = Timestamp::from_microsecond(i64::from_le_bytes(*rest.first_chunk()?)).ok()?;
    Some(if kind & RECEIVED == 0 {
        JournalEntry::Acknowledged { left: kind, at: time }
    } else {
        JournalEntry::Received { digest: kind, arrival: time }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(number: u64) -> JournalEntry {
        let arrival = Timestamp::from_microsecond(i64::try_from(number).unwrap()).unwrap();
        JournalEntry::Received { digest: number | RECEIVED, arrival }
    }

    fn read(journal: &Journal) -> Vec<JournalEntry> {
        journal.read().unwrap().collect()
    }

    #[test]
    fn only_written_entries_are_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool/arrivals");
        let mut journal = Journal::open(&path).unwrap();
        let entries = [taken(5), JournalEntry::Acknowledged { left: 3, at: Timestamp::UNIX_EPOCH }, taken(6)];
        for entry in entries {
            journal.add(entry);
        }
        journal.write().unwrap();
        journal.add(taken(7));
        drop(journal);
        assert_eq!(read(&Journal::open(&path).unwrap()), entries);
    }

    #[test]
    fn it_holds_the_newest_entries_and_does_not_grow() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("arrivals");
        let mut journal = Journal::open(&path).unwrap();
        let size = fs::metadata(&path).unwrap().len();
        for batch in 0..300 {
            (0..1_000).for_each(|at| journal.add(taken(batch * 1_000 + at)));
            journal.write().unwrap();
        }
        let expected: Vec<_> = (300_000 - MOST..300_000).map(taken).collect();
        assert_eq!(read(&Journal::open(&path).unwrap()), expected);
        assert_eq!(fs::metadata(&path).unwrap().len(), size);
    }

    #[test]
    fn an_invalid_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("arrivals");
        for other in [&b"something else"[..], &[0; 5_000], &MAGIC] {
            fs::write(&path, other).unwrap();
            let mut journal = Journal::open(&path).unwrap();
            assert_eq!(read(&journal), []);
            journal.add(taken(1));
            journal.write().unwrap();
            assert_eq!(read(&Journal::open(&path).unwrap()), [taken(1)]);
        }
    }
}
