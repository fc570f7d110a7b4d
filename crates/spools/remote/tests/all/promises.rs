//! Promises of every remote spool.

use std::time::Duration;

use spool::{Backlog, Cause, DeadLetter, Dropped, Limits, WhenFull};
use spool_remote::Error;

use crate::world::{at, drain, entry, push, worlds};

const ANY: Limits = Limits { bytes: 1 << 20, age: None, when_full: WhenFull::DropOldest };

#[tokio::test]
async fn the_next_run_finds_batches_in_their_order() {
    for world in worlds("order") {
        let spool = world.spool(ANY);
        assert_eq!(spool.oldest("a").await.unwrap(), None, "an empty spool is no error");
        // The clock goes back in between, and there is more than a page of a listing.
        for (payload, second) in [("1", 30), ("2", 10), ("3", 20), ("4", 0), ("5", 50)] {
            push(&spool, payload, second).await;
        }
        let other = spool.push(&entry("b", b"other"), at(5)).await.unwrap();
        assert!(other.dropped.is_empty());

        let next = world.spool(ANY);
        let backlog = next.backlog("a").await.unwrap();
        assert_eq!((backlog.batches, backlog.records, backlog.oldest), (5, 10, Some(at(30))));
        let oldest = next.oldest("a").await.unwrap().unwrap();
        assert_eq!((oldest.records, oldest.first, oldest.last, oldest.spooled_at), (2, at(1), at(2), at(30)));
        assert_eq!(drain(&next).await, ["1", "2", "3", "4", "5"]);
        assert_eq!(world.spool(ANY).backlog("a").await.unwrap(), Backlog::default());
        assert_eq!(world.spool(ANY).backlog("b").await.unwrap().batches, 1);
    }
}

#[tokio::test]
async fn a_run_that_dies_between_delivery_and_removal_delivers_once_more() {
    for world in worlds("killed") {
        push(&world.spool(ANY), "1", 0).await;
        let killed = world.spool(ANY);
        assert!(killed.oldest("a").await.unwrap().is_some());
        drop(killed);
        assert_eq!(drain(&world.spool(ANY)).await, ["1"]);
        assert_eq!(world.spool(ANY).oldest("a").await.unwrap(), None);
    }
}

#[tokio::test]
async fn two_runs_do_not_deliver_at_once() {
    for world in worlds("lease") {
        push(&world.spool(ANY), "1", 0).await;
        let (first, second) = (world.spool(ANY), world.spool(ANY));
        assert!(first.try_lock().await.unwrap());
        assert!(!second.try_lock().await.unwrap());
        push(&second, "2", 1).await;
        assert_eq!(drain(&first).await, ["1"], "what came later is for the next run");
        first.unlock().await;
        assert!(second.try_lock().await.unwrap());
        assert_eq!(drain(&second).await, ["2"]);
        second.unlock().await;
    }
}

#[tokio::test]
async fn batches_delivered_by_another_run_are_skipped() {
    for world in worlds("passed") {
        let spool = world.spool(ANY);
        push(&spool, "1", 0).await;
        push(&spool, "2", 1).await;
        let slow = world.spool(ANY);
        assert_eq!(slow.backlog("a").await.unwrap().batches, 2);
        let first = spool.oldest("a").await.unwrap().unwrap();
        spool.remove(&first.name).await.unwrap();
        assert_eq!(drain(&slow).await, ["2"]);
    }
}

#[tokio::test]
async fn the_oldest_make_room() {
    let limits = Limits { bytes: 3_000, ..ANY };
    for world in worlds("full") {
        let spool = world.spool(limits);
        for payload in ["1", "2"] {
            push(&spool, &payload.repeat(1_000), 0).await;
        }
        let pushed = spool.push(&entry("b", &[b'3'; 1_000]), at(1)).await.unwrap();
        let [gone] = &*pushed.dropped else { panic!("{pushed:?}") };
        assert_eq!((gone.destination.as_str(), gone.cause, gone.records), ("a", Cause::Bytes, 2));
        assert_eq!((gone.first, gone.last), (at(1), at(2)));
        assert_eq!(drain(&world.spool(limits)).await, ["2".repeat(1_000)]);

        let pushed = spool.push(&entry("b", &[b'4'; 2_900]), at(1)).await.unwrap();
        assert_eq!(pushed.dropped.len(), 1, "one that takes most of the spool is not taken");
        assert_eq!(spool.backlog("b").await.unwrap().batches, 1);
    }
}

#[tokio::test]
async fn where_nothing_may_be_dropped_the_push_fails_or_the_new_batch_goes() {
    for world in worlds("block") {
        let spool = world.spool(Limits { bytes: 2_000, when_full: WhenFull::Block, age: None });
        push(&spool, &"1".repeat(1_000), 0).await;
        let error = spool.push(&entry("a", &[b'2'; 1_000]), at(1)).await.unwrap_err();
        assert!(matches!(error, Error::Full { .. }), "{error:?}");

        let spool = world.spool(Limits { bytes: 2_000, when_full: WhenFull::DropNewest, age: None });
        let pushed = spool.push(&entry("a", &[b'3'; 1_000]), at(1)).await.unwrap();
        assert_eq!(pushed.dropped.len(), 1);
        assert_eq!(drain(&spool).await, ["1".repeat(1_000)]);
    }
}

#[tokio::test]
async fn batches_past_the_age_limit_are_dropped() {
    let limits = Limits { age: Some(Duration::from_secs(100)), ..ANY };
    for world in worlds("age") {
        let spool = world.spool(limits);
        for (payload, second) in [("1", 0), ("2", 50), ("3", 150)] {
            push(&spool, payload, second).await;
        }
        let dropped = world.spool(limits).expire(at(151)).await.unwrap();
        let records: u64 = dropped.iter().map(|gone: &Dropped| gone.records).sum();
        assert_eq!((dropped.len(), dropped[0].cause, records), (2, Cause::Age, 4));
        assert_eq!(drain(&world.spool(limits)).await, ["3"]);
    }
}

#[tokio::test]
async fn dead_letters_stay_until_newer_ones_need_their_place() {
    let letter = |record: String| DeadLetter {
        destination: "a".to_owned(),
        record,
        reason: "not\na number".to_owned(),
        at: at(7),
    };
    for world in worlds("letters") {
        let spool = world.spool(Limits { bytes: 80_000, ..ANY });
        let first = [letter("1".to_owned()), letter("2".to_owned())];
        spool.bury(&first).await.unwrap();
        spool.bury(&[letter("3".to_owned())]).await.unwrap();
        let kept = world.spool(ANY).dead_letters().await.unwrap();
        assert_eq!(kept, [&first[..], &[letter("3".to_owned())]].concat());
        assert_eq!(spool.oldest("a").await.unwrap(), None, "a dead letter is no batch");

        spool.replace_letter(&first[1], &[letter("again".to_owned())]).await.unwrap();
        let texts: Vec<_> =
            spool.dead_letters().await.unwrap().into_iter().map(|letter| letter.record).collect();
        assert_eq!(texts, ["1", "3", "again"]);
        spool.replace_letter(&first[0], &[]).await.unwrap();
        spool.replace_letter(&letter("again".to_owned()), &[]).await.unwrap();

        let large = letter("4".repeat(9_800));
        spool.bury(std::slice::from_ref(&large)).await.unwrap();
        assert_eq!(spool.dead_letters().await.unwrap(), [letter("3".to_owned()), large]);
    }
}
