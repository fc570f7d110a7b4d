//! A bucket that fails, lies, or is somebody else's too.

use spool::{Limits, WhenFull};
use spool_remote::Error;
use testkit::servers::{Link, Network, S3};

use crate::world::{drain, entry, in_bucket, push};

const ANY: Limits = Limits { bytes: 1 << 20, age: None, when_full: WhenFull::DropOldest };

#[tokio::test]
async fn a_truncated_object_is_set_aside_and_the_next_one_is_delivered() {
    let Some(server) = testkit::require(S3::start()) else { return };
    let spool = in_bucket(&server, ANY);
    push(&spool, "first", 0).await;
    push(&spool, "second", 1).await;
    let key = server.keys("spool/weather/batches/").unwrap().remove(0);
    let bytes = server.get(&key).unwrap();
    server.put(&key, &bytes[..bytes.len() - 2]).unwrap();
    assert_eq!(drain(&in_bucket(&server, ANY)).await, ["second"]);
    let aside = server.keys("spool/weather/damaged/").unwrap();
    assert_eq!(aside.len(), 1);
    assert_eq!(server.get(&aside[0]).unwrap(), bytes[..bytes.len() - 2]);
}

#[tokio::test]
async fn foreign_objects_in_the_folder_are_left_alone() {
    let Some(server) = testkit::require(S3::start()) else { return };
    let spool = in_bucket(&server, ANY);
    for key in ["spool/weather/batches/a/readme.txt", "spool/weather-2/batches/a/000000000001-x", "other"] {
        server.put(key, b"mine").unwrap();
    }
    push(&spool, "1", 0).await;
    assert_eq!(drain(&in_bucket(&server, ANY)).await, ["1"]);
    assert_eq!(server.keys("").unwrap().len(), 3);
}

#[tokio::test]
async fn a_busy_service_keeps_its_batches() {
    let Some(server) = testkit::require(S3::start()) else { return };
    let spool = in_bucket(&server, ANY);
    push(&spool, "1", 0).await;
    server.refuse("PUT", 1);
    assert!(spool.push(&entry("a", b"2"), jiff::Timestamp::UNIX_EPOCH).await.is_err());
    server.refuse("DELETE", 1);
    let oldest = spool.oldest("a").await.unwrap().unwrap();
    assert!(spool.remove(&oldest.name).await.is_err());
    assert_eq!(drain(&in_bucket(&server, ANY)).await, ["1"], "delivered once more");
}

#[tokio::test]
async fn a_spool_that_cannot_be_read_is_not_asked_again_at_once() {
    let Some(server) = testkit::require(S3::start()) else { return };
    let spool = in_bucket(&server, ANY);
    server.refuse("GET", 1);
    assert!(matches!(spool.backlog("a").await.unwrap_err(), Error::Bucket(_)));
    assert!(matches!(spool.oldest("a").await.unwrap_err(), Error::Unreadable));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_lease_ends_with_its_holder() {
    let Some(server) = testkit::require(S3::start()) else { return };
    let killed = in_bucket(&server, ANY);
    assert!(killed.try_lock().await.unwrap());
    drop(killed);
    assert!(!in_bucket(&server, ANY).try_lock().await.unwrap());
    // Both of its times are the server's.
    server.set_clock(121);
    assert!(in_bucket(&server, ANY).try_lock().await.unwrap());
}

#[tokio::test]
async fn without_conditional_writes_one_of_two_runs_still_has_the_lease() {
    let Some(server) = testkit::require(S3::start()) else { return };
    server.ignore_conditions();
    let (first, second) = (in_bucket(&server, ANY), in_bucket(&server, ANY));
    assert!(first.try_lock().await.unwrap());
    assert!(!second.try_lock().await.unwrap());
    first.unlock().await;
    assert!(second.try_lock().await.unwrap());
}

#[tokio::test]
async fn a_clock_that_is_wrong_changes_nothing() {
    let Some(server) = testkit::require(S3::start()) else { return };
    for seconds in [1_000_000, -1_000_000] {
        server.set_clock(seconds);
        let spool = in_bucket(&server, ANY);
        push(&spool, "1", 0).await;
        assert!(spool.try_lock().await.unwrap());
        assert_eq!(drain(&spool).await, ["1"]);
        spool.unlock().await;
    }
}

#[tokio::test]
async fn a_slow_network_delivers_and_one_that_is_cut_fails_in_time() {
    let Some(server) = testkit::require(S3::start()) else { return };
    let link = Link::to(server.port()).unwrap();
    link.set(Network::Slow { bytes: 4_096, delay: std::time::Duration::from_millis(5) });
    let spool = crate::world::in_bucket_at(&server, &link.instead_of(server.url()), ANY);
    push(&spool, &"1".repeat(100_000), 0).await;
    assert_eq!(drain(&spool).await, ["1".repeat(100_000)]);
    link.set(Network::Cut);
    let error = spool.push(&entry("a", b"2"), jiff::Timestamp::UNIX_EPOCH).await.unwrap_err();
    assert!(matches!(error, Error::Bucket(_)), "{error:?}");
}
