//! Interruption of a run: a signal, or the deadline.

use std::fmt;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The reason why a run has to end now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndReason {
    Signal(&'static str),
    Deadline(Duration),
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal(name) => write!(f, "ended by {name}"),
            Self::Deadline(after) => write!(f, "not done within {} s, the deadline", after.as_secs_f64()),
        }
    }
}

/// Whether a run has to end. Once raised, it stays so.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    reason: watch::Receiver<Option<EndReason>>,
    insists: watch::Receiver<bool>,
}

impl Interrupt {
    /// Listens for SIGTERM, SIGINT and SIGHUP, and for the deadline to pass.
    pub(crate) fn listen(deadline: Duration) -> Self {
        let (raise, reason) = watch::channel(None);
        let (insist, insists) = watch::channel(false);
        let mut signals = Signals::listen();
        tokio::spawn(async move {
            let cause = tokio::select! {
                cause = signals.next() => cause,
                () = tokio::time::sleep(deadline) => EndReason::Deadline(deadline),
            };
            raise.send_replace(Some(cause));
            signals.next().await;
            insist.send_replace(true);
            // The receivers look at the values for as long as they live.
            insist.closed().await;
        });
        Self { reason, insists }
    }

    /// Waits until the run has to end.
    pub(crate) async fn raised(&self) -> EndReason {
        let mut reason = self.reason.clone();
        match reason.wait_for(Option::is_some).await.map(|reason| *reason) {
            Ok(Some(reason)) => reason,
            // Nobody is left to raise it.
            _ => std::future::pending().await,
        }
    }

    /// Waits for a second signal.
    pub(crate) async fn insisted(&self) {
        let mut insists = self.insists.clone();
        if insists.wait_for(|insists| *insists).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// An interrupt that a test raises.
    #[cfg(test)]
    pub(crate) fn by_hand() -> (watch::Sender<Option<EndReason>>, Self) {
        let (raise, reason) = watch::channel(None);
        (raise, Self { reason, insists: watch::channel(false).1 })
    }
}

/// The signals that end a program. One listener for all of its life: of two that come at once, none is missed.
struct Signals([(&'static str, Option<Signal>); 3]);

impl Signals {
    fn listen() -> Self {
        let listen = |kind| signal(kind).map_err(log_failure).ok();
        Self([
            ("SIGTERM", listen(SignalKind::terminate())),
            ("SIGINT", listen(SignalKind::interrupt())),
            ("SIGHUP", listen(SignalKind::hangup())),
        ])
    }

    /// Waits for the next signal.
    async fn next(&mut self) -> EndReason {
        let [terminate, interrupt, hangup] = &mut self.0;
        tokio::select! {
            reason = received(terminate) => reason,
            reason = received(interrupt) => reason,
            reason = received(hangup) => reason,
        }
    }
}

fn log_failure(error: std::io::Error) {
    tracing::warn!(error = fault::chain(&error), "this program cannot be ended by a signal");
}

async fn received((name, signal): &mut (&'static str, Option<Signal>)) -> EndReason {
    let is_received = match signal {
        Some(signal) => signal.recv().await.is_some(),
        None => false,
    };
    if !is_received {
        std::future::pending::<()>().await;
    }
    EndReason::Signal(name)
}
