//! Readings of sensors that work, fail, are stuck, or show impossible values.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use fault::Kind;
use tokio::time::{Instant, sleep, timeout};

use super::{Air, Busy, World, air};
use crate::arguments::Mode;
use crate::device::Polling;
use crate::device::readings::FailureReason;
use crate::{Exit, Failure, Stage};

const PERIOD: Duration = Duration::from_secs(10);

const POLLING: Polling = Polling { interval: PERIOD, warm_up: 0, stale_after: None };

fn failure(kind: Kind) -> Failure {
    Failure::new(Stage::Extract, kind, "it does not answer")
}

/// Reads for so long, then stops the device; returns when the readings began, in seconds.
async fn readings(
    world: &World,
    polling: Polling,
    time: Duration,
    read: impl AsyncFn(i64) -> Result<Vec<Air>, Failure>,
) -> Vec<u64> {
    let (start, begun) = (Instant::now(), RefCell::new(Vec::new()));
    let count = Cell::new(0);
    let poll = world.device.poll(
        polling,
        async || Ok(()),
        async |(): &mut ()| {
            begun.borrow_mut().push(start.elapsed().as_secs());
            count.set(count.get() + 1);
            read(count.get()).await
        },
    );
    let end = async {
        sleep(time).await;
        world.end();
    };
    let (polled, ()) = tokio::join!(poll, end);
    polled.unwrap();
    begun.take()
}

#[tokio::test(start_paused = true)]
async fn readings_keep_their_schedule_however_long_they_take() {
    let world = World::new(&[]);
    let begun = readings(&world, POLLING, Duration::from_secs(65), async |count| {
        let slow = if count == 3 { 25 } else { 2 };
        sleep(Duration::from_secs(slow)).await;
        Ok(vec![air(count)])
    });
    assert_eq!(begun.await, [0, 10, 20, 50, 60]);
    assert_eq!((world.stored(), world.core().main.readings.count()), (5, 5));
}

#[tokio::test(start_paused = true)]
async fn a_reading_may_say_when_the_next_one_is_due() {
    let world = World::new(&[]);
    let begun = readings(&world, POLLING, Duration::from_secs(14), async |count| {
        if count > 1 {
            world.device.next_in(Duration::from_secs(1));
        }
        Ok(vec![air(count)])
    });
    assert_eq!(begun.await, [0, 10, 11, 12, 13]);
}

#[tokio::test(start_paused = true)]
async fn a_sensor_that_fails_is_read_less_and_less_and_again_on_time_when_it_is_well() {
    let world = World::new(&[]);
    let begun = readings(&world, POLLING, Duration::from_secs(250), async |count| {
        // Each reading is three attempts, a second apart.
        if count <= 12 { Err(failure(Kind::Temporary)) } else { Ok(vec![air(count)]) }
    });
    let begun = begun.await;
    assert_eq!(begun.iter().step_by(3).take(5).copied().collect::<Vec<_>>(), [0, 10, 30, 70, 130]);
    assert_eq!(&begun[12..16], [130, 140, 150, 160]);
    assert_eq!(world.core().main.readings.failures(), [(FailureReason::Unreachable, 4)]);
    assert!(world.core().main.readings.last_failure().is_none());
}

