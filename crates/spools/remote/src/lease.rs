//! The right to deliver, which one run has at a time and which ends with it.

use std::time::Duration;

use postgres_client::{Client, within};
use s3_client::{Bucket, Condition, Put};
use tokio::time::Instant;

use crate::storage::{Storage, TIMEOUT};
use crate::{Error, name};

/// Time after which a lease in a bucket ends when its holder is gone: the default deadline of a run.
const DURATION: Duration = Duration::from_mins(2);

/// After so long it is renewed, between two batches.
const RENEW_AFTER: Duration = Duration::from_secs(30);

/// The object that is the lease.
const LOCK: &str = "lock";

/// More than the object has.
const LOCK_BYTES: usize = 1024;

/// A transaction holds the lock, so that it works through a pooler. It ends with the connection, and the server soon
/// notices a client that is gone.
const BEGIN: &str = "BEGIN; SET LOCAL tcp_keepalives_idle = 30; SET LOCAL tcp_keepalives_interval = 10; \
    SET LOCAL tcp_keepalives_count = 3; SET LOCAL idle_in_transaction_session_timeout = '10min'";
const TRY_LOCK: &str = "SELECT pg_try_advisory_xact_lock(hashtextextended('platform_spool.' || $1, 0))";

/// The right to deliver.
#[derive(Debug)]
pub(crate) enum Lease {
    /// An object that says who holds it, and that is as good as absent when it is old.
    Object { holder: String, etag: String, renewed: Instant },
    /// A lock of a session of its own.
    Session(Client),
}

impl Lease {
    /// Takes the lease, or returns `None` while another run has it.
    pub(crate) async fn take(storage: &Storage) -> Result<Option<Self>, Error> {
        match storage {
            Storage::Bucket { bucket, folder } => take_object(bucket, &format!("{folder}{LOCK}")).await,
            Storage::Postgres { connector, program } => {
                let client = connector.separate().await?;
                let lock = async {
                    client.batch_execute(BEGIN).await?;
                    let parameters = [(program as _, tokio_postgres::types::Type::TEXT)];
                    Ok(client.query_typed_one(TRY_LOCK, &parameters).await?.try_get::<_, bool>(0)?)
                };
                let is_taken = within::<_, postgres_client::Error>(TIMEOUT, lock).await?;
                Ok(is_taken.then_some(Self::Session(client)))
            }
        }
    }

    /// Makes sure that the lease is still held, and renews it when some of its time is over.
    pub(crate) async fn renew(self, storage: &Storage) -> Result<Self, Error> {
        match (self, storage) {
            (Self::Object { holder, etag, renewed }, Storage::Bucket { bucket, folder })
                if renewed.elapsed() >= RENEW_AFTER =>
            {
                let key = format!("{folder}{LOCK}");
                let now = Instant::now();
                let etag =
                    write(bucket, &key, &holder, Condition::Is(&etag)).await?.ok_or(Error::Overtaken)?;
                Ok(Self::Object { holder, etag, renewed: now })
            }
            (Self::Session(client), _) if client.is_closed() => Err(Error::Overtaken),
            (lease, _) => Ok(lease),
        }
    }

    /// Gives the lease back. If that fails, it ends by itself.
    pub(crate) async fn release(self, storage: &Storage) {
        // An older lease may not be ours any more.
        if let (Self::Object { renewed, .. }, Storage::Bucket { bucket, folder }) = (self, storage)
            && renewed.elapsed() < DURATION
            && let Err(error) = bucket.delete(&format!("{folder}{LOCK}")).await
        {
            let error = fault::chain(&error);
            tracing::debug!(error, "the lease on the spool is not given back; it expires");
        }
    }
}

async fn take_object(bucket: &Bucket, key: &str) -> Result<Option<Lease>, Error> {
    let holder = format!("{:016x}", name::random());
    let renewed = Instant::now();
    let lock = bucket.get(key, LOCK_BYTES).await?;
    // Both times are the server's, so no clock of ours matters.
    let condition = match &lock {
        None => Condition::Absent,
        Some(lock) if lock.age.is_some_and(|age| age < DURATION) => return Ok(None),
        Some(lock) => Condition::Is(&lock.etag),
    };
    let written = write(bucket, key, &holder, condition).await?;
    Ok(written.map(|etag| Lease::Object { holder, etag, renewed }))
}

/// Writes the lock, and returns its version if it is ours then.
///
/// It is read again: an answer may have been lost, and a service that ignores the condition lets two runs write, of
/// which the last one has it.
async fn write(
    bucket: &Bucket,
    key: &str,
    holder: &str,
    condition: Condition<'_>,
) -> Result<Option<String>, Error> {
    if bucket.put(key, holder.as_bytes(), condition).await? == Put::NotSupported {
        bucket.put(key, holder.as_bytes(), Condition::None).await?;
    }
    let lock = bucket.get(key, LOCK_BYTES).await?;
    Ok(lock.filter(|lock| lock.content == holder.as_bytes()).map(|lock| lock.etag))
}
