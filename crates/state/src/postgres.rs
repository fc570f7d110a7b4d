//! State in a PostgreSQL database.

use std::time::Duration;

use postgres_client::{Client, Connector, within};
use tokio_postgres::types::{ToSql, Type};

use crate::Error;
use crate::statement::{ALL, Change, GET};

/// Time limit of one exchange.
const TIMEOUT: Duration = Duration::from_secs(10);

const NOW: &str = "now()";

const UNDEFINED_TABLE: &str = "42P01";

/// One at a time, because two programs that make the table at once would fail, `IF NOT EXISTS` or not.
const TABLE: &str = "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('platform_state', 0)); \
    CREATE TABLE IF NOT EXISTS platform_state (program text NOT NULL, key text NOT NULL, value text NOT NULL, \
    updated_at timestamp with time zone NOT NULL, PRIMARY KEY (program, key)); COMMIT";

/// State in a PostgreSQL database.
#[derive(Debug)]
pub(crate) struct Postgres {
    connector: Connector,
}

impl Postgres {
    pub(crate) fn new(connector: Connector) -> Self {
        Self { connector }
    }

    pub(crate) async fn get(&self, program: &str, key: &str) -> Result<Option<String>, Error> {
        let client = self.connector.client().await?;
        let value = within(TIMEOUT, async {
            let row = client.query_typed_opt(GET, &[(&program, Type::TEXT), (&key, Type::TEXT)]).await?;
            row.map(|row| row.try_get(0)).transpose().map_err(postgres_client::Error::from)
        });
        let value = match value.await {
            Err(error) if error.code() == Some(UNDEFINED_TABLE) => None,
            value => value?,
        };
        self.connector.put_back(client);
        Ok(value)
    }

    pub(crate) async fn all(&self, program: &str, beginning: &str) -> Result<Vec<(String, String)>, Error> {
        let client = self.connector.client().await?;
        let found = within(TIMEOUT, async {
            let rows = client.query_typed(ALL, &[(&program, Type::TEXT), (&beginning, Type::TEXT)]).await?;
            let pair = |row: &tokio_postgres::Row| Ok((row.try_get(0)?, row.try_get(1)?));
            let pairs: Result<Vec<_>, tokio_postgres::Error> = rows.iter().map(pair).collect();
            pairs.map_err(postgres_client::Error::from)
        });
        let found = match found.await {
            Err(error) if error.code() == Some(UNDEFINED_TABLE) => Vec::new(),
            found => found?,
        };
        self.connector.put_back(client);
        Ok(found)
    }

    /// Makes a change. Returns whether its condition held.
    pub(crate) async fn change(&self, program: &str, key: &str, change: Change<'_>) -> Result<bool, Error> {
        let client = self.connector.client().await?;
        let changed = match execute(&client, program, key, change).await {
            Err(error) if error.code() == Some(UNDEFINED_TABLE) => {
                within(TIMEOUT, async {
                    client.batch_execute(TABLE).await.map_err(postgres_client::Error::from)
                })
                .await?;
                execute(&client, program, key, change).await?
            }
            changed => changed?,
        };
        self.connector.put_back(client);
        Ok(changed > 0)
    }
}

async fn execute(
    client: &Client,
    program: &str,
    key: &str,
    change: Change<'_>,
) -> Result<u64, postgres_client::Error> {
    let (statement, values) = change.statement(NOW);
    let mut parameters: Vec<(&(dyn ToSql + Sync), Type)> = vec![(&program, Type::TEXT), (&key, Type::TEXT)];
    parameters.extend(values.iter().map(|value| (value as &(dyn ToSql + Sync), Type::TEXT)));
    within(TIMEOUT, async { Ok(client.execute_typed(&statement, &parameters).await?) }).await
}