#[tokio::test(start_paused = true)]
async fn noise_is_read_again_at_once_and_opens_nothing() {
    let world = World::new(&[]);
    let (opened, reads) = (Cell::new(0), Cell::new(0));
    let poll = world.device.poll(
        Polling { warm_up: 1, ..POLLING },
        async || {
            opened.set(opened.get() + 1);
            Ok(())
        },
        async |(): &mut ()| {
            reads.set(reads.get() + 1);
            // The first read warms the sensor up.
            if [2, 3].contains(&reads.get()) {
                Err(failure(Kind::Rejected))
            } else {
                Ok(vec![air(reads.get())])
            }
        },
    );
    timeout(PERIOD / 2, poll).await.unwrap_err();
    assert_eq!((opened.get(), reads.get()), (1, 4));
    assert_eq!((world.core().main.readings.count(), world.core().main.readings.failures()), (1, vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_sensor_that_is_opened_again_warms_up_again() {
    let world = World::new(&[]);
    let (opened, reads) = (Cell::new(0), Cell::new(0));
    let poll = world.device.poll(
        Polling { warm_up: 2, ..POLLING },
        async || {
            opened.set(opened.get() + 1);
            Ok(0)
        },
        async |since: &mut i32| {
            *since += 1;
            reads.set(reads.get() + 1);
            if reads.get() == 4 { Err(failure(Kind::Temporary)) } else { Ok(vec![air(i64::from(*since))]) }
        },
    );
    timeout(PERIOD * 3 / 2, poll).await.unwrap_err();
    assert_eq!((opened.get(), reads.get()), (2, 7));
    assert_eq!(world.stored(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_value_that_cannot_be_is_not_stored_and_fails_the_reading() {
    let world = World::new(&[]);
    let begun = readings(&world, POLLING, Duration::from_secs(25), async |count| {
        Ok(vec![Air { pm2: if count == 2 { 1500.0 } else { 1.0 }, ..air(count) }])
    });
    assert_eq!(begun.await, [0, 10, 20], "the sensor works, so its schedule is kept");
    assert_eq!(world.stored(), 2);
    assert_eq!(world.core().main.readings.failures(), [(FailureReason::OutOfRange, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_sensor_that_is_stuck_is_reported_and_its_readings_are_not_stored() {
    let world = World::new(&[]);
    let polling = Polling { stale_after: Some(3), ..POLLING };
    let read = async |count: i64| Ok(vec![Air { pm2: if count < 6 { 5.0 } else { 6.0 }, ..air(count) }]);
    readings(&world, polling, Duration::from_secs(65), read).await;
    assert_eq!(world.core().main.readings.failures(), [(FailureReason::Stale, 3)]);
    assert_eq!(world.stored(), 4);

    let patient = World::new(&[("STALE_AFTER_READINGS", "0")]);
    readings(&patient, polling, Duration::from_secs(65), read).await;
    assert_eq!(patient.stored(), 7, "the setting goes before the program");
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_never_ends_fails() {
    let world = World::new(&[]);
    let begun = readings(&world, POLLING, Duration::from_mins(5), async |_| std::future::pending().await);
    assert_eq!(begun.await, [0, 130, 270], "each was given two minutes");
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_keeps_the_sensor_from_ever_answering_ends_the_program() {
    let world = World::new(&[]);
    let open = async || Err(failure(Kind::Configuration));
    let read = async |(): &mut ()| Ok(vec![air(1)]);
    let failure = world.device.poll(POLLING, open, read).await.unwrap_err();
    assert_eq!(failure.exit(), Exit::Configuration);
}

#[tokio::test(start_paused = true)]
async fn one_reading_is_tried_until_it_is_good() {
    let world = World::once(Mode::Full);
    let count = Cell::new(0);
    let read = async |(): &mut ()| {
        count.set(count.get() + 1);
        match count.get() {
            1..=4 => Err(failure(Kind::Temporary)),
            5 => Ok(vec![Air { pm2: -1.0, ..air(1) }]),
            _ => Ok(vec![air(1)]),
        }
    };
    world.device.poll(POLLING, async || Ok(()), read).await.unwrap();
    assert_eq!((count.get(), world.stored()), (6, 1));
}

#[tokio::test(start_paused = true)]
async fn one_reading_that_is_ended_within_its_repeats_says_why_it_did_not_come() {
    for hangs_at in 1..=4 {
        let world = World::once(Mode::Full);
        let count = Cell::new(0);
        let read = async |(): &mut ()| {
            count.set(count.get() + 1);
            if count.get() == hangs_at {
                world.device.extract(std::future::pending::<Result<(), Busy>>()).await?;
            }
            Err::<Vec<Air>, _>(failure(Kind::Temporary))
        };
        let end = async {
            sleep(Duration::from_millis(3500)).await;
            world.end();
        };
        let (polled, ()) = tokio::join!(world.device.poll(POLLING, async || Ok(()), read), end);
        let expected =
            if hangs_at == 1 { "ended by SIGTERM" } else { "it does not answer; ended by SIGTERM" };
        assert_eq!(polled.unwrap_err().to_string(), expected, "the attempt that hung was {hangs_at}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_takes_one_reading_and_stores_nothing() {
    let world = World::once(Mode::Check);
    world.device.poll(POLLING, async || Ok(()), async |(): &mut ()| Ok(vec![air(1)])).await.unwrap();
    assert_eq!((world.core().context.progress.rows(), world.stored()), (1, 0));
    assert!(!world.folder.path().join("platform.db").exists());
}

#[tokio::test(start_paused = true)]
async fn one_reading_may_be_records_of_several_types() {
    let world = World::once(Mode::Full);
    let read = async |(): &mut ()| Ok((vec![air(1)], vec![air(2), air(3)]));
    world.device.poll(POLLING, async || Ok(()), read).await.unwrap();
    assert_eq!(world.stored(), 3);
}

#[tokio::test(start_paused = true)]
async fn several_sensors_are_polled_at_once_and_each_has_failures_of_its_own() {
    let world = World::new(&[]);
    let (attic, cellar) = (world.device.sensor("attic"), world.device.sensor("cellar"));
    let second = Cell::new(0);
    let good = async |(): &mut ()| {
        second.set(second.get() + 1);
        Ok([air(second.get())])
    };
    let silent = async |(): &mut ()| Err::<[Air; 1], _>(failure(Kind::Temporary));
    let end = async {
        sleep(Duration::from_secs(29)).await;
        world.end();
    };
    let polls = async {
        tokio::try_join!(
            attic.poll(POLLING, async || Ok(()), good),
            cellar.poll(POLLING, async || Ok(()), silent)
        )
    };
    let (polled, ()) = tokio::join!(polls, end);
    polled.unwrap();
    let core = world.core();
    assert_eq!((world.stored(), core.sensor("attic").readings.failures()), (3, vec![]));
    assert_eq!(core.sensor("cellar").readings.failures(), [(FailureReason::Unreachable, 2)]);
    assert_eq!(core.last_failure().unwrap().to_string(), "cellar: it does not answer");
    assert_eq!(core.sources().len(), 2, "nothing but the two was read");
}

#[tokio::test(start_paused = true)]
async fn one_reading_of_several_sensors_is_one_of_each() {
    let world = World::once(Mode::Full);
    let poll = async |name: &str, second: i64| {
        let read = async |(): &mut ()| Ok([air(second)]);
        world.device.sensor(name).poll(POLLING, async || Ok(()), read).await
    };
    tokio::try_join!(poll("attic", 1), poll("cellar", 2)).unwrap();
    assert_eq!(world.stored(), 2);
}
