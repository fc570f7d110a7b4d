//! The tables of a spool, and the upgrade of older ones.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Application id of a spool file: "spoo" in ASCII.
const APPLICATION_ID: i32 = 0x7370_6f6f;

/// The version of the tables below.
const VERSION: i32 = 2;

/// The payload is the last column of a batch, for two reasons. Counts and sizes of a batch are read without it. And a
/// row whose head is damaged, so that columns seem to be missing, misses its payload rather than its checksum.
///
/// A person who inserts a batch by hand need not know the number of records, their times or the checksum.
///
/// The triggers keep the counts in step with the rows, by whatever program these are changed. They do without functions
/// that older `sqlite3` programs lack.
const BATCHES: &str = "
    CREATE TABLE batches (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        destination TEXT NOT NULL,
        spooled_at  TEXT NOT NULL,
        records     INTEGER NOT NULL DEFAULT 1,
        first_at    TEXT,
        last_at     TEXT,
        bytes       INTEGER NOT NULL GENERATED ALWAYS AS (length(payload)) STORED,
        checksum    ANY NOT NULL DEFAULT 'none',
        payload     BLOB NOT NULL
    ) STRICT;
    CREATE INDEX batches_by_destination ON batches (destination);

    CREATE TABLE waiting (
        destination TEXT PRIMARY KEY NOT NULL,
        batches     INTEGER NOT NULL,
        records     INTEGER NOT NULL,
        bytes       INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER batch_came AFTER INSERT ON batches BEGIN
        INSERT INTO waiting VALUES (NEW.destination, 1, NEW.records, NEW.bytes)
            ON CONFLICT (destination) DO UPDATE SET batches = batches + 1,
                records = records + excluded.records, bytes = bytes + excluded.bytes;
    END;
    CREATE TRIGGER batch_went AFTER DELETE ON batches BEGIN
        UPDATE waiting SET batches = batches - 1, records = records - OLD.records, bytes = bytes - OLD.bytes
            WHERE destination = OLD.destination;
    END;
";

const DEAD_LETTERS: &str = "
    CREATE TABLE dead_letters (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        destination TEXT NOT NULL,
        record      TEXT NOT NULL,
        reason      TEXT NOT NULL,
        buried_at   TEXT NOT NULL
    ) STRICT;
";

/// Tables of counts besides the rows.
const ACCOUNTS: &str = "
    CREATE TABLE buried (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        letters  INTEGER NOT NULL,
        bytes    INTEGER NOT NULL
    ) STRICT;
    INSERT INTO buried
        SELECT 1, count(*), ifnull(sum(length(CAST(record AS BLOB)) + length(CAST(reason AS BLOB))), 0)
        FROM dead_letters;
    CREATE TRIGGER letter_came AFTER INSERT ON dead_letters BEGIN
        UPDATE buried SET letters = letters + 1,
            bytes = bytes + length(CAST(NEW.record AS BLOB)) + length(CAST(NEW.reason AS BLOB));
    END;
    CREATE TRIGGER letter_went AFTER DELETE ON dead_letters BEGIN
        UPDATE buried SET letters = letters - 1,
            bytes = bytes - length(CAST(OLD.record AS BLOB)) - length(CAST(OLD.reason AS BLOB));
    END;

    CREATE TABLE dropped (
        destination TEXT NOT NULL,
        cause       TEXT NOT NULL,
        batches     INTEGER NOT NULL,
        records     INTEGER NOT NULL,
        bytes       INTEGER NOT NULL,
        first_at    TEXT NOT NULL,
        last_at     TEXT NOT NULL,
        PRIMARY KEY (destination, cause)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE file (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        name     INTEGER NOT NULL,
        salvaged INTEGER NOT NULL
    ) STRICT;
    INSERT INTO file VALUES (1, random(), 0);
";

/// Makes the tables in a new file, and renews those of an older version, all or nothing. Tells whether the file is a
/// spool of this version then.
pub(crate) fn prepare(connection: &Connection) -> rusqlite::Result<bool> {
    let current = (APPLICATION_ID, VERSION);
    if identity(connection)? == current {
        return Ok(true);
    }
    // A program that opens the same file at this moment waits here, and finds the tables when it is its turn.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    match identity(&transaction)? {
        (0, 0) if is_empty(&transaction)? => create(&transaction)?,
        (APPLICATION_ID, 1) => renew(&transaction)?,
        _ => {}
    }
    let is_spool = identity(&transaction)? == current;
    transaction.commit()?;
    Ok(is_spool)
}

fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(BATCHES)?;
    connection.execute_batch(DEAD_LETTERS)?;
    connection.execute_batch(ACCOUNTS)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", VERSION)
}

/// Version 1 counted no records and kept no checksum. Each of its batches passes for one record, unchecked.
fn renew(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "DROP INDEX batches_by_destination;
         ALTER TABLE batches RENAME TO batches_1;",
    )?;
    connection.execute_batch(BATCHES)?;
    connection.execute_batch(
        "INSERT INTO batches (id, destination, spooled_at, payload)
            SELECT id, destination, spooled_at, payload FROM batches_1 ORDER BY id;
         DROP TABLE batches_1;",
    )?;
    connection.execute_batch(ACCOUNTS)?;
    connection.pragma_update(None, "user_version", VERSION)
}

fn identity(connection: &Connection) -> rusqlite::Result<(i32, i32)> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0));
    Ok((number("application_id")?, number("user_version")?))
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", (), |row| row.get(0))
}
