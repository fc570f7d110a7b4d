//! The life of a device that runs until it is stopped.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use http_server::Server;
use tokio::time::sleep;

use super::core::Core;
use super::handle::Device;
use super::health_server;
use super::notifier::Notifier;
use super::reporter::Reporter;
use crate::{Exit, Failure, Stage};

/// Time for the work to end after a signal. With the final report it stays below five seconds, which is half
/// of the shortest time that an orchestrator gives.
const LAST_WORK: Duration = Duration::from_millis(2500);
/// Time for the last report to reach the store; then it goes to the spool.
const LAST_REPORT: Duration = Duration::from_millis(800);
/// Time for the last alerts; the rest is sent by the next start.
const LAST_ALERTS: Duration = Duration::from_millis(1200);

/// Works until the program has to end, reports, and returns its exit code.
///
/// A second signal ends it at once: spooled records are safe, and others were not acknowledged.
pub(crate) async fn run<C>(
    device: &Device<C>,
    work: impl AsyncFnOnce(&Device<C>) -> Result<(), Failure>,
) -> Exit {
    let core = &device.core;
    tokio::select! {
        biased;
        () = core.context.interrupt.insisted() => {
            tracing::warn!("second signal, ending without a report");
            Exit::Temporary
        }
        exit = live(device, work) => exit,
    }
}

async fn live<C>(device: &Device<C>, work: impl AsyncFnOnce(&Device<C>) -> Result<(), Failure>) -> Exit {
    let core = &device.core;
    let (reporter, notifier) = (Reporter::new(core), Notifier::new(core));
    tracing::info!("started");
    let result = match health_server::bind(core).await {
        Ok(server) => {
            let mut beside = beside(core, server, &reporter, &notifier);
            tokio::select! {
                biased;
                result = to_the_end(core, work(device)) => result,
                // None of them ends.
                () = async { while beside.next().await.is_some() {} } => Ok(()),
            }
        }
        Err(error) => Err(Failure::of(Stage::Configure, &error)),
    };
    if let Err(failure) = &result {
        core.ended_by(failure);
    }
    reporter.finish(&result, LAST_REPORT).await;
    let is_configured = result.as_ref().err().is_none_or(|failure| failure.stage() != Stage::Configure);
    notifier.finish(is_configured, LAST_ALERTS).await;
    result.map_or_else(|failure| failure.exit(), |()| Exit::Done)
}

/// The tasks beside the work. Each has its own wake-up, so that a message does not wake all of them.
fn beside<'a>(
    core: &'a Rc<Core>,
    server: Option<Server>,
    reporter: &'a Reporter,
    notifier: &'a Notifier,
) -> FuturesUnordered<LocalBoxFuture<'a, ()>> {
    let all = FuturesUnordered::<LocalBoxFuture<'a, ()>>::new();
    all.push(Box::pin(core.dispatcher.run()));
    all.push(Box::pin(reporter.run()));
    all.push(Box::pin(notifier.run()));
    all.push(Box::pin(notifier.beat()));
    if let Some(server) = server {
        all.push(Box::pin(health_server::serve(server, core)));
    }
    // Should all of them end, the work goes on.
    all.push(Box::pin(std::future::pending()));
    all
}

/// The work, which has a limited time to end after a signal.
async fn to_the_end(core: &Core, work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let overdue = async {
        core.context.interrupt.raised().await;
        sleep(LAST_WORK).await;
    };
    tokio::select! {
        biased;
        result = work => match result {
            // A signal to stop is no failure.
            Err(failure) if failure.is_ended() => Ok(()),
            result => result,
        },
        () = overdue => {
            tracing::warn!("the work did not end in time; records it had not stored were not acknowledged");
            Ok(())
        }
    }
}
