//! The alerts of a device, as its state has them.

use std::rc::Rc;
use std::time::Duration;

use alert_engine::{Alert, AlertState};
use fault::Kind;
use record::{Batch, Timestamp};
use tokio::time::sleep;

use super::{Air, Behavior, FakeStore, World, air};
use crate::device::dispatch_context::DispatchContext;
use crate::device::notifier::Notifier;
use crate::device::readings::FailureReason;
use crate::device::reporter::Reporter;
use crate::device::store_delivery::StoreDelivery;
use crate::{Failure, Stage};

/// Does something while the notifier of a device runs.
async fn notifying<T>(world: &World, act: impl Future<Output = T>) -> T {
    let notifier = Notifier::new(&world.device.core);
    tokio::select! {
        done = Box::pin(act) => done,
        () = Box::pin(notifier.run()) => unreachable!("it never ends"),
    }
}

/// The alerts of the device by their keys, once it has had time to send them.
async fn alerts(world: &World) -> Vec<(String, AlertState, u32)> {
    sleep(Duration::from_secs(5)).await;
    let all = Box::pin(world.core().context.state.all("alert/")).await.unwrap();
    let read = |(key, text): (String, String)| {
        let alert: Alert = serde_json::from_str(&text).unwrap();
        (key.trim_start_matches("alert/test-device/").to_owned(), alert.state, alert.count)
    };
    all.into_iter().map(read).collect()
}

