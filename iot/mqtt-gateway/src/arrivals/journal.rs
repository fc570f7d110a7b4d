//! The file in which messages are noted that are not acknowledged yet.
//!
//! A ring of records of 16 bytes, after a head that counts them. All of it is written when it is made, so that a disk
//! that is full later does not matter. Records are written before the head counts them: whenever the process is killed,
//! those that count are whole.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use record::Timestamp;

/// Marks a record of a message that was taken.
pub(super) const TAKEN: u64 = 1 << 63;

/// As many as fit. A client has at most 65,535 messages that are not acknowledged (MQTT 3.1.1, 2.3.1).
const MOST: u64 = 131_072;
const RECORD_BYTES: usize = 16;
const HEAD_BYTES: usize = 16;
/// Tells such a file, and this form of it, from others.
const MARK: [u8; 8] = *b"ARRIVE\x01\n";

/// What is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    /// A message arrived.
    Taken {
        /// A number that tells it from others; its highest bit is set.
        digest: u64,
        /// When it arrived, in microseconds.
        arrival: Timestamp,
    },
    /// All messages but the last so many are acknowledged.
    Acknowledged {
        /// So many.
        left: u64,
        /// When that was.
        at: Timestamp,
    },
}

/// The file.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    /// How many records were ever written.
    count: u64,
    /// Records that are not written yet.
    added: Vec<u8>,
}

impl Journal {
    /// Goes on with a file, or begins a new one where there is none that can be read.
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

    /// Notes something, which is not written yet.
    pub(super) fn add(&mut self, record: Record) {
        let (kind, time) = match record {
            Record::Taken { digest, arrival } => (digest | TAKEN, arrival),
            Record::Acknowledged { left, at } => (left & !TAKEN, at),
        };
        self.added.extend_from_slice(&kind.to_le_bytes());
        self.added.extend_from_slice(&time.as_microsecond().to_le_bytes());
    }

    /// Writes what was noted. What cannot be written is forgotten.
    pub(super) fn write(&mut self) -> io::Result<()> {
        if self.added.is_empty() {
            return Ok(());
        }
        let written = self.write_added();
        self.added.clear();
        written
    }

    /// What was written, the oldest first.
    pub(super) fn read(&self) -> io::Result<impl Iterator<Item = Record> + use<>> {
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
        self.file.write_all_at(&count.to_le_bytes(), MARK.len() as u64)?;
        self.count = count;
        Ok(())
    }
}

/// Where a record has its place, and how many bytes follow until the ring begins anew.
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
    let (mark, count) = head.split_at(MARK.len());
    (mark == MARK).then(|| count.try_into().map(u64::from_le_bytes).ok())?
}

/// Writes every byte, so that each has its place on the disk. The mark comes last: without it, there is no file.
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
    file.write_all_at(&MARK, 0)
}

fn decode(bytes: &[u8]) -> Option<Record> {
    let (kind, rest) = bytes.split_first_chunk()?;
    let kind = u64::from_le_bytes(*kind);
    let time = Timestamp::from_microsecond(i64::from_le_bytes(*rest.first_chunk()?)).ok()?;
    Some(if kind & TAKEN == 0 {
        Record::Acknowledged { left: kind, at: time }
    } else {
        Record::Taken { digest: kind, arrival: time }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(number: u64) -> Record {
        let arrival = Timestamp::from_microsecond(i64::try_from(number).unwrap()).unwrap();
        Record::Taken { digest: number | TAKEN, arrival }
    }

    fn read(journal: &Journal) -> Vec<Record> {
        journal.read().unwrap().collect()
    }

    #[test]
    fn what_was_written_is_there_after_the_next_start_and_what_was_not_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool/arrivals");
        let mut journal = Journal::open(&path).unwrap();
        let noted = [taken(5), Record::Acknowledged { left: 3, at: Timestamp::UNIX_EPOCH }, taken(6)];
        for record in noted {
            journal.add(record);
        }
        journal.write().unwrap();
        journal.add(taken(7));
        drop(journal);
        assert_eq!(read(&Journal::open(&path).unwrap()), noted);
    }

    #[test]
    fn it_holds_the_newest_and_does_not_grow() {
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
    fn a_file_that_is_none_of_its_kind_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("arrivals");
        for other in [&b"something else"[..], &[0; 5_000], &MARK] {
            fs::write(&path, other).unwrap();
            let mut journal = Journal::open(&path).unwrap();
            assert_eq!(read(&journal), []);
            journal.add(taken(1));
            journal.write().unwrap();
            assert_eq!(read(&Journal::open(&path).unwrap()), [taken(1)]);
        }
    }
}
