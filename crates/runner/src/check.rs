//! `--check`: tests the dependencies of a run, and prints a line for each.

use std::io::Write as _;

use alert_channel::Channel as _;
use fault::Fault;
use record::Schema;
use sink::Sink as _;
use sink_router::Store;

use crate::context::Context;
use crate::delivery::Delivery;
use crate::{Exit, Failure, Stage, spool_check};

/// A line that a program adds to `--check`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) text: String,
}

/// Prints a line for the configuration and the source, as the run found them, and one for the spool and each store and
/// channel.
///
/// A program that looked at its source by itself has lines of its own for it. With operands, spool, stores
/// and channels are left out.
pub(crate) async fn report(
    context: &Context,
    records: &[&Schema],
    run: &Result<(), Failure>,
    own: &[Line],
) -> Exit {
    let mut exit = Exit::Done;
    if run.as_ref().is_err_and(|failure| failure.stage() == Stage::Configure) {
        line(&mut exit, "configuration", &outcome(run));
    } else {
        line(&mut exit, "configuration", &Ok("complete"));
        for Line { what, text } in own {
            line(&mut exit, what, &Ok(text));
        }
        if own.is_empty() || run.is_err() {
            let found = format!("answers; {} records would be stored", context.progress.rows());
            line(&mut exit, "source", &outcome(run).map(|_| found));
        }
    }
    if context.request.operands.is_empty() {
        reach(context, records, &mut exit).await;
    }
    exit
}

/// A line for the spool, and one for each store and channel.
async fn reach(context: &Context, records: &[&Schema], exit: &mut Exit) {
    line(exit, "spool", &spool_check::check(context.delivery.outbox.spooling.backend()).await);
    for store in stores(&context.delivery, records) {
        let checked = store.check().await.map(|()| "takes records");
        line(exit, &format!("store {}", store.name()), &checked.map_err(|error| exit_and_message(&error)));
    }
    for channel in context.alerting.channels() {
        let checked = channel.check().await;
        let name = format!("alerts {}", channel.route().name());
        line(exit, &name, &checked.map_err(|error| exit_and_message(&error)));
    }
    if context.alerting.channels().is_empty() {
        line(exit, "alerts", &Ok("none configured"));
    }
}

/// The stores that the records go to, each once.
fn stores<'a>(delivery: &'a Delivery, records: &[&Schema]) -> Vec<&'a Store> {
    let goes_there = |store: &&Store| {
        records
            .iter()
            .any(|schema| delivery.outbox.router.stores_for(schema).any(|other| other.name() == store.name()))
    };
    delivery.outbox.router.stores().filter(goes_there).collect()
}

pub(crate) type Checked<T> = Result<T, (Exit, String)>;

fn outcome(run: &Result<(), Failure>) -> Checked<&str> {
    run.as_ref().map(|()| "").map_err(|failure| (failure.exit(), failure.message().to_owned()))
}

/// An error, as [`line`] takes it.
pub(crate) fn exit_and_message(error: &(impl Fault + 'static)) -> (Exit, String) {
    (error.kind().into(), fault::chain(error))
}

/// Prints one line, and keeps the exit code of the first failure.
pub(crate) fn line<T: AsRef<str>>(exit: &mut Exit, what: &str, checked: &Checked<T>) {
    let (mark, text) = match checked {
        Ok(text) => ("ok", text.as_ref()),
        Err((failed, text)) => {
            *exit = exit.or(*failed);
            ("FAILED", text.as_str())
        }
    };
    for text in text.lines() {
        // A closed standard output has no reader.
        let _ = writeln!(std::io::stdout(), "{mark:<8}{what:<15} {text}");
    }
}
