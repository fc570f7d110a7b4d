//! Records on their way to a store that is there, away, slow, or full.

use std::rc::Rc;
use std::time::Duration;

use fault::Kind;
use record::{Batch, Record};
use tokio::time::{Instant, sleep, timeout};

use super::{Air, Behavior, FakeStore, World, air};
use crate::Failure;
use crate::device::dispatch_context::DispatchContext;
use crate::device::store_delivery::StoreDelivery;

/// A store, the delivery to it, and its context.
struct Road {
    world: World,
    dispatch: DispatchContext,
    delivery: StoreDelivery,
    store: FakeStore,
}

impl Road {
    fn new(settings: &[(&str, &str)]) -> Self {
        let (world, store) = (World::new(settings), FakeStore::default());
        let dispatch = DispatchContext::new(Rc::clone(&world.core().context));
        Self { dispatch, delivery: StoreDelivery::to(&store), store, world }
    }

    async fn keep(&self, second: i64) -> Result<(), Failure> {
        self.delivery.store(&self.dispatch, &self.store, &Batch::of(&[air(second)])).await
    }

    /// Does something while the batches in the spool are delivered.
    async fn beside<T>(&self, act: impl Future<Output = T>) -> T {
        tokio::select! {
            done = act => done,
            () = self.delivery.run(&self.dispatch, &self.store) => unreachable!("it never ends"),
        }
    }

