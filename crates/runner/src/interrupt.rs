//! Interruption of a run: a signal, or the deadline.

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
    insists: watch::Receiver<bool>,
}

impl Interrupt {
    /// Listens for SIGTERM, SIGINT and SIGHUP, and for the deadline to pass.
    pub(crate) fn listen(deadline: Duration) -> Self {
        let (raise, reason) = watch::channel(None);
        let (insist, insists) = watch::channel(false);
        tokio::spawn(async move {
            let cause = tokio::select! {
                cause = told() => cause,
                () = tokio::time::sleep(deadline) => Reason::Deadline(deadline),
            };
            raise.send_replace(Some(cause));
            told().await;
            insist.send_replace(true);
            // The receivers look at the values for as long as they live.
            insist.closed().await;
        });
        Self { reason, insists }
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

    /// Waits until a program that was told to end is told again.
    pub(crate) async fn insisted(&self) {
        let mut insists = self.insists.clone();
        if insists.wait_for(|insists| *insists).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// One that is raised by a test.
    #[cfg(test)]
    pub(crate) fn by_hand() -> (watch::Sender<Option<Reason>>, Self) {
        let (raise, reason) = watch::channel(None);
        (raise, Self { reason, insists: watch::channel(false).1 })
    }
}

async fn told() -> Reason {
    tokio::select! {
        () = received(SignalKind::terminate()) => Reason::Signal("SIGTERM"),
        () = received(SignalKind::interrupt()) => Reason::Signal("SIGINT"),
        () = received(SignalKind::hangup()) => Reason::Signal("SIGHUP"),
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
