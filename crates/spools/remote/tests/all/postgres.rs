//! A database that goes away, and changes in it by people.

use spool::{Limits, WhenFull};
use spool_remote::Error;
use testkit::servers::Postgres;

use crate::world::{drain, entry, in_postgres, push};

const ANY: Limits = Limits { bytes: 1 << 20, age: None, when_full: WhenFull::DropOldest };

#[tokio::test]
async fn a_lease_ends_with_its_holder() {
    let Some(server) = testkit::require(Postgres::shared()) else { return };
    let url = server.fresh_database("remote_lease_ends").unwrap();
    let killed = in_postgres(&url, ANY);
    assert!(killed.try_lock().await.unwrap());
    assert!(!in_postgres(&url, ANY).try_lock().await.unwrap());
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'";
    server.execute("remote_lease_ends", end).unwrap();
    assert!(in_postgres(&url, ANY).try_lock().await.unwrap());
}

#[tokio::test]
async fn a_run_whose_lease_is_lost_delivers_no_more() {
    let Some(server) = testkit::require(Postgres::shared()) else { return };
    let url = server.fresh_database("remote_lease_lost").unwrap();
    let spool = in_postgres(&url, ANY);
    push(&spool, "1", 0).await;
    assert!(spool.try_lock().await.unwrap());
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'remote_lease_lost' \
        AND pid <> pg_backend_pid()";
    server.execute("remote_lease_lost", end).unwrap();
    // The connection notices when the runtime looks at it.
    let error = loop {
        match spool.oldest("a").await {
            Ok(_) => tokio::task::yield_now().await,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Overtaken | Error::Postgres(_)), "{error:?}");
}

#[tokio::test]
async fn a_row_that_was_changed_is_set_aside() {
    let Some(server) = testkit::require(Postgres::shared()) else { return };
    let url = server.fresh_database("remote_damage").unwrap();
    let spool = in_postgres(&url, ANY);
    push(&spool, "first", 0).await;
    push(&spool, "second", 1).await;
    let damage =
        "UPDATE platform_spool SET content = substr(content, 1, 20) WHERE name LIKE '%/000000000001-%'";
    server.execute("remote_damage", damage).unwrap();
    assert_eq!(drain(&in_postgres(&url, ANY)).await, ["second"]);
    let count = "SELECT count(*) FROM platform_spool WHERE name LIKE 'damaged/%'";
    assert_eq!(server.execute("remote_damage", count).unwrap(), "1");
}

#[tokio::test]
async fn a_database_that_is_away_fails_without_its_password() {
    let spool = in_postgres("postgres://me:hunter22@127.0.0.1:1/data", ANY);
    let error = spool.push(&entry("a", b"1"), jiff::Timestamp::UNIX_EPOCH).await.unwrap_err();
    let message = format!("{} {error:?}", fault::chain(&error));
    assert!(message.contains("cannot be reached") && !message.contains("hunter22"), "{message}");
}