    /// Waits until the spool is empty.
    async fn drained(&self) {
        let drained = async {
            while self.waiting() > 0 {
                sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(Duration::from_hours(1), drained).await.unwrap();
    }

    /// Hands records over until one of them has waited for two minutes; returns how many were taken.
    async fn fill(&self) -> i64 {
        for kept in 0..10_000 {
            if timeout(Duration::from_mins(2), self.keep(kept)).await.is_err() {
                return kept;
            }
        }
        unreachable!("more was taken than there is room for");
    }

    fn waiting(&self) -> u64 {
        self.dispatch.outbox().spooling.waiting("fake").records
    }

    fn has(&self) -> Vec<i64> {
        self.store.has.borrow().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_there_gets_the_records_and_no_spool_is_made() {
    let road = Road::new(&[]);
    road.beside(async { road.keep(1).await.unwrap() }).await;
    assert_eq!((road.has(), road.waiting()), (vec![1], 0));
    assert!(!road.world.folder.path().join("spool/test-device.db").exists());
}

#[tokio::test(start_paused = true)]
async fn records_of_an_unavailable_store_are_spooled_and_delivered_later() {
    for kind in [Kind::Temporary, Kind::Unauthorized, Kind::Configuration] {
        let road = Road::new(&[]);
        road.store.behaves(Behavior::Fails(kind));
        road.beside(async {
            for second in 1..=5 {
                road.keep(second).await.unwrap();
            }
            assert_eq!(road.store.asked.get(), 1, "while it is away, nobody else asks it");
            assert_eq!((road.waiting(), road.delivery.is_up()), (5, false));
            sleep(Duration::from_mins(10)).await;
            assert!((15..60).contains(&road.store.asked.get()), "asked {} times", road.store.asked.get());
            road.store.behaves(Behavior::Takes);
            road.drained().await;
        })
        .await;
        assert_eq!(road.has(), [1, 2, 3, 4, 5], "{kind:?}");
        assert!(road.delivery.is_up());
    }
}

#[tokio::test(start_paused = true)]
async fn live_records_do_not_wait_behind_those_in_the_spool() {
    let road = Road::new(&[]);
    road.store.behaves(Behavior::Fails(Kind::Temporary));
    for second in 1..=50 {
        road.keep(second).await.unwrap();
    }
    road.store.behaves(Behavior::Takes);
    road.beside(async {
        while road.has().is_empty() {
            sleep(Duration::from_millis(1)).await;
        }
        road.keep(100).await.unwrap();
        road.drained().await;
    })
    .await;
    let has = road.has();
    let live = has.iter().position(|second| *second == 100).unwrap();
    assert!(live > 0 && has.len() == 51, "{has:?}");
    let waited: Vec<_> = has.into_iter().filter(|second| *second != 100).collect();
    assert_eq!(waited, (1..=50).collect::<Vec<_>>(), "oldest first");
}

/// A row that a newer one replaces.
#[derive(Record)]
#[record(table = "latest")]
struct Latest {
    #[record(key)]
    sensor: &'static str,
    /// The value.
    value: i64,
}

#[tokio::test(start_paused = true)]
async fn a_row_of_a_table_queues_behind_an_older_one() {
    let road = Road::new(&[]);
    let keep = async |value| {
        let row = [Latest { sensor: "attic", value }];
        road.delivery.store(&road.dispatch, &road.store, &Batch::of(&row)).await.unwrap();
    };
    road.store.next.borrow_mut().push_back(Behavior::Fails(Kind::Temporary));
    keep(1).await;
    assert_eq!(road.store.asked.get(), 1);
    road.delivery.forget_that_it_is_away();
    keep(2).await;
    assert_eq!((road.store.asked.get(), road.waiting()), (1, 2), "the second one is behind the first");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_asks_for_time_gets_it() {
    let road = Road::new(&[]);
    road.store.next.borrow_mut().push_back(Behavior::Asks(Duration::from_mins(7)));
    let start = Instant::now();
    road.beside(async {
        road.keep(1).await.unwrap();
        road.drained().await;
    })
    .await;
    assert!(start.elapsed() >= Duration::from_mins(7), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_end_does_not_wait_for_a_store_that_hangs() {
    let road = Road::new(&[]);
    road.store.behaves(Behavior::Hangs);
    let start = Instant::now();
    road.world.end();
    road.beside(async { road.keep(1).await.unwrap() }).await;
    assert!(start.elapsed() <= Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(road.waiting(), 1, "it is in the spool");
    assert!(road.delivery.is_up(), "the store is not to blame for our haste");
}

#[tokio::test(start_paused = true)]
async fn a_full_spool_that_blocks_acknowledges_nothing_until_there_is_room() {
    let road = Road::new(&[("SPOOL_MAX_BYTES", "200000"), ("SPOOL_WHEN_FULL", "block")]);
    road.store.behaves(Behavior::Fails(Kind::Temporary));
    road.beside(async {
        let kept = road.fill().await;
        assert_eq!(
            road.waiting(),
            u64::try_from(kept).unwrap(),
            "what was acknowledged is there, and no more"
        );
        road.store.behaves(Behavior::Takes);
        road.keep(kept).await.unwrap();
        road.drained().await;
        let mut has = road.has();
        has.sort_unstable();
        has.dedup();
        assert_eq!(has, (0..=kept).collect::<Vec<_>>());
    })
    .await;
    assert_eq!(road.dispatch.outbox().tally.of("fake").dropped, 0);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_ends_while_the_spool_is_full_reports_lost_records() {
    let road = Road::new(&[("SPOOL_MAX_BYTES", "200000"), ("SPOOL_WHEN_FULL", "block")]);
    road.store.behaves(Behavior::Fails(Kind::Temporary));
    road.fill().await;
    road.world.end();
    let failure = road.keep(2).await.unwrap_err();
    assert!(failure.to_string().starts_with("1 record could not be kept"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_spool_that_cannot_be_used_leaves_the_store_to_be_asked() {
    let road = Road::new(&[]);
    std::fs::write(road.world.folder.path().join("spool"), "in the way").unwrap();
    road.store.behaves(Behavior::Fails(Kind::Temporary));
    let start = Instant::now();
    let keep = async {
        let later = async {
            sleep(Duration::from_mins(3)).await;
            road.store.behaves(Behavior::Takes);
        };
        let (kept, ()) = tokio::join!(road.keep(1), later);
        kept.unwrap();
    };
    road.beside(keep).await;
    assert!(start.elapsed() >= Duration::from_mins(3), "it is not acknowledged before it is stored");
    assert_eq!(road.has(), [1]);
}

#[tokio::test(start_paused = true)]
async fn records_dropped_by_a_limit_are_counted() {
    let road = Road::new(&[("SPOOL_MAX_BYTES", "200000")]);
    road.store.behaves(Behavior::Fails(Kind::Temporary));
    for second in 0..2000 {
        road.keep(second).await.unwrap();
    }
    let dropped = road.dispatch.outbox().tally.of("fake").dropped;
    assert!(dropped > 0);
    assert_eq!(road.waiting() + u64::try_from(dropped).unwrap(), 2000);
}

#[tokio::test(start_paused = true)]
async fn out_of_range_records_become_dead_letters_and_are_never_offered_to_a_store() {
    let world = World::new(&[]);
    let records = [air(1), Air { pm2: 1200.0, ..air(2) }, Air { pm2: f64::NAN, ..air(3) }];
    world.device.load(&records).await.unwrap();
    let tally = &world.core().context.delivery.outbox.tally;
    assert_eq!((world.stored(), tally.total().refused), (1, 2));
}
