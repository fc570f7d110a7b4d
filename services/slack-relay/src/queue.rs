//! Durable queue of messages, with the alerts seen before, in one file.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use fault::{Fault, Kind};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS messages (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        channel   TEXT NOT NULL,
        payload   TEXT NOT NULL,
        queued_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS messages_by_channel ON messages (channel, id);
    CREATE TABLE IF NOT EXISTS heard (
        alert TEXT PRIMARY KEY,
        at    INTEGER NOT NULL
    ) STRICT;
";
/// Retention of seen alerts, in milliseconds. Alertmanager repeats none after a longer time.
const ALERT_RETENTION: i64 = 30 * 24 * 3600 * 1000;

/// Queue of messages for Slack. A pushed message is on the disk when the push returns.
#[derive(Debug)]
pub struct Queue {
    path: PathBuf,
    connection: Connection,
    /// Lock file, since two programs on one queue would send messages twice. The system releases it when the process
    /// ends.
    _lock: File,
}

/// A message to send.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Id or name of the channel.
    pub channel: String,
    /// Payload of the Slack API.
    pub payload: Value,
}

/// A queued message.
#[derive(Debug)]
pub struct QueuedMessage {
    pub id: i64,
    pub payload: Value,
    pub queued_at: Timestamp,
}

/// Identity of an alert, to detect duplicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Key, equal each time the alert is sent.
    pub key: String,
    /// An alert recorded since then is a duplicate.
    pub since: Timestamp,
}

/// Errors of the queue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened, read or written.
    #[error("cannot use the queue")]
    File(#[from] embedded_db::Error),
    /// Another program uses the queue.
    #[error("the queue is in use by another program")]
    InUse,
    /// The file is damaged and cannot be renamed, or its lock is not available.
    #[error("cannot set up the queue")]
    Setup(#[source] io::Error),
}

impl Queue {
    /// Opens or creates the queue at `path`. A damaged file is renamed, with an error in the log, and replaced.
    pub fn open(path: &Path) -> Result<Self, Error> {
        embedded_db::create_parents(path)?;
        let lock = File::create(with_suffix(path, ".lock")).map_err(Error::Setup)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::InUse,
            TryLockError::Error(error) => Error::Setup(error),
        })?;
        let connection = match connect(path) {
            Err(embedded_db::Error::Corrupt { source, .. }) => {
                quarantine(path, &source.to_string())?;
                connect(path)?
            }
            connected => connected?,
        };
        Ok(Self { path: path.to_owned(), connection, _lock: lock })
    }

    /// Appends a message.
    pub fn push(&self, message: &Message, now: Timestamp) -> Result<(), Error> {
        self.run(|connection| insert(connection, message, now))
    }

    /// Records alerts and, if some are new, appends the message that `compose` makes of them, in one transaction.
    /// Returns the number of new alerts.
    pub fn push_new(
        &self,
        alerts: &[Alert],
        now: Timestamp,
        compose: impl FnOnce(&[bool]) -> Message,
    ) -> Result<usize, Error> {
        self.run(|connection| {
            let transaction = connection.unchecked_transaction()?;
            let new = alerts
                .iter()
                .map(|alert| record_alert(&transaction, alert, now))
                .collect::<Result<Vec<_>, _>>()?;
            let count = new.iter().filter(|new| **new).count();
            if count > 0 {
                insert(&transaction, &compose(&new), now)?;
            }
            let forgotten = now.as_millisecond().saturating_sub(ALERT_RETENTION);
            transaction.prepare_cached("DELETE FROM heard WHERE at < ?1")?.execute([forgotten])?;
            transaction.commit()?;
            Ok(count)
        })
    }

    /// Channels with messages, that of the oldest message first.
    pub fn channels(&self) -> Result<Vec<String>, Error> {
        self.run(|connection| {
            connection
                .prepare_cached("SELECT channel FROM messages GROUP BY channel ORDER BY min(id)")?
                .query_map((), |row| row.get(0))?
                .collect()
        })
    }

    /// Oldest message of a channel.
    pub fn oldest(&self, channel: &str) -> Result<Option<QueuedMessage>, Error> {
        self.run(|connection| {
            connection
                .prepare_cached(
                    "SELECT id, payload, queued_at FROM messages WHERE channel = ?1 ORDER BY id LIMIT 1",
                )?
                .query_row([channel], |row| {
                    let payload: String = row.get(1)?;
                    let queued_at = Timestamp::from_millisecond(row.get(2)?).unwrap_or_default();
                    let payload = serde_json::from_str(&payload).unwrap_or_default();
                    Ok(QueuedMessage { id: row.get(0)?, payload, queued_at })
                })
                .optional()
        })
    }

    /// Removes a message.
    pub fn remove(&self, id: i64) -> Result<(), Error> {
        self.run(|connection| {
            connection.prepare_cached("DELETE FROM messages WHERE id = ?1")?.execute([id]).map(drop)
        })
    }

    /// Number of messages.
    pub fn count(&self) -> Result<u64, Error> {
        self.run(|connection| {
            connection
                .prepare_cached("SELECT count(*) FROM messages")?
                .query_row((), |row| row.get::<_, i64>(0))
                .map(|count| count.try_into().unwrap_or(0))
        })
    }

    fn run<T>(&self, statement: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        statement(&self.connection).map_err(|error| embedded_db::Error::from_sqlite(&self.path, error).into())
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::File(error) => error.kind(),
            Self::InUse => Kind::Temporary,
            Self::Setup(_) => Kind::Configuration,
        }
    }
}

