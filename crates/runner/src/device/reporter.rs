//! The run reports of a device: what it did since the last one.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use record::{Batch, Timestamp};
use tokio::time::{Instant, sleep, timeout};

use super::core::Core;
use crate::arguments::Mode;
use crate::report::Report;
use crate::tally::Counts;
use crate::{Exit, Failure, finish};

/// The run reports of a device: what it did since the last one.
#[derive(Debug)]
pub(crate) struct Reporter {
    core: Rc<Core>,
    since: Cell<Mark>,
}

/// Where the counts stood when a span began.
#[derive(Debug, Clone, Copy)]
struct Mark {
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
        let since = Cell::new(Mark { time, clock, rows: 0, counts, retries: 0 });
        Self { core: Rc::clone(core), since }
    }

    /// Reports, again and again.
    pub(crate) async fn run(&self) {
        loop {
            sleep(self.core.settings.watching.report_interval).await;
            let failure = self.core.readings.last_failure();
            let report = self.report(failure.as_ref());
            let Report { rows_in, rows_out, rows_spooled, duration, .. } = report;
            tracing::info!(duration, rows_in, rows_out, rows_spooled, status = report.status, "running");
            if self.core.context.request.mode == Mode::Full {
                // It fails when the program has to end, which then reports by itself.
                let _ = self.core.courier.keep(&Batch::of(&[report])).await;
            }
        }
    }

    /// Reports the last time: by line, by files and, within `limit`, to the store or the spool.
    pub(crate) async fn finish(&self, result: &Result<(), Failure>, limit: Duration) {
        let last = result.as_ref().err().cloned().or_else(|| self.core.readings.last_failure());
        let mut report = self.report(last.as_ref());
        let exit = result.as_ref().map_or_else(Failure::exit, |()| Exit::Done);
        report.exit = exit.code().into();
        finish::log(&Report { error: report.error.clone().filter(|_| result.is_err()), ..report.clone() });
        let context = &self.core.context;
        if context.request.mode == Mode::Full {
            finish::write_files(context, &report);
            let batch = [report];
            let batch = Batch::of(&batch);
            if timeout(limit, self.core.courier.keep(&batch)).await.is_err() {
                context.delivery.spool_report(&batch);
            }
        }
    }

    /// What was done since the last report.
    fn report(&self, failure: Option<&Failure>) -> Report {
        let context = &self.core.context;
        let outbox = &context.delivery.outbox;
        let now = Mark {
            time: Timestamp::now(),
            clock: Instant::now(),
            rows: context.progress.rows(),
            counts: outbox.tally.total(),
            retries: outbox.tally.retries(),
        };
        let then = self.since.replace(now);
        let more = |now: usize, then: usize| i64::try_from(now.saturating_sub(then)).unwrap_or(i64::MAX);
        let waiting = self.core.courier.waiting();
        let stage = failure.map_or_else(|| context.progress.stage(), Failure::stage);
        Report {
            started: then.time,
            pipeline: context.identity.program.clone(),
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
