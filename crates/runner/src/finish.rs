//! The end of a run: its report is logged, stored and written to files, alerts are sent.

use std::path::Path;
use std::time::Duration;

use alert_engine::{RunEnd, RunFailure};
use fault::Retry;
use record::{Batch, Timestamp};
use secret::ExposeSecret as _;

use crate::alerting::AlertStorage;
use crate::arguments::Mode;
use crate::context::Context;
use crate::report::Report;
use crate::{Exit, Failure, console};

/// Bytes that Kubernetes keeps of a termination message.
const TERMINATION_LOG_LIMIT: usize = 4096;
/// Key of the program's description in the state.
const DESCRIPTION: &str = "describe";
/// Time limit of the heartbeat.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(3);

/// Reports a run by log line, files, alert, store and heartbeat, and returns the exit code.
pub(crate) async fn report(context: &Context, result: &Result<(), Failure>) -> Exit {
    let exit = result.as_ref().map_or_else(Failure::exit, |()| Exit::Done);
    let report = summary(context, result, exit);
    // A person at a terminal has the mistakes as a list already.
    let is_shown = context.console.is_some() && result.as_ref().is_err_and(Failure::is_of_settings);
    if !is_shown {
        log(&report);
    }
    if context.request.mode == Mode::Full {
        write_files(context, &report);
        report_outcome(context, result, &report).await;
        if !is_shown {
            console::summary(context, &report);
        }
    }
    console::show(&context.note.take());
    exit
}

async fn report_outcome(context: &Context, result: &Result<(), Failure>, report: &Report) {
    context.delivery.report(&Batch::of(std::slice::from_ref(report))).await;
    if context.remembers() {
        let end = end(context, result);
        let storage = AlertStorage { state: &context.state, fallback: &context.fallback };
        let update = Box::pin(context.alerting.update_at_end(storage, &end, &context.redactor));
        // The log says once a run that the state is unavailable; that is enough.
        if update.await.is_stored {
            Box::pin(describe(context)).await;
        }
    }
    if result.is_ok() {
        beat(context).await;
    }
}

fn summary(context: &Context, result: &Result<(), Failure>, exit: Exit) -> Report {
    let failure = result.as_ref().err();
    let stage = failure.map_or_else(|| context.progress.stage(), Failure::stage);
    let counts = context.delivery.outbox.tally.total();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Report {
        started: context.started,
        pipeline: context.identity.program.clone(),
        instance: context.identity.instance.clone(),
        version: context.identity.version.clone(),
        run_id: context.identity.run_id.clone(),
        duration: context.elapsed().as_secs_f64(),
        rows_in: count(context.progress.rows()),
        rows_out: count(counts.stored),
        rows_refused: count(counts.refused),
        rows_spooled: count(context.delivery.spooled()),
        retries: i64::try_from(context.retry.retries()).unwrap_or(i64::MAX),
        stage: stage.name().to_owned(),
        status: if failure.is_some() { "failed" } else { "ok" }.to_owned(),
        exit: exit.code().into(),
        error: failure.map(|failure| scrubbed(context, failure).replace('\n', "; ")),
    }
}

fn end(context: &Context, result: &Result<(), Failure>) -> RunEnd {
    RunEnd {
        program: context.name.clone(),
        run: context.identity.run_id.clone(),
        started: context.started,
        ended: Timestamp::now(),
        failure: result.as_ref().err().map(|failure| RunFailure {
            stage: failure.stage().name().to_owned(),
            error: scrubbed(context, failure),
            exit: failure.exit().code(),
        }),
    }
}

/// Stores the description of the program, where it has changed.
pub(crate) async fn describe(context: &Context) {
    let (state, description) = (&context.state, &context.description);
    let kept = match state.get(DESCRIPTION).await {
        Ok(known) if known.as_ref() == Some(description) => Ok(()),
        Ok(_) => state.set(DESCRIPTION, description).await,
        Err(error) => Err(error),
    };
    if let Err(error) = kept {
        tracing::warn!(error = fault::chain(&error), "the description of the program could not be stored");
    }
}

pub(crate) fn scrubbed(context: &Context, failure: &Failure) -> String {
    context.redactor.scrub(failure.message()).into_owned()
}

pub(crate) fn log(report: &Report) {
    let Report { duration, rows_in, rows_out, rows_refused, rows_spooled, retries, exit, .. } = report;
    let stage = report.stage.as_str();
    match &report.error {
        None => tracing::info!(stage, duration, rows_in, rows_out, retries, exit, "done"),
        Some(error) => tracing::error!(
            stage,
            error,
            duration,
            rows_in,
            rows_out,
            rows_refused,
            rows_spooled,
            retries,
            exit,
            "failed"
        ),
    }
}

pub(crate) fn write_files(context: &Context, report: &Report) {
    let line = report.line();
    let reporting = &context.reporting;
    if reporting.termination_log.exists() {
        write(&reporting.termination_log, shortened(&line));
    }
    if reporting.xcom.parent().is_some_and(Path::is_dir) {
        write(&reporting.xcom, &line);
    }
}

fn write(path: &Path, text: &str) {
    if let Err(error) = std::fs::write(path, text) {
        tracing::warn!(error = fault::chain(&error), path = %path.display(), "the run report was not written");
    }
}

fn shortened(line: &str) -> &str {
    let end = (0..=TERMINATION_LOG_LIMIT.min(line.len())).rev().find(|end| line.is_char_boundary(*end));
    end.and_then(|end| line.get(..end)).unwrap_or_default()
}

pub(crate) async fn beat(context: &Context) {
    let Some(url) = &context.reporting.heartbeat else { return };
    let Ok(url) = url.expose_secret().parse() else {
        tracing::warn!("HEARTBEAT_URL is not a URL");
        return;
    };
    let service = context.http.service("heartbeat", &url).with_secret_address();
    let beat = service.get("beat", "").retry(Retry::never()).send();
    match tokio::time::timeout(HEARTBEAT_TIMEOUT, beat).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(error = fault::chain(&error), "the heartbeat failed"),
        Err(_) => tracing::warn!("the heartbeat got no answer within {} s", HEARTBEAT_TIMEOUT.as_secs()),
    }
}