fn insert(connection: &Connection, message: &Message, now: Timestamp) -> rusqlite::Result<()> {
    let channel = message.channel.trim_start_matches('#');
    connection
        .prepare_cached("INSERT INTO messages (channel, payload, queued_at) VALUES (?1, ?2, ?3)")?
        .execute(params![channel, message.payload.to_string(), now.as_millisecond()])
        .map(drop)
}

/// Records an alert. Returns whether it is new; only then its time is updated, so that reminders keep their interval.
fn record_alert(connection: &Connection, alert: &Alert, now: Timestamp) -> rusqlite::Result<bool> {
    let changed = connection
        .prepare_cached(
            "INSERT INTO heard (alert, at) VALUES (?1, ?2)
             ON CONFLICT (alert) DO UPDATE SET at = excluded.at WHERE at < ?3",
        )?
        .execute(params![alert.key, now.as_millisecond(), alert.since.as_millisecond()])?;
    Ok(changed > 0)
}

fn connect(path: &Path) -> Result<Connection, embedded_db::Error> {
    let connection = embedded_db::open(path, embedded_db::BUSY_TIMEOUT)?;
    embedded_db::check(&connection, path)?;
    connection.execute_batch(SCHEMA).map_err(|error| embedded_db::Error::from_sqlite(path, error))?;
    Ok(connection)
}

/// Renames a damaged file and its companions. The database goes last, since a new database beside an old log would lose
/// the content of the log.
fn quarantine(path: &Path, reason: &str) -> Result<(), Error> {
    let aside = with_suffix(path, &format!(".corrupt-{}", Timestamp::now().strftime("%Y%m%dT%H%M%SZ")));
    for suffix in ["-wal", "-shm", "-journal", ""] {
        match fs::rename(with_suffix(path, suffix), with_suffix(&aside, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::Setup(error)),
            _ => {}
        }
    }
    tracing::error!(
        kept_as = %aside.display(),
        reason,
        "the queue was damaged and has been renamed; its messages are not sent"
    );
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(channel: &str, text: &str) -> Message {
        Message { channel: channel.into(), payload: json!({ "text": text }) }
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn pushed_messages_survive_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/queue.db");
        let queue = Queue::open(&path).unwrap();
        for (channel, text) in [("#b", "1"), ("a", "2"), ("b", "3")] {
            queue.push(&message(channel, text), second(5)).unwrap();
        }
        assert!(matches!(Queue::open(&path), Err(Error::InUse)));
        drop(queue);
        let queue = Queue::open(&path).unwrap();
        assert_eq!(queue.channels().unwrap(), ["b", "a"]);
        let oldest = queue.oldest("b").unwrap().unwrap();
        assert_eq!((oldest.payload, oldest.queued_at), (json!({"text": "1"}), second(5)));
        queue.remove(oldest.id).unwrap();
        assert_eq!(queue.oldest("b").unwrap().unwrap().payload, json!({"text": "3"}));
        assert_eq!(queue.count().unwrap(), 2);
    }

    #[test]
    fn an_alert_is_new_once_and_again_after_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let queue = Queue::open(&folder.path().join("queue.db")).unwrap();
        let push = |keys: &[&str], at: i64| {
            let alert = |key: &&str| Alert { key: (*key).to_owned(), since: second(at - 3600) };
            let alerts: Vec<_> = keys.iter().map(alert).collect();
            let text = |new: &[bool]| message("a", &format!("{new:?}"));
            queue.push_new(&alerts, second(at), text).unwrap()
        };
        assert_eq!(push(&["x"], 10_000), 1);
        assert_eq!(push(&["x"], 10_001), 0);
        assert_eq!(push(&["x", "y", "y"], 11_000), 1);
        assert_eq!(push(&["x"], 13_601), 1);
        assert_eq!(queue.count().unwrap(), 3, "there is no message without anything new");
    }

    #[test]
    fn a_damaged_queue_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queue.db");
        fs::write(&path, "not a database, but long enough to be read as the header of one").unwrap();
        assert_eq!(Queue::open(&path).unwrap().count().unwrap(), 0);
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(names.into_iter().any(|name| name.to_string_lossy().contains(".corrupt-")));
    }
}
