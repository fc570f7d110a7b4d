//! Errors of MQTT connections, one variant per decision of the caller.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use fault::{Fault, Kind};

/// A failure to connect, publish or subscribe. Its text never contains user or password.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The broker cannot be reached.
    #[error("the MQTT broker cannot be reached: {reason}")]
    Unreachable {
        /// Reason given by the operating system.
        reason: String,
    },
    /// The connection ended. Messages in flight may or may not have arrived.
    #[error("the connection to the MQTT broker was lost: {reason}")]
    Lost {
        /// Cause of the loss.
        reason: String,
    },
    /// The broker did not answer in time.
    #[error("the MQTT broker did not answer {to} within {} s", after.as_secs())]
    TimedOut {
        /// The unanswered request.
        to: &'static str,
        /// The time limit.
        after: Duration,
    },
    /// The TLS handshake failed: the broker offers no TLS, its certificate is not trusted, or it requires a client
    /// certificate.
    #[error("TLS with the MQTT broker failed: {reason}")]
    Tls {
        /// Reason given by the TLS library.
        reason: String,
    },
    /// The broker rejects user and password, or this client.
    #[error("the MQTT broker refused the login: {reason}")]
    Login {
        /// The broker's reason, in the terms of the standard.
        reason: &'static str,
    },
    /// The broker is temporarily unavailable.
    #[error("the MQTT broker is not available")]
    Unavailable,
    /// The broker rejects the client id.
    #[error("the MQTT broker does not accept the client id")]
    ClientId,
    /// The broker does not speak MQTT 3.1.1.
    #[error("the MQTT broker does not speak MQTT 3.1.1")]
    Version,
    /// The broker rejects some of the filters.
    #[error("the MQTT broker refused to subscribe to {}", filters.join(", "))]
    Subscription {
        /// The rejected filters.
        filters: Vec<String>,
    },
    /// The text is not a valid topic or filter.
    #[error("`{topic}` is not a valid MQTT topic or filter")]
    Topic {
        /// The text.
        topic: String,
    },
    /// A message is larger than the limit on packets.
    #[error("a message of {bytes} bytes is larger than MQTT_MAX_PACKET_BYTES allows")]
    TooLarge {
        /// Size of the whole packet.
        bytes: usize,
    },
    /// The broker violated the protocol.
    #[error("the MQTT broker violated the protocol: {violation}")]
    Protocol {
        /// The violation.
        violation: String,
    },
    /// The thread that talks to the broker could not be started.
    #[error("cannot start the thread of the MQTT connection")]
    Thread(#[source] Arc<io::Error>),
}

impl Error {
    pub(crate) fn unreachable(error: &io::Error) -> Self {
        Self::Unreachable { reason: reason(error) }
    }

    pub(crate) fn thread(error: io::Error) -> Self {
        Self::Thread(Arc::new(error))
    }

    /// Classifies an I/O error on an open connection. TLS errors may come after the handshake: a broker that requires a
    /// client certificate reports the missing one only then.
    pub(crate) fn lost(error: &io::Error) -> Self {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if let Some(problem) = tls {
            return Self::Tls { reason: problem.to_string() };
        }
        Self::Lost { reason: reason(error) }
    }

    pub(crate) fn protocol(violation: impl Into<String>) -> Self {
        Self::Protocol { violation: violation.into() }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Unreachable { .. }
            | Self::Lost { .. }
            | Self::TimedOut { .. }
            | Self::Unavailable
            | Self::Protocol { .. }
            | Self::Thread(_) => Kind::Temporary,
            Self::Login { .. } | Self::Subscription { .. } => Kind::Unauthorized,
            Self::TooLarge { .. } => Kind::Rejected,
            Self::Tls { .. } | Self::ClientId | Self::Version | Self::Topic { .. } => Kind::Configuration,
        }
    }
}

/// Text of an I/O error, without the error number of the operating system, which differs between systems.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the broker closed it".to_owned(),
        kind if error.raw_os_error().is_some() => kind.to_string(),
        _ => error.to_string(),
    }
}
