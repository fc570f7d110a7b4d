//! A run that ends by itself: that of a job, and of a device that is asked for one reading or a check.

use std::time::Duration;

use crate::arguments::Mode;
use crate::check::{self, Line};
use crate::context::Context;
use crate::{Exit, Failure, Program, console, finish};

/// Time for a run to end after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// Does the work of a run, after the batches that earlier runs left.
pub(crate) async fn work(
    context: &Context,
    work: impl AsyncFnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    tracing::info!("started");
    let work = async {
        if context.request.mode == Mode::Full {
            context.progress.fail_later(context.delivery.deliver_earlier().await.err());
        }
        tokio::select! {
            result = work() => result,
            failure = overdue(context) => Err(failure),
        }
    };
    let result = tokio::select! {
        biased;
        result = work => result,
        // It never ends.
        () = console::progress(context) => Ok(()),
    };
    context.progress.result(result)
}

/// Reports how a run ended, and returns the exit code. `lines` are the program's own for `--check`.
pub(crate) async fn end(
    context: &Context,
    program: &Program,
    result: &Result<(), Failure>,
    lines: &[Line],
) -> Exit {
    match context.request.mode {
        Mode::Check => check::report(context, &program.records, result, lines).await,
        Mode::Full | Mode::DryRun => finish::report(context, result).await,
    }
}

/// Waits until an interrupted run has had its time to end.
async fn overdue(context: &Context) -> Failure {
    let reason = context.interrupt.raised().await;
    tokio::time::sleep(GRACE).await;
    Failure::ended(context.progress.stage(), reason)
}
