//! The delivery to one store: straight to it while it takes records, through the spool while it does not.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use fault::{Backoff, Fault as _, Kind};
use record::{Batch, Schema};
use sink::{Error, Sink};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::cadence;
use super::dispatch_context::DispatchContext;
use crate::drain::{Patience, Undelivered};
use crate::outbox::records;
use crate::spool_backend::DeliveryRight;
use crate::{Failure, Stage};

/// The longest time for one batch, for all stores.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Time for a write under way once the program has to end; then the batch goes to the spool.
const LAST_WRITE: Duration = Duration::from_millis(1500);
/// Time after which a store that is away for a passing reason is an alert.
const AWAY_BEFORE_ALERT: Duration = Duration::from_mins(5);
/// Time after which it is an alert that neither the store nor the spool takes a batch: the device is blocked.
const BLOCKED_BEFORE_ALERT: Duration = Duration::from_secs(20);
/// Interval of log lines about batches that wait, of which each reading adds one.
const LOG_EVERY: Duration = Duration::from_mins(1);

/// The delivery to one store.
#[derive(Debug)]
pub(crate) struct StoreDelivery {
    store: &'static str,
    away: RefCell<Option<Away>>,
    /// Whether it has taken anything since the program started.
    has_taken: Cell<bool>,
    /// Whether an alert says that neither the store nor the spool takes anything.
    is_block_reported: Cell<bool>,
    /// Time of the last log line about that.
    blocked_logged: Cell<Option<Instant>>,
    /// A batch waits for the store.
    work: Notify,
    /// There may be room in the spool again.
    room: Notify,
}

/// A store that does not take records now.
#[derive(Debug)]
struct Away {
    since: Instant,
    error: String,
    /// Whether a person has to do something about it.
    is_lasting: bool,
    /// Pause that it asked for.
    asked: Option<Duration>,
}

/// The patience of a device with a store: it goes on until nothing is left, and waits longer after each failure.
struct DevicePatience<'a, S> {
    delivery: &'a StoreDelivery,
    dispatch: &'a DispatchContext,
    store: &'a S,
    backoff: Backoff,
}

impl StoreDelivery {
    pub(crate) fn to(store: &impl Sink) -> Self {
        let (away, has_taken, is_block_reported) = (RefCell::default(), Cell::default(), Cell::default());
        let (blocked_logged, work, room) = (Cell::default(), Notify::new(), Notify::new());
        Self { store: store.name(), away, has_taken, is_block_reported, blocked_logged, work, room }
    }

