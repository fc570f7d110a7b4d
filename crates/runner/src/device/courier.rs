//! Brings the records of a device to their stores, for as long as it runs.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::time::Duration;

use alert_engine::{Severity, Verdict};
use futures_util::future::{join_all, try_join_all};
use record::{Batch, Timestamp};
use spool::{Dropped, Guard};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use super::incidents::Incidents;
use super::lane::{Lane, lane};
use crate::context::Context;
use crate::outbox::{Outbox, records};
use crate::{Failure, Finding};

/// How often it is looked whether something in the spool has become too old.
const EXPIRE_EVERY: Duration = Duration::from_mins(1);

/// Brings the records of a device to their stores.
///
/// While a store is away, batches for it are made durable in the spool, and the oldest of them is offered to it again
/// and again. When it takes one it is back: what waits is delivered beside what comes.
#[derive(Debug)]
pub(crate) struct Courier {
    shared: Shared,
    lanes: Vec<Rc<Lane>>,
}

/// What the ways to all stores share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) context: Rc<Context>,
    pub(crate) incidents: Incidents,
    /// The right to deliver from the spool, shared by all that deliver.
    guard: Mutex<Weak<Guard>>,
    expired: Cell<Option<Instant>>,
    /// What was damaged when it was last looked.
    damaged: RefCell<Option<Vec<Dropped>>>,
    /// When a store took something last.
    pub(crate) delivered: Cell<Option<Instant>>,
}

impl Courier {
    pub(crate) fn new(context: Rc<Context>) -> Self {
        let lanes = context.delivery.outbox.router.stores().map(|store| Rc::new(Lane::to(store))).collect();
        Self { shared: Shared::new(context), lanes }
    }

    /// Makes a batch durable in each store it goes to, or in the spool.
    pub(crate) async fn keep(&self, batch: &Batch<'_>) -> Result<(), Failure> {
        let outbox = self.shared.outbox();
        let batch = outbox.without_impossible(batch);
        self.shared.incidents.look_at(&outbox.tally);
        let stores = outbox.stores_for(batch.schema())?;
        if batch.is_empty() {
            return Ok(());
        }
        let ways = stores.into_iter().filter_map(|store| Some((lane(&self.lanes, store)?, store)));
        let keep = ways.map(|(lane, store)| lane.keep(&self.shared, store, &batch));
        try_join_all(keep).await.map(|_| ())
    }

    /// Delivers what waits, for as long as the program runs.
    pub(crate) async fn run(&self) {
        let stores = self.shared.outbox().router.stores();
        let ways = stores.filter_map(|store| Some((lane(&self.lanes, store)?, store)));
        let run = ways.map(|(lane, store)| lane.run(&self.shared, store));
        tokio::join!(join_all(run), self.shared.incidents.run());
    }

    /// How many records wait in the spool.
    pub(crate) fn waiting(&self) -> u64 {
        let spooling = &self.shared.outbox().spooling;
        self.lanes.iter().map(|lane| spooling.waiting(lane.store()).records).sum()
    }

    /// When a store took something last.
    pub(crate) fn last_delivery(&self) -> Option<Instant> {
        self.shared.delivered.get()
    }

    /// Each store, and whether it takes records.
    pub(crate) fn stores(&self) -> impl Iterator<Item = (&'static str, bool)> {
        self.lanes.iter().map(|lane| (lane.store(), lane.is_up()))
    }
}

impl Shared {
    pub(crate) fn new(context: Rc<Context>) -> Self {
        let incidents = Incidents::new(Rc::clone(&context));
        let (guard, expired, delivered) = (Mutex::default(), Cell::default(), Cell::default());
        Self { context, incidents, guard, expired, damaged: RefCell::default(), delivered }
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.context.delivery.outbox
    }

    /// Puts a batch into the spool. What had to go for it is counted and told.
    pub(crate) fn spool(&self, store: &str, batch: &Batch<'_>) -> Result<(), String> {
        let dropped = self.outbox().spool(store, batch)?;
        self.incidents.dropped(&dropped);
        Ok(())
    }

    /// Gives up what has waited for too long, where there is such a limit.
    pub(crate) fn expire(&self) {
        let now = Instant::now();
        if self.expired.get().is_some_and(|last| now.duration_since(last) < EXPIRE_EVERY) {
            return;
        }
        self.expired.set(Some(now));
        let expired = self.outbox().spooling.expire();
        self.outbox().dropped(&expired);
        self.incidents.dropped(&expired);
    }

    /// Tells of what was found to be damaged since it was last looked. The spool has left it out by itself.
    pub(crate) fn look_for_damage(&self) {
        let all = self.outbox().spooling.damaged();
        // What was damaged before this start was told then.
        let Some(before) = self.damaged.replace(Some(all.clone())) else { return };
        let records_before =
            |store: &str| before.iter().find(|gone| gone.destination == store).map_or(0, |gone| gone.records);
        let more = |gone: Dropped| {
            let records = gone.records.saturating_sub(records_before(&gone.destination));
            (records > 0).then_some(Dropped { records, ..gone })
        };
        let new: Vec<_> = all.into_iter().filter_map(more).collect();
        self.outbox().dropped(&new);
        self.incidents.dropped(&new);
    }

    /// The right to deliver from the spool; `None` while another program has it.
    pub(crate) async fn lock(&self) -> Option<Rc<Guard>> {
        let mut held = self.guard.lock().await;
        if let Some(guard) = held.upgrade() {
            return Some(guard);
        }
        let guard = Rc::new(self.outbox().spooling.lock().await?);
        *held = Rc::downgrade(&guard);
        Some(guard)
    }

    /// Waits until the program has been told to end for so long.
    pub(crate) async fn out_of_time(&self, grace: Duration) {
        self.context.interrupt.raised().await;
        sleep(grace).await;
    }

    /// Tells people that a store takes nothing.
    pub(crate) fn complain(&self, store: &str, error: &str, since: Instant) {
        let began = Timestamp::now().checked_sub(since.elapsed()).unwrap_or_default();
        let waiting = usize::try_from(self.outbox().spooling.waiting(store).records).unwrap_or(usize::MAX);
        let detail = format!("{error}; {} in the spool", records(waiting));
        self.context.note(about(store, Verdict::Bad, began, detail, self));
    }

    /// Tells people, if they heard otherwise, that a store takes records again.
    pub(crate) fn rejoice(&self, store: &str) {
        self.context.note(about(store, Verdict::Good, Timestamp::now(), String::new(), self));
    }
}

fn about(store: &str, verdict: Verdict, since: Timestamp, detail: String, shared: &Shared) -> Finding {
    let program = &shared.context.identity.program;
    Finding {
        rule: "store",
        subject: BTreeMap::from([("store".to_owned(), store.to_owned())]),
        verdict,
        since,
        severity: Severity::Critical,
        concern: None,
        title: format!("{program}: {store} takes no records"),
        resolved_title: format!("{program}: {store} takes records again"),
        detail,
        condition: "away".to_owned(),
        value: None,
        limit: None,
        unit: None,
    }
}
