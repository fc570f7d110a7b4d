//! Events of a subscription.

use crate::Error;

/// Event of a subscription.
#[derive(Debug)]
pub enum Event {
    /// Messages arrived.
    Messages,
    /// The broker accepted the filters. It sends unacknowledged messages of earlier connections again.
    Connected {
        /// Whether the broker kept the session since the last connection.
        session_present: bool,
    },
    /// The connection was lost or refused. The subscription reconnects by itself.
    Disconnected(Error),
}