#[tokio::test(start_paused = true)]
async fn a_sensor_that_fails_three_times_is_an_alert_until_it_recovers() {
    let world = World::new(&[]);
    let failure = Failure::new(Stage::Extract, Kind::Temporary, "silent");
    notifying(&world, async {
        for expected in [AlertState::Pending, AlertState::Pending, AlertState::Firing] {
            world.core().failed(&world.core().main, FailureReason::Unreachable, &failure);
            assert!(matches!(&*alerts(&world).await, [(key, state, _)] if key == "run/extract" && *state == expected));
        }
        for _ in 0..10 {
            world.core().failed(&world.core().main, FailureReason::Unreachable, &failure);
        }
        assert_eq!(alerts(&world).await, [("run/extract".into(), AlertState::Firing, 3)], "it is known");
        world.core().good(&world.core().main);
        assert_eq!(alerts(&world).await, [("run/extract".into(), AlertState::Resolved, 3)]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_threshold_is_evaluated_with_each_reading_and_stored_when_it_changes() {
    let world = World::new(&[("ALERT_PM2_ABOVE", "50"), ("ALERT_PM2_FOR", "2")]);
    notifying(&world, async {
        let start = Timestamp::now();
        let keep = async |second: u64, pm2| {
            let at = start - Duration::from_secs(100) + Duration::from_secs(second);
            world.device.load([Air { at, pm2 }]).await.unwrap();
        };
        for (second, pm2) in [(1, 10.0), (2, 60.0), (3, 70.0), (4, 80.0)] {
            keep(second, pm2).await;
        }
        assert_eq!(alerts(&world).await, [("air.pm2/above".into(), AlertState::Firing, 2)]);
        keep(5, 5.0).await;
        assert_eq!(alerts(&world).await, [("air.pm2/above".into(), AlertState::Resolved, 2)]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_refuses_the_token_is_an_alert_at_once_and_one_that_is_away_later() {
    for (kind, minutes) in [(Kind::Unauthorized, 0), (Kind::Temporary, 6)] {
        let world = World::new(&[]);
        let dispatch = DispatchContext::new(Rc::clone(&world.core().context));
        let store = FakeStore::default();
        let delivery = StoreDelivery::to(&store);
        store.behaves(Behavior::Fails(kind));
        let act = async {
            delivery.store(&dispatch, &store, &Batch::of(&[air(1)])).await.unwrap();
            let before = alerts(&world).await.len();
            sleep(Duration::from_mins(minutes)).await;
            assert_eq!(before, usize::from(minutes == 0), "{kind:?}");
            let firing = alerts(&world).await;
            assert!(
                matches!(&*firing, [(key, AlertState::Firing, _)] if key == "store/store=fake"),
                "{firing:?}"
            );
            store.behaves(Behavior::Takes);
            sleep(Duration::from_mins(1)).await;
            let over = alerts(&world).await;
            assert!(matches!(&*over, [(_, AlertState::Resolved, _)]), "{over:?}");
        };
        let run = async {
            tokio::select! { () = act => {}, () = delivery.run(&dispatch, &store) => {} }
        };
        notifying(&world, Box::pin(run)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_an_alert_within_a_minute_where_the_spool_takes_nothing_either() {
    let world = World::new(&[]);
    std::fs::write(world.folder.path().join("spool"), "in the way").unwrap();
    let dispatch = DispatchContext::new(Rc::clone(&world.core().context));
    let store = FakeStore::default();
    let delivery = StoreDelivery::to(&store);
    store.behaves(Behavior::Fails(Kind::Temporary));
    let act = async {
        let records = [air(1)];
        let batch = Batch::of(&records);
        let later = async {
            sleep(Duration::from_mins(1)).await;
            let firing = alerts(&world).await;
            assert!(
                matches!(&*firing, [(key, AlertState::Firing, _)] if key == "store/store=fake"),
                "{firing:?}"
            );
            store.behaves(Behavior::Takes);
        };
        let (kept, ()) = tokio::join!(delivery.store(&dispatch, &store, &batch), later);
        kept.unwrap();
        let over = alerts(&world).await;
        assert!(matches!(&*over, [(_, AlertState::Resolved, _)]), "{over:?}");
    };
    let run = async {
        tokio::select! { () = act => {}, () = delivery.run(&dispatch, &store) => {} }
    };
    notifying(&world, Box::pin(run)).await;
}

#[tokio::test(start_paused = true)]
async fn refused_records_are_one_alert_that_ends_after_a_quiet_hour() {
    let world = World::new(&[]);
    let act = async {
        for second in 1..5 {
            let records = [Air { pm2: f64::INFINITY, ..air(second) }];
            world.device.load(&records).await.unwrap();
        }
        assert_eq!(alerts(&world).await, [("refused".into(), AlertState::Firing, 1)]);
        sleep(Duration::from_mins(61)).await;
        let over = alerts(&world).await;
        assert!(matches!(&*over, [(_, AlertState::Resolved, _)]), "{over:?}");
    };
    let run = async {
        tokio::select! { () = act => {}, () = world.core().dispatcher.run() => {} }
    };
    notifying(&world, Box::pin(run)).await;
}

#[tokio::test(start_paused = true)]
async fn each_of_several_sensors_has_an_alert_of_its_own() {
    let world = World::new(&[("FAILURES_BEFORE_ALERT", "1")]);
    let failure = Failure::new(Stage::Extract, Kind::Temporary, "silent");
    let (attic, cellar) = (world.core().sensor("attic"), world.core().sensor("cellar"));
    notifying(&world, async {
        world.core().failed(&attic, FailureReason::Unreachable, &failure);
        world.core().failed(&cellar, FailureReason::Unreachable, &failure);
        world.core().good(&attic);
        let expected = [
            ("run/extract/sensor=attic".to_owned(), AlertState::Resolved, 1),
            ("run/extract/sensor=cellar".to_owned(), AlertState::Firing, 1),
        ];
        assert_eq!(alerts(&world).await, expected);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_device_that_is_blocked_goes_on_reporting_and_stores_its_reports_when_it_can() {
    let world = World::new(&[("SINK", "sqlite"), ("REPORT_INTERVAL_SECONDS", "60")]);
    // Neither the store nor the spool can be used.
    let (store, spool) = (world.folder.path().join("platform.db"), world.folder.path().join("spool"));
    std::fs::create_dir(&store).unwrap();
    std::fs::write(&spool, "in the way").unwrap();
    let core = &world.device.core;
    let reporter = Reporter::new(core);
    let act = async {
        let blocked = async { world.device.load([air(1)]).await.unwrap() };
        let later = async {
            sleep(Duration::from_secs(330)).await;
            assert_eq!(core.context.delivery.outbox.tally.total().stored, 0, "nothing was taken so far");
            std::fs::remove_dir(&store).unwrap();
        };
        tokio::join!(blocked, later);
        sleep(Duration::from_mins(1)).await;
    };
    tokio::select! { () = act => {}, () = reporter.run() => {}, () = core.dispatcher.run() => {} }
    assert_eq!(reports(&store), 6, "five of the time it was blocked, and one since");
}

fn reports(store: &std::path::Path) -> i64 {
    let database = rusqlite::Connection::open(store).unwrap();
    database.query_row("SELECT count(*) FROM pipeline_runs", [], |row| row.get(0)).unwrap()
}
