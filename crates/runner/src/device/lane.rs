//! The way to one store: straight to it while it takes records, by the spool while it does not.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use fault::{Fault as _, Kind};
use record::{Batch, Schema};
use sink::Sink;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::backoff::Backoff;
use super::courier::Shared;
use crate::outbox::records;
use crate::{Failure, Stage};

/// The longest that a store may take for one batch, whatever its own limits are.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long what is under way may take once the program has to end; then the batch goes to the spool.
const LAST_WRITE: Duration = Duration::from_millis(1500);
/// After so long people hear of a store that is away for a passing reason.
const AWAY_BEFORE_ALERT: Duration = Duration::from_mins(5);

/// The way to one store.
#[derive(Debug)]
pub(crate) struct Lane {
    store: &'static str,
    away: RefCell<Option<Away>>,
    /// Whether it has taken anything since the program started.
    has_taken: Cell<bool>,
    /// Something waits for the store.
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
    /// How long it asked to be left alone.
    asked: Option<Duration>,
}

/// What one look at the spool came to.
enum Step {
    Empty,
    Delivered,
    /// Nothing was delivered; how long the store asked to be left alone.
    Failed(Option<Duration>),
}

impl Lane {
    pub(crate) fn to(store: &impl Sink) -> Self {
        let (away, has_taken) = (RefCell::default(), Cell::new(false));
        Self { store: store.name(), away, has_taken, work: Notify::new(), room: Notify::new() }
    }

    /// The name of the store.
    pub(crate) fn store(&self) -> &'static str {
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
    pub(crate) async fn keep(
        &self,
        shared: &Shared,
        store: &impl Sink,
        batch: &Batch<'_>,
    ) -> Result<(), Failure> {
        let mut backoff = Backoff::new();
        let mut is_told = false;
        loop {
            let is_open = self.is_open(shared, batch.schema());
            if is_open && self.write(shared, store, batch).await.is_ok() {
                return Ok(());
            }
            let Err(problem) = shared.spool(self.store, batch) else {
                self.work.notify_one();
                return Ok(());
            };
            // With nothing in the spool, nobody else looks at how long the store has been away.
            self.complain_if_long(shared);
            let count = records(batch.len());
            if !std::mem::replace(&mut is_told, true) {
                tracing::error!(
                    error = problem,
                    store = self.store,
                    rows = batch.len(),
                    "waiting for room in the spool"
                );
            }
            tokio::select! {
                biased;
                reason = shared.context.interrupt.raised() => {
                    let message = format!("{count} could not be kept: {problem}; {reason}");
                    return Err(Failure::new(Stage::Load, Kind::Temporary, message));
                }
                () = self.room.notified() => {}
                () = sleep(backoff.wait(None)) => {}
            }
        }
    }

    /// Delivers what waits in the spool, for as long as the program runs.
    pub(crate) async fn run(&self, shared: &Shared, store: &impl Sink) {
        loop {
            self.drain(shared, store).await;
            self.work.notified().await;
        }
    }

    /// Whether a batch goes straight to the store.
    ///
    /// Points of a measurement do not care which of them comes first, so live ones pass those that wait. A row of a
    /// table may overwrite an older one, so it queues behind it.
    fn is_open(&self, shared: &Shared, schema: &Schema) -> bool {
        if self.is_up() && schema.is_measurement() {
            return true;
        }
        // A store that is away and for which nothing waits is asked by nobody else.
        !shared.outbox().spooling.is_waiting(self.store)
    }

    async fn drain(&self, shared: &Shared, store: &impl Sink) {
        let mut backoff = Backoff::new();
        shared.look_for_damage();
        let asked = self.away.borrow().as_ref().map(|away| away.asked);
        if let Some(asked) = asked {
            sleep(backoff.wait(asked)).await;
        }
        loop {
            shared.expire();
            match self.step(shared, store).await {
                Step::Empty => return shared.look_for_damage(),
                Step::Delivered => {
                    backoff = Backoff::new();
                    self.room.notify_waiters();
                    // Live batches have their turn between two that waited.
                    tokio::task::yield_now().await;
                }
                Step::Failed(asked) => {
                    shared.outbox().tally.retried();
                    self.complain_if_long(shared);
                    sleep(backoff.wait(asked)).await;
                }
            }
        }
    }

