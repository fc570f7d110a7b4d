//! Tells people of what a device saw, beside its readings.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::core::Core;
use crate::alerting::AlertStorage;
use crate::arguments::Mode;
use crate::finish;

/// What comes together is told together.
const GATHER: Duration = Duration::from_secs(1);
/// What was not taken is said again so much later.
const AGAIN: Duration = Duration::from_mins(1);
/// Two heartbeats have at least so much between them.
const BEAT_EVERY: Duration = Duration::from_mins(1);

/// Tells people of what a device saw, beside its readings.
#[derive(Debug)]
pub(crate) struct Announcer {
    core: Rc<Core>,
    is_described: Cell<bool>,
    /// Whether something was said that did not arrive.
    is_untold: Cell<bool>,
}

impl Announcer {
    pub(crate) fn new(core: &Rc<Core>) -> Self {
        Self { core: Rc::clone(core), is_described: Cell::new(false), is_untold: Cell::new(false) }
    }

    /// Tells whenever there is something to tell.
    pub(crate) async fn run(&self) {
        let context = &self.core.context;
        if context.request.mode != Mode::Full || !context.remembers() {
            return std::future::pending().await;
        }
        loop {
            if self.is_untold.get() {
                let _ = timeout(AGAIN, context.alerting.changed()).await;
            } else {
                context.alerting.changed().await;
            }
            sleep(GATHER).await;
            self.tell(true).await;
        }
    }

    /// Tells what is left, as the program ends.
    pub(crate) async fn finish(&self, is_configured: bool, limit: Duration) {
        let context = &self.core.context;
        let has_news = context.alerting.has_observations();
        if has_news && context.request.mode == Mode::Full && context.remembers() {
            let told = timeout(limit, self.tell(is_configured)).await;
            if told.is_err() {
                tracing::warn!("alerts of the last moment were not confirmed; the next start tells them");
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

    async fn tell(&self, is_configured: bool) {
        let context = &self.core.context;
        let storage = AlertStorage { state: &context.state, fallback: &context.fallback };
        let run = &context.identity.run_id;
        let tell = context.alerting.update(storage, run, is_configured, &context.redactor);
        let heard = Box::pin(tell).await;
        self.is_untold.set(!heard.is_delivered);
        if heard.is_stored && !self.is_described.replace(true) {
            Box::pin(finish::describe(context)).await;
        }
    }
}