    /// The name of the store.
    pub(crate) fn name(&self) -> &'static str {
        self.store
    }

    /// Whether the store takes records, as far as is known.
    pub(crate) fn is_up(&self) -> bool {
        self.away.borrow().is_none()
    }

    #[cfg(test)]
    pub(crate) fn forget_that_it_is_away(&self) {
        self.away.take();
    }

    /// Makes a batch durable: in the store or in the spool. Waits while neither takes it.
    pub(crate) async fn store(
        &self,
        dispatch: &DispatchContext,
        store: &impl Sink,
        batch: &Batch<'_>,
    ) -> Result<(), Failure> {
        let mut backoff = cadence::backoff();
        let mut blocked_since = None;
        loop {
            let is_open = self.is_open(dispatch, batch.schema());
            if is_open && self.write(dispatch, store, batch).await.is_ok() {
                return Ok(());
            }
            let Err(problem) = dispatch.spool(self.store, batch).await else {
                self.work.notify_one();
                return Ok(());
            };
            let count = records(batch.len());
            if self.blocked_logged.get().is_none_or(|last| last.elapsed() >= LOG_EVERY) {
                let (store, rows) = (self.store, batch.len());
                tracing::error!(error = problem, store, rows, "waiting for room in the spool");
                self.blocked_logged.set(Some(Instant::now()));
            }
            self.report_block_if_long(dispatch, *blocked_since.get_or_insert_with(Instant::now), &problem);
            tokio::select! {
                biased;
                reason = dispatch.context.interrupt.raised() => {
                    let message = format!("{count} could not be kept: {problem}; {reason}");
                    return Err(Failure::new(Stage::Load, Kind::Temporary, message));
                }
                () = self.room.notified() => {}
                () = sleep(backoff.wait(None)) => {}
            }
        }
    }

    /// Delivers the batches in the spool, for as long as the program runs.
    pub(crate) async fn run(&self, dispatch: &DispatchContext, store: &impl Sink) {
        loop {
            self.drain(dispatch, store).await;
            self.work.notified().await;
        }
    }

    /// Whether a batch goes straight to the store.
    ///
    /// Points of a measurement do not care which of them comes first, so live ones pass those that wait. A row of a
    /// table may overwrite an older one, so it queues behind it.
    fn is_open(&self, dispatch: &DispatchContext, schema: &Schema) -> bool {
        if self.is_up() && schema.is_measurement() {
            return true;
        }
        // A store that is away and for which nothing waits is asked by nothing else.
        !dispatch.outbox().spooling.is_waiting(self.store)
    }

    /// Delivers the batches in the spool until none is left.
    async fn drain(&self, dispatch: &DispatchContext, store: &impl Sink) {
        dispatch.look_for_damage();
        let mut patience = DevicePatience { delivery: self, dispatch, store, backoff: cadence::backoff() };
        let asked = self.away.borrow().as_ref().map(|away| away.asked);
        if let Some(asked) = asked {
            sleep(patience.backoff.wait(asked)).await;
        }
        dispatch.expire().await;
        // A device without a backlog makes no file to lock.
        if dispatch.outbox().spooling.is_waiting(self.store) {
            // Its patience has no end, so there is no error.
            let _ = dispatch.outbox().drain(self.store, &mut patience).await;
        }
        dispatch.look_for_damage();
    }

    /// Writes a batch, and notes how the store took it.
    async fn write(
        &self,
        dispatch: &DispatchContext,
        store: &impl Sink,
        batch: &Batch<'_>,
    ) -> Result<(), Undelivered> {
        let write = timeout(WRITE_TIMEOUT, dispatch.outbox().write(store, batch));
        let written = tokio::select! {
            biased;
            written = write => written,
            // The store is not to blame.
            ended = dispatch.out_of_time(LAST_WRITE) => return Err(Undelivered::Ended(ended)),
        };
        dispatch.incidents.look_at(&dispatch.outbox().tally);
        let no_answer = || {
            let message = format!("no answer within {} s", WRITE_TIMEOUT.as_secs());
            Err(Error::new(self.store, Kind::Temporary, message))
        };
        match written.unwrap_or_else(|_| no_answer()) {
            Ok(()) => {
                self.came_back(dispatch);
                Ok(())
            }
            Err(error) => {
                self.went_away(dispatch, &error);
                Err(Undelivered::Store(error))
            }
        }
    }

    fn went_away(&self, dispatch: &DispatchContext, error: &Error) {
        let (is_lasting, asked) = (!error.kind().is_passing(), error.retry_after());
        let error = fault::chain(error);
        let before = self.away.take();
        let since = before.as_ref().map_or_else(Instant::now, |away| away.since);
        if before.is_none() {
            tracing::warn!(error, store = self.store, "store unavailable, spooling");
        }
        let away = Away { since, error, is_lasting, asked };
        if is_lasting {
            dispatch.report_failure(self.store, &away.error, away.since);
        }
        self.away.replace(Some(away));
    }

    fn report_failure_if_long(&self, dispatch: &DispatchContext) {
        if let Some(away) = &*self.away.borrow()
            && !away.is_lasting
            && away.since.elapsed() >= AWAY_BEFORE_ALERT
        {
            dispatch.report_failure(self.store, &away.error, away.since);
        }
    }

    fn report_block_if_long(&self, dispatch: &DispatchContext, since: Instant, problem: &str) {
        if since.elapsed() >= BLOCKED_BEFORE_ALERT {
            let away = self.away.borrow().as_ref().map(|away| away.error.clone());
            let error = away.unwrap_or_else(|| "earlier rows come first".to_owned());
            let error = format!("{error}; the spool takes none either: {problem}");
            dispatch.report_failure(self.store, &error, since);
            self.is_block_reported.set(true);
        }
    }

    fn came_back(&self, dispatch: &DispatchContext) {
        dispatch.delivered.set(Some(Instant::now()));
        let away = self.away.take();
        if let Some(away) = &away {
            let seconds = away.since.elapsed().as_secs();
            tracing::info!(store = self.store, away_seconds = seconds, "store available again");
            self.room.notify_waiters();
        }
        // An earlier start may have left an alert, which nothing else would end.
        if !self.has_taken.replace(true) || away.is_some() | self.is_block_reported.take() {
            dispatch.report_recovery(self.store);
        }
    }
}

impl<S: Sink> Patience for DevicePatience<'_, S> {
    type Right = Rc<DeliveryRight>;

    async fn right(&self) -> Option<Self::Right> {
        self.dispatch.lock().await
    }

    async fn write(&self, batch: &Batch<'_>) -> Result<(), Undelivered> {
        self.delivery.write(self.dispatch, self.store, batch).await
    }

    async fn after(&mut self, delivered: Result<(), Undelivered>) -> Result<(), Undelivered> {
        let Self { delivery, dispatch, backoff, .. } = self;
        match delivered {
            Ok(()) => {
                backoff.reset();
                delivery.room.notify_waiters();
                // Live batches have their turn between two from the spool.
                tokio::task::yield_now().await;
            }
            Err(undelivered) => {
                if let Undelivered::Spool(error) = &undelivered {
                    tracing::warn!(error = fault::chain(error), "the spool cannot be used");
                }
                dispatch.outbox().tally.retried();
                delivery.report_failure_if_long(dispatch);
                sleep(backoff.wait(undelivered.retry_after())).await;
            }
        }
        dispatch.expire().await;
        Ok(())
    }
}

/// Finds the delivery to a store. There is one for each, under the store's name.
pub(crate) fn find<'a>(
    deliveries: &'a [Rc<StoreDelivery>],
    store: &impl Sink,
) -> Option<&'a Rc<StoreDelivery>> {
    deliveries.iter().find(|delivery| delivery.store == store.name())
}
