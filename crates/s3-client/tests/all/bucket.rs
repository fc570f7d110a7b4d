//! A real bucket, and a service that fails.

use std::time::Duration;

use fault::{Fault as _, Kind, Retry};
use http_client::{Client, Options};
use s3_client::{Bucket, Condition, Config, Error, Put};
use settings::{Settings as _, Source};
use testkit::servers::S3;

fn bucket_of(server: &S3, name: &str, retry: Retry, changes: &[(&'static str, &str)]) -> Bucket {
    let mut variables: Vec<_> = server.variables().into_iter().collect();
    for (name, value) in changes {
        variables.retain(|(variable, _)| variable != name);
        variables.push((name, (*value).to_owned()));
    }
    let mut source = Source::of(variables);
    let config = Config::read(&mut source).unwrap();
    config.check(&mut source);
    source.finish().unwrap();
    let http = Client::new(Options::new("test", "0", tls::client_config(None).unwrap())).unwrap();
    Bucket::new(&config, name, &http, retry).unwrap()
}

fn bucket(server: &S3) -> Bucket {
    bucket_of(server, server.bucket(), Retry::never(), &[])
}

#[tokio::test]
async fn written_objects_are_listed_read_and_removed() {
    let Some(server) = testkit::require(S3::start()) else { return };
    let bucket = bucket(&server);
    for key in ["a/2", "a/1", "b/1", "a/with space+plus"] {
        assert!(matches!(bucket.put(key, key.as_bytes(), Condition::None).await.unwrap(), Put::Done(_)));
    }
    let listed = bucket.list("a/").await.unwrap();
    let keys: Vec<_> = listed.iter().map(|object| (object.key.as_str(), object.bytes)).collect();
    assert_eq!(keys, [("a/1", 3), ("a/2", 3), ("a/with space+plus", 17)]);
    let object = bucket.get("a/1", 100).await.unwrap().unwrap();
    assert_eq!(object.content, b"a/1");
    assert!(object.age.unwrap() < Duration::from_mins(1));
    bucket.delete("a/1").await.unwrap();
    bucket.delete("a/1").await.unwrap();
    assert_eq!(bucket.get("a/1", 100).await.unwrap(), None);
}

#[tokio::test]
async fn a_long_listing_is_read_to_its_end() {
    let Some(server) = testkit::require(S3::start()) else { return };
    for number in 0..8 {
        server.put(&format!("many/{number}"), b"x").unwrap();
    }
    let listed = bucket(&server).list("many/").await.unwrap();
    assert_eq!((listed.len(), listed.last().unwrap().key.as_str()), (8, "many/7"));
}

#[tokio::test]
async fn a_condition_that_is_not_met_writes_nothing() {
    let Some(server) = testkit::require(S3::start()) else { return };
    let bucket = bucket(&server);
    let Put::Done(first) = bucket.put("lock", b"a", Condition::Absent).await.unwrap() else { panic!() };
    assert_eq!(bucket.put("lock", b"b", Condition::Absent).await.unwrap(), Put::NotMet);
    let Put::Done(_) = bucket.put("lock", b"c", Condition::Is(&first)).await.unwrap() else { panic!() };
    assert_eq!(bucket.put("lock", b"d", Condition::Is(&first)).await.unwrap(), Put::NotMet);
    assert_eq!(bucket.get("lock", 10).await.unwrap().unwrap().content, b"c");
    assert_eq!(bucket.put("gone", b"e", Condition::Is(&first)).await.unwrap(), Put::NotMet);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_corrected_by_the_servers() {
    let Some(server) = testkit::require(S3::start()) else { return };
    let bucket = bucket(&server);
    for seconds in [86_400, -86_400, 0] {
        server.set_clock(seconds);
        assert!(matches!(bucket.put("a", b"a", Condition::None).await.unwrap(), Put::Done(_)), "{seconds}");
        let before = server.requests().len();
        assert_eq!(bucket.get("a", 10).await.unwrap().unwrap().content, b"a");
        assert_eq!(server.requests().len(), before + 1, "it was learned");
    }
}

#[tokio::test]
async fn a_wrong_key_is_reported_without_any_part_of_it() {
    let Some(server) = testkit::require(S3::start()) else { return };
    let wrong = [("AWS_ACCESS_KEY_ID", "AKIAWRONG"), ("AWS_SECRET_ACCESS_KEY", "hunter22")];
    let error = bucket_of(&server, server.bucket(), Retry::never(), &wrong).list("").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unauthorized);
    let message = format!("{} {error:?}", fault::chain(&error));
    assert!(message.contains("s3 list: 403 InvalidAccessKeyId: The AWS Access Key Id"), "{message}");
    assert!(
        !message.contains("AKIAWRONG") && !message.contains("hunter22") && !message.contains("Signature"),
        "{message}"
    );
}

#[tokio::test]
async fn a_bucket_that_does_not_exist_is_a_mistake() {
    let Some(server) = testkit::require(S3::start()) else { return };
    let bucket = bucket_of(&server, "no-such-bucket", Retry::never(), &[]);
    for error in [
        bucket.list("").await.unwrap_err(),
        bucket.get("a", 10).await.unwrap_err(),
        bucket.put("a", b"", Condition::None).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), Kind::Configuration, "{error}");
        assert!(matches!(&error, Error::Refused { code, .. } if code == "NoSuchBucket"), "{error}");
    }
}

#[tokio::test]
async fn a_busy_service_is_asked_again() {
    let Some(server) = testkit::require(S3::start()) else { return };
    server.refuse("PUT", 1);
    let patient = bucket_of(&server, server.bucket(), Retry::with_budget(Duration::from_secs(10)), &[]);
    assert!(matches!(patient.put("a", b"a", Condition::None).await.unwrap(), Put::Done(_)));
    server.refuse("GET", 1);
    let error = bucket(&server).list("").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Temporary);
    assert_eq!(error.to_string(), "s3 list: 503 Service Unavailable: Please reduce your request rate.");
}

#[test]
fn a_bucket_needs_a_key() {
    let mut source = Source::of([("AWS_REGION", "garage")]);
    Config::read(&mut source).unwrap().check(&mut source);
    let mistakes = source.finish().unwrap_err().to_string();
    assert_eq!(
        mistakes,
        "AWS_ACCESS_KEY_ID is required for a bucket\nAWS_SECRET_ACCESS_KEY is required for a bucket"
    );
}
