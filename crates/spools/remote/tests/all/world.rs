//! Spools to test, and the batches in them.

use std::time::Duration;

use fault::Retry;
use http_client::{Client, Options};
use jiff::Timestamp;
use postgres_client::Connector;
use s3_client::Bucket;
use settings::{Settings as _, Source};
use spool::{Entry, Limits};
use spool_remote::{RemoteSpool, Storage};
use testkit::servers::{Postgres, S3};

/// Place of the spools of a test.
pub(crate) enum World {
    Bucket(Box<S3>),
    Postgres(String),
}

/// Each kind of place that can be had here, fresh. `name` is unique to the test.
pub(crate) fn worlds(name: &str) -> Vec<World> {
    let bucket = testkit::require(S3::start()).map(|server| World::Bucket(Box::new(server)));
    let postgres = testkit::require(Postgres::shared())
        .map(|server| World::Postgres(server.fresh_database(&format!("remote_{name}")).unwrap()));
    bucket.into_iter().chain(postgres).collect()
}

impl World {
    /// The spool, as another run of the same program sees it.
    pub(crate) fn spool(&self, limits: Limits) -> RemoteSpool {
        match self {
            Self::Bucket(server) => in_bucket(server, limits),
            Self::Postgres(url) => in_postgres(url, limits),
        }
    }
}

pub(crate) fn in_bucket(server: &S3, limits: Limits) -> RemoteSpool {
    in_bucket_at(server, server.url(), limits)
}

/// The spool in a bucket that is reached at another address.
pub(crate) fn in_bucket_at(server: &S3, url: &str, limits: Limits) -> RemoteSpool {
    let variables = server
        .variables()
        .map(|(name, value)| (name, if name == "AWS_ENDPOINT_URL" { url.to_owned() } else { value }));
    let mut source = Source::of(variables);
    let config = s3_client::Config::read(&mut source).unwrap();
    let options = Options::new("test", "0", tls::client_config(None).unwrap());
    let http = Client::new(Options { timeout: Duration::from_secs(2), ..options }).unwrap();
    let bucket = Box::new(Bucket::new(&config, server.bucket(), &http, Retry::never()).unwrap());
    RemoteSpool::new(Storage::Bucket { bucket, folder: "spool/weather/".to_owned() }, "the bucket", limits)
}

pub(crate) fn in_postgres(url: &str, limits: Limits) -> RemoteSpool {
    let mut source = Source::of([("POSTGRES_URL", url)]);
    let config = postgres_client::Config::read(&mut source).unwrap();
    let connector = Box::new(Connector::new(config, tls::client_config(None).unwrap()));
    RemoteSpool::new(Storage::Postgres { connector, program: "weather".to_owned() }, "PostgreSQL", limits)
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn entry<'a>(destination: &'a str, payload: &'a [u8]) -> Entry<'a> {
    Entry { destination, payload, records: 2, first: at(1), last: at(2) }
}

/// Pushes a batch for `a` at a second of 1970.
pub(crate) async fn push(spool: &RemoteSpool, payload: &str, second: i64) {
    let pushed = spool.push(&entry("a", payload.as_bytes()), at(second)).await.unwrap();
    assert!(pushed.dropped.is_empty());
}

/// Delivers all that waits for `a`, and returns it in its order.
pub(crate) async fn drain(spool: &RemoteSpool) -> Vec<String> {
    let mut taken = Vec::new();
    while let Some(batch) = spool.oldest("a").await.unwrap() {
        taken.push(String::from_utf8(batch.payload).unwrap());
        spool.remove(&batch.name).await.unwrap();
    }
    taken
}
