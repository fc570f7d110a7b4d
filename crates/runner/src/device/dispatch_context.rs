//! The part that the deliveries to all stores share: the spool, the right to deliver from it, and the alerts about it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::time::Duration;

use alert_engine::{Severity, Verdict};
use record::{Batch, Timestamp};
use spool::Dropped;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use super::incidents::Incidents;
use crate::context::Context;
use crate::outbox::{Outbox, records};
use crate::spool_backend::DeliveryRight;
use crate::{Failure, Finding, Stage};

/// Interval of searches of the spool for batches that are too old.
const EXPIRE_EVERY: Duration = Duration::from_mins(1);

/// The part that the deliveries to all stores share.
#[derive(Debug)]
pub(crate) struct DispatchContext {
    pub(crate) context: Rc<Context>,
    pub(crate) incidents: Incidents,
    /// The right to deliver from the spool, shared by all that deliver.
    guard: Mutex<Weak<DeliveryRight>>,
    expired: Cell<Option<Instant>>,
    /// The damaged batches known so far.
    damaged: RefCell<Option<Vec<Dropped>>>,
    /// The time of the last delivery.
    pub(crate) delivered: Cell<Option<Instant>>,
}

impl DispatchContext {
    pub(crate) fn new(context: Rc<Context>) -> Self {
        let incidents = Incidents::new(Rc::clone(&context));
        let (guard, expired, delivered) = (Mutex::default(), Cell::default(), Cell::default());
        Self { context, incidents, guard, expired, damaged: RefCell::default(), delivered }
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.context.delivery.outbox
    }

    /// Puts a batch into the spool. Records that were dropped for it are counted and reported.
    pub(crate) async fn spool(&self, store: &str, batch: &Batch<'_>) -> Result<(), String> {
        let dropped = self.outbox().spool(store, batch).await?;
        self.incidents.dropped(&dropped);
        Ok(())
    }

    /// Drops batches that have waited for too long, where there is such a limit.
    pub(crate) async fn expire(&self) {
        let now = Instant::now();
        if self.expired.get().is_some_and(|last| now.duration_since(last) < EXPIRE_EVERY) {
            return;
        }
        self.expired.set(Some(now));
        let expired = self.outbox().spooling.expire().await;
        self.outbox().dropped(&expired);
        self.incidents.dropped(&expired);
    }

    /// Reports batches that were found to be damaged since the last look. The spool has left them out by itself.
    pub(crate) fn look_for_damage(&self) {
        let all = self.outbox().spooling.damaged();
        // Earlier damage was reported by an earlier start.
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
    pub(crate) async fn lock(&self) -> Option<Rc<DeliveryRight>> {
        let mut held = self.guard.lock().await;
        if let Some(guard) = held.upgrade() {
            return Some(guard);
        }
        let guard = Rc::new(self.outbox().spooling.lock().await?);
        *held = Rc::downgrade(&guard);
        Some(guard)
    }

    /// Waits until the program was told to end, and `grace` longer.
    pub(crate) async fn out_of_time(&self, grace: Duration) -> Failure {
        let reason = self.context.interrupt.raised().await;
        sleep(grace).await;
        Failure::ended(Stage::Load, reason)
    }

    /// Reports that a store takes no records, as an alert.
    pub(crate) fn report_failure(&self, store: &str, error: &str, since: Instant) {
        let began = Timestamp::now().checked_sub(since.elapsed()).unwrap_or_default();
        let waiting = usize::try_from(self.outbox().spooling.waiting(store).records).unwrap_or(usize::MAX);
        let detail = format!("{error}; {} in the spool", records(waiting));
        self.context.note(finding(store, Verdict::Bad, began, detail, self));
    }

    /// Reports that a store takes records, which ends its alert if there is one.
    pub(crate) fn report_recovery(&self, store: &str) {
        self.context.note(finding(store, Verdict::Good, Timestamp::now(), String::new(), self));
    }
}

fn finding(
    store: &str,
    verdict: Verdict,
    since: Timestamp,
    detail: String,
    dispatch: &DispatchContext,
) -> Finding {
    let program = dispatch.context.name();
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
