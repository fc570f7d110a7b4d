//! What ends a run before its time: a signal, the deadline.

use std::fmt;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Why a run has to end now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Signal(&'static str),
    Deadline(Duration),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal(name) => write!(f, "ended by {name}"),
            Self::Deadline(after) => write!(f, "not done within {} s, the deadline", after.as_secs_f64()),
        }
    }
}

/// Tells whether a run has to end. Once raised, it stays so.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    reason: watch::Receiver<Option<Reason>>,
}

impl Interrupt {
    /// Listens for SIGTERM, SIGINT and SIGHUP, and for the deadline to pass.
    pub(crate) fn listen(deadline: Duration) -> Self {
        let (raise, reason) = watch::channel(None);
        tokio::spawn(async move {
            let cause = tokio::select! {
                () = received(SignalKind::terminate()) => Reason::Signal("SIGTERM"),
                () = received(SignalKind::interrupt()) => Reason::Signal("SIGINT"),
                () = received(SignalKind::hangup()) => Reason::Signal("SIGHUP"),
                () = tokio::time::sleep(deadline) => Reason::Deadline(deadline),
            };
            raise.send_replace(Some(cause));
            // The receivers look at the value for as long as they live.
            raise.closed().await;
        });
        Self { reason }
    }

    /// Waits until the run has to end.
    pub(crate) async fn raised(&self) -> Reason {
        let mut reason = self.reason.clone();
        match reason.wait_for(Option::is_some).await.map(|reason| *reason) {
            Ok(Some(reason)) => reason,
            // Nobody is left to raise it.
            _ => std::future::pending().await,
        }
    }
}

async fn received(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::warn!(error = fault::chain(&error), "this program cannot be told to end");
            std::future::pending::<()>().await;
        }
    }
}
