//! Place of the objects of one spool: a folder of a bucket, or the rows of one program in a table.

use std::time::Duration;

use postgres_client::{Client, Connector, within};
use s3_client::{Bucket, Condition};
use tokio_postgres::types::{ToSql, Type};

use crate::Error;

/// Time limit of one exchange with PostgreSQL.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);

const UNDEFINED_TABLE: &str = "42P01";

/// One at a time, because two programs that make the table at once would fail, `IF NOT EXISTS` or not.
const TABLE: &str = "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('platform_spool', 0)); \
    CREATE TABLE IF NOT EXISTS platform_spool (program text NOT NULL, name text NOT NULL, \
    written_at timestamp with time zone NOT NULL DEFAULT now(), content bytea NOT NULL, \
    PRIMARY KEY (program, name)); COMMIT";

/// `LIKE` would give `_` a meaning.
const LIST: &str = "SELECT name, octet_length(content)::bigint FROM platform_spool \
    WHERE program = $1 AND substr(name, 1, length($2)) = $2";
const READ: &str = "SELECT content FROM platform_spool WHERE program = $1 AND name = $2";
/// A repeat of a write whose answer was lost changes nothing.
const WRITE: &str = "INSERT INTO platform_spool (program, name, content) VALUES ($1, $2, $3) \
    ON CONFLICT (program, name) DO NOTHING";
const REMOVE: &str = "DELETE FROM platform_spool WHERE program = $1 AND name = $2";

/// Place of the objects of one spool.
#[derive(Debug)]
pub enum Storage {
    /// A folder of a bucket.
    Bucket {
        /// The bucket.
        bucket: Box<Bucket>,
        /// The folder, which ends with a slash.
        folder: String,
    },
    /// The rows of one program in the table `platform_spool`.
    Postgres {
        /// The database.
        connector: Box<Connector>,
        /// The program.
        program: String,
    },
}

impl Storage {
    /// Names and sizes of all objects whose names begin so.
    pub(crate) async fn list(&self, beginning: &str) -> Result<Vec<(String, u64)>, Error> {
        match self {
            Self::Bucket { bucket, folder } => {
                let listed = bucket.list(&format!("{folder}{beginning}")).await?;
                let name = |key: &str| key.strip_prefix(folder.as_str()).map(str::to_owned);
                Ok(listed.into_iter().filter_map(|object| Some((name(&object.key)?, object.bytes))).collect())
            }
            Self::Postgres { connector, program } => {
                let rows = query(connector, LIST, &[(program, Type::TEXT), (&beginning, Type::TEXT)]).await?;
                let pair = |row: &tokio_postgres::Row| {
                    Ok((row.try_get(0)?, u64::try_from(row.try_get::<_, i64>(1)?).unwrap_or(0)))
                };
                let pairs: Result<_, tokio_postgres::Error> = rows.iter().map(pair).collect();
                Ok(pairs.map_err(postgres_client::Error::from)?)
            }
        }
    }

    /// The content of an object of at most `limit` bytes; `None` if it is gone.
    pub(crate) async fn read(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::Bucket { bucket, folder } => {
                Ok(bucket.get(&format!("{folder}{name}"), limit).await?.map(|object| object.content))
            }
            Self::Postgres { connector, program } => {
                let rows = query(connector, READ, &[(program, Type::TEXT), (&name, Type::TEXT)]).await?;
                let content = rows.first().map(|row| row.try_get(0)).transpose();
                Ok(content.map_err(postgres_client::Error::from)?)
            }
        }
    }

    /// Writes an object that does not exist yet. It is durable when this returns.
    pub(crate) async fn write(&self, name: &str, content: &[u8]) -> Result<(), Error> {
        match self {
            Self::Bucket { bucket, folder } => {
                bucket.put(&format!("{folder}{name}"), content, Condition::None).await?;
            }
            Self::Postgres { connector, program } => {
                let parameters: [Parameter<'_>; 3] =
                    [(program, Type::TEXT), (&name, Type::TEXT), (&content, Type::BYTEA)];
                change(connector, WRITE, &parameters).await?;
            }
        }
        Ok(())
    }

    /// Removes an object, if it is still there.
    pub(crate) async fn remove(&self, name: &str) -> Result<(), Error> {
        match self {
            Self::Bucket { bucket, folder } => Ok(bucket.delete(&format!("{folder}{name}")).await?),
            Self::Postgres { connector, program } => {
                change(connector, REMOVE, &[(program, Type::TEXT), (&name, Type::TEXT)]).await
            }
        }
    }
}

type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// The rows a query finds; none where nobody has made the table yet.
async fn query(
    connector: &Connector,
    statement: &str,
    parameters: &[Parameter<'_>],
) -> Result<Vec<tokio_postgres::Row>, postgres_client::Error> {
    let client = connector.client().await?;
    let rows = within(TIMEOUT, async { Ok(client.query_typed(statement, parameters).await?) });
    let rows = match rows.await {
        Err(postgres_client::Error::Server { code, .. }) if code == UNDEFINED_TABLE => Vec::new(),
        rows => rows?,
    };
    connector.put_back(client);
    Ok(rows)
}

/// Runs a statement that changes something, and makes the table first where nobody has.
async fn change(connector: &Connector, statement: &str, parameters: &[Parameter<'_>]) -> Result<(), Error> {
    let client = connector.client().await?;
    match execute(&client, statement, parameters).await {
        Err(error) if error.code() == Some(UNDEFINED_TABLE) => {
            let create = async { client.batch_execute(TABLE).await.map_err(postgres_client::Error::from) };
            within(TIMEOUT, create).await?;
            execute(&client, statement, parameters).await?;
        }
        changed => changed?,
    }
    connector.put_back(client);
    Ok(())
}

async fn execute(
    client: &Client,
    statement: &str,
    parameters: &[Parameter<'_>],
) -> Result<(), postgres_client::Error> {
    within(TIMEOUT, async { Ok(client.execute_typed(statement, parameters).await.map(drop)?) }).await
}