    async fn step(&self, shared: &Shared, store: &impl Sink) -> Step {
        let spooling = &shared.outbox().spooling;
        if !spooling.is_waiting(self.store) {
            return Step::Empty;
        }
        let Some(_guard) = shared.lock().await else { return Step::Failed(None) };
        let waiting = match spooling.oldest(self.store) {
            Ok(Some(waiting)) => waiting,
            Ok(None) => return Step::Empty,
            Err(error) => {
                tracing::warn!(error = fault::chain(&error), "the spool cannot be read");
                return Step::Failed(None);
            }
        };
        match &waiting.batch {
            Ok(kept) => {
                if let Err(asked) = self.write(shared, store, &kept.batch()).await {
                    return Step::Failed(asked);
                }
            }
            Err(error) => tracing::error!(error, "what waits in the spool is not a batch; it is left out"),
        }
        match spooling.remove(&waiting) {
            Ok(()) => Step::Delivered,
            Err(error) => {
                tracing::warn!(error = fault::chain(&error), "what was delivered is still in the spool");
                Step::Failed(None)
            }
        }
    }

    /// Writes a batch, and notes how the store took it. The error is how long it asked to be left alone.
    async fn write(
        &self,
        shared: &Shared,
        store: &impl Sink,
        batch: &Batch<'_>,
    ) -> Result<(), Option<Duration>> {
        let write = timeout(WRITE_TIMEOUT, shared.outbox().write(store, batch));
        let written = tokio::select! {
            biased;
            written = write => written,
            // The store is not to blame.
            () = shared.out_of_time(LAST_WRITE) => return Err(None),
        };
        shared.incidents.look_at(&shared.outbox().tally);
        match written {
            Ok(Ok(())) => {
                self.came_back(shared);
                Ok(())
            }
            Ok(Err(error)) => {
                let (is_lasting, asked) = (!error.kind().is_passing(), error.retry_after());
                self.went_away(shared, fault::chain(&error), is_lasting, asked);
                Err(asked)
            }
            Err(_) => {
                let error = format!("no answer within {} s", WRITE_TIMEOUT.as_secs());
                self.went_away(shared, error, false, None);
                Err(None)
            }
        }
    }

    fn went_away(&self, shared: &Shared, error: String, is_lasting: bool, asked: Option<Duration>) {
        let before = self.away.take();
        let since = before.as_ref().map_or_else(Instant::now, |away| away.since);
        if before.is_none() {
            tracing::warn!(error, store = self.store, "the store takes nothing now; records go to the spool");
        }
        let away = Away { since, error, is_lasting, asked };
        if is_lasting {
            shared.complain(self.store, &away.error, away.since);
        }
        self.away.replace(Some(away));
    }

    fn complain_if_long(&self, shared: &Shared) {
        if let Some(away) = &*self.away.borrow()
            && !away.is_lasting
            && away.since.elapsed() >= AWAY_BEFORE_ALERT
        {
            shared.complain(self.store, &away.error, away.since);
        }
    }

    fn came_back(&self, shared: &Shared) {
        shared.delivered.set(Some(Instant::now()));
        let away = self.away.take();
        if let Some(away) = &away {
            let seconds = away.since.elapsed().as_secs();
            tracing::info!(store = self.store, away_seconds = seconds, "the store takes records again");
            self.room.notify_waiters();
        }
        // An earlier start may have complained, and nobody else would take it back.
        if !self.has_taken.replace(true) || away.is_some() {
            shared.rejoice(self.store);
        }
    }
}

/// Lanes are told apart by the names of their stores, of which there is one each.
pub(crate) fn lane<'a>(lanes: &'a [Rc<Lane>], store: &impl Sink) -> Option<&'a Rc<Lane>> {
    lanes.iter().find(|lane| lane.store == store.name())
}
