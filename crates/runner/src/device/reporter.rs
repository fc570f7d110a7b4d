//! The run reports of a device: its work since the last one.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use record::{Batch, Timestamp};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::core::Core;
use crate::arguments::Mode;
use crate::report::Report;
use crate::tally::Counts;
use crate::{Exit, Failure, finish};

/// The most reports that wait for a store or the spool to take them: a day of them, at the default interval.
const PENDING: usize = 288;

/// The run reports of a device: its work since the last one.
#[derive(Debug)]
pub(crate) struct Reporter {
    core: Rc<Core>,
    since: Cell<SpanStart>,
    /// Reports that are not durable yet, oldest first. A device that is blocked goes on reporting.
    pending: RefCell<VecDeque<Report>>,
    has_pending: Notify,
}

/// The counts when a span began.
#[derive(Debug, Clone, Copy)]
struct SpanStart {
    time: Timestamp,
    clock: Instant,
    rows: usize,
    counts: Counts,
    retries: u64,
}

impl Reporter {
    pub(crate) fn new(core: &Rc<Core>) -> Self {
        let context = &core.context;
        let (counts, time, clock) = (Counts::default(), context.started, context.clock);
        let since = Cell::new(SpanStart { time, clock, rows: 0, counts, retries: 0 });
        let (pending, has_pending) = (RefCell::default(), Notify::new());
        Self { core: Rc::clone(core), since, pending, has_pending }
    }

    /// Reports by each interval, whether or not a store or the spool takes it.
    pub(crate) async fn run(&self) {
        tokio::join!(self.report_each_interval(), self.store_pending());
    }

    /// Reports the last time: by log line, by files and, within `limit`, to the store or the spool.
    pub(crate) async fn finish(&self, result: &Result<(), Failure>, limit: Duration) {
        let last = result.as_ref().err().cloned().or_else(|| self.core.last_failure());
        let mut report = self.report(last.as_ref());
        let exit = result.as_ref().map_or_else(Failure::exit, |()| Exit::Done);
        report.exit = exit.code().into();
        finish::log(&Report { error: report.error.clone().filter(|_| result.is_err()), ..report.clone() });
        let context = &self.core.context;
        if context.request.mode == Mode::Full {
            finish::write_files(context, &report);
            let mut reports = Vec::from(self.pending.take());
            reports.push(report);
            let batch = Batch::of(&reports);
            if !matches!(timeout(limit, self.core.dispatcher.store(&batch)).await, Ok(Ok(()))) {
                context.delivery.spool_report(&batch).await;
            }
        }
    }

    async fn report_each_interval(&self) {
        let context = &self.core.context;
        loop {
            sleep(self.core.settings.watching.report_interval).await;
            let report = self.report(self.core.last_failure().as_ref());
            let Report { rows_in, rows_out, rows_spooled, duration, .. } = report;
            tracing::info!(duration, rows_in, rows_out, rows_spooled, status = report.status, "running");
            if context.request.mode == Mode::Full {
                finish::write_files(context, &report);
                let mut pending = self.pending.borrow_mut();
                if pending.len() == PENDING {
                    pending.pop_front();
                }
                pending.push_back(report);
                self.has_pending.notify_one();
            }
        }
    }

    /// Makes the reports durable, oldest first. Those of a device that is blocked wait here.
    async fn store_pending(&self) {
        loop {
            let oldest = self.pending.borrow().front().cloned();
            let Some(oldest) = oldest else {
                self.has_pending.notified().await;
                continue;
            };
            let stored = self.core.dispatcher.store(&Batch::of(std::slice::from_ref(&oldest))).await;
            if stored.is_err() {
                // The program has to end, and then reports by itself.
                return std::future::pending().await;
            }
            let mut pending = self.pending.borrow_mut();
            if pending.front() == Some(&oldest) {
                pending.pop_front();
            }
        }
    }

    /// The work since the last report.
    fn report(&self, failure: Option<&Failure>) -> Report {
        let context = &self.core.context;
        let outbox = &context.delivery.outbox;
        let now = SpanStart {
            time: Timestamp::now(),
            clock: Instant::now(),
            rows: context.progress.rows(),
            counts: outbox.tally.total(),
            retries: outbox.tally.retries(),
        };
        let then = self.since.replace(now);
        let more = |now: usize, then: usize| i64::try_from(now.saturating_sub(then)).unwrap_or(i64::MAX);
        let waiting = self.core.dispatcher.waiting();
        let stage = failure.map_or_else(|| context.progress.stage(), Failure::stage);
        Report {
            started: then.time,
            pipeline: context.identity.program.clone(),
            instance: context.identity.instance.clone(),
            version: context.identity.version.clone(),
            run_id: context.identity.run_id.clone(),
            duration: now.clock.duration_since(then.clock).as_secs_f64(),
            rows_in: more(now.rows, then.rows),
            rows_out: more(now.counts.stored, then.counts.stored),
            rows_refused: more(now.counts.refused, then.counts.refused),
            rows_spooled: i64::try_from(waiting).unwrap_or(i64::MAX),
            retries: i64::try_from(now.retries.saturating_sub(then.retries)).unwrap_or(i64::MAX),
            stage: stage.name().to_owned(),
            status: if failure.is_some() { "failed" } else { "ok" }.to_owned(),
            exit: failure.map_or(Exit::Done, Failure::exit).code().into(),
            error: failure.map(|failure| finish::scrubbed(context, failure).replace('\n', "; ")),
        }
    }
}
