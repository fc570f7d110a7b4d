//! Opening of a connection, and a time limit for exchanges over it.

use std::time::Duration;

use rustls::ClientConfig;
use tokio_postgres::Client;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{Config, Error};

/// Time limit of TLS and login, beside that of the connection itself.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(10);

/// Connects and logs in.
///
/// The connection lives in a task of the current runtime and ends when the client is dropped. With `sslmode=prefer`,
/// the default, a server whose certificate is not trusted is reached without TLS, as `libpq` does it, and a warning
/// is logged.
///
/// # Errors
///
/// The reason why there is no connection, without the URL or the password.
pub async fn connect(config: &Config, tls: &ClientConfig) -> Result<Client, Error> {
    let error = match attempt(config.driver(), tls).await {
        Err(error @ Error::Tls { .. }) if config.driver().get_ssl_mode() == SslMode::Prefer => error,
        outcome => return outcome,
    };
    let mut plain = config.driver().clone();
    plain.ssl_mode(SslMode::Disable);
    let Ok(client) = attempt(&plain, tls).await else { return Err(error) };
    tracing::warn!(
        error = fault::chain(&error),
        "PostgreSQL is reached without TLS; sslmode=disable says it is meant"
    );
    Ok(client)
}

/// Waits for `work`, but not longer than `limit`.
///
/// # Errors
///
/// Those of `work`, or [`Error::TimedOut`].
pub async fn within<T, E: From<Error>>(
    limit: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(Error::TimedOut { after: limit }.into()))
}

async fn attempt(driver: &tokio_postgres::Config, tls: &ClientConfig) -> Result<Client, Error> {
    // The driver's own limit is per address and ends when the connection is accepted.
    let limit = driver.get_connect_timeout().copied().unwrap_or_default() + LOGIN_TIMEOUT;
    within(limit, async {
        let tls = MakeRustlsConnect::new(tls.clone());
        let (client, connection) = driver.connect(tls).await.map_err(Error::connecting)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = fault::chain(&error), "the connection to PostgreSQL ended");
            }
        });
        Ok(client)
    })
    .await
}
