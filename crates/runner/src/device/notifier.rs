//! The notifier of a device: sends its alerts beside its readings.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::core::Core;
use crate::alerting::AlertStorage;
use crate::arguments::Mode;
use crate::finish;

/// Time in which observations are collected into one update.
const COLLECT: Duration = Duration::from_secs(1);
/// Pause before messages that did not arrive are sent again.
const SEND_AGAIN: Duration = Duration::from_mins(1);
/// The least time between two heartbeats.
const BEAT_EVERY: Duration = Duration::from_mins(1);

/// Sends the alerts of a device beside its readings.
#[derive(Debug)]
pub(crate) struct Notifier {
    core: Rc<Core>,
    is_described: Cell<bool>,
    /// Whether a message did not arrive.
    is_unsent: Cell<bool>,
}

impl Notifier {
    pub(crate) fn new(core: &Rc<Core>) -> Self {
        Self { core: Rc::clone(core), is_described: Cell::new(false), is_unsent: Cell::new(false) }
    }

    /// Sends whenever there is news.
    pub(crate) async fn run(&self) {
        let context = &self.core.context;
        if context.request.mode != Mode::Full || !context.remembers() {
            return std::future::pending().await;
        }
        loop {
            if self.is_unsent.get() {
                let _ = timeout(SEND_AGAIN, context.alerting.changed()).await;
            } else {
                context.alerting.changed().await;
            }
            sleep(COLLECT).await;
            self.send(true).await;
        }
    }

    /// Sends the rest, as the program ends.
    pub(crate) async fn finish(&self, is_configured: bool, limit: Duration) {
        let context = &self.core.context;
        let has_news = context.alerting.has_observations();
        if has_news && context.request.mode == Mode::Full && context.remembers() {
            let sent = timeout(limit, self.send(is_configured)).await;
            if sent.is_err() {
                tracing::warn!("the last alerts were not confirmed; the next start sends them");
            }
        }
    }

    /// Calls the heartbeat after good readings, at most once a minute.
    pub(crate) async fn beat(&self) {
        let context = &self.core.context;
        if context.request.mode != Mode::Full || context.reporting.heartbeat.is_none() {
            return std::future::pending().await;
        }
        loop {
            self.core.beat.notified().await;
            finish::beat(context).await;
            sleep(BEAT_EVERY).await;
        }
    }

    async fn send(&self, is_configured: bool) {
        let context = &self.core.context;
        let storage = AlertStorage { state: &context.state, fallback: &context.fallback };
        let run = &context.identity.run_id;
        let update = context.alerting.update(storage, run, is_configured, &context.redactor);
        let outcome = Box::pin(update).await;
        self.is_unsent.set(!outcome.is_delivered);
        if outcome.is_stored && !self.is_described.replace(true) {
            Box::pin(finish::describe(context)).await;
        }
    }
}
