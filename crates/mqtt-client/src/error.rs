//! What can go wrong between a program and a broker, by what the caller does next.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use fault::{Fault, Kind};

/// A failure to connect, publish or subscribe. None of its words hold user or password.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no connection to be had now.
    #[error("the MQTT broker cannot be reached: {reason}")]
    Unreachable {
        /// Why, as the operating system says it.
        reason: String,
    },
    /// The connection ended. What was under way may have arrived or not.
    #[error("the connection to the MQTT broker was lost: {reason}")]
    Lost {
        /// How it ended.
        reason: String,
    },
    /// No answer came in time.
    #[error("the MQTT broker did not answer {to} within {} s", after.as_secs())]
    TimedOut {
        /// What it did not answer.
        to: &'static str,
        /// How long was waited.
        after: Duration,
    },
    /// TLS could not be set up: the broker offers none, its certificate is not trusted, or it wants another one.
    #[error("TLS with the MQTT broker failed: {reason}")]
    Tls {
        /// Why.
        reason: String,
    },
    /// The broker does not accept user and password, or not from this client.
    #[error("the MQTT broker refused the login: {reason}")]
    Login {
        /// The broker's reason, in the words of the standard.
        reason: &'static str,
    },
    /// The broker accepts nobody just now.
    #[error("the MQTT broker is not available")]
    Unavailable,
    /// The broker does not accept the client id.
    #[error("the MQTT broker does not accept the client id")]
    ClientId,
    /// The broker does not speak MQTT 3.1.1.
    #[error("the MQTT broker does not speak MQTT 3.1.1")]
    Version,
    /// The broker does not allow to subscribe to some of the filters.
    #[error("the MQTT broker refused to subscribe to {}", filters.join(", "))]
    Subscription {
        /// The filters.
        filters: Vec<String>,
    },
    /// What was given is no topic or filter.
    #[error("`{topic}` is no MQTT topic that can be used here")]
    Topic {
        /// The text.
        topic: String,
    },
    /// A message is larger than the limit on packets.
    #[error("a message of {bytes} bytes is larger than MQTT_MAX_PACKET_BYTES allows")]
    TooLarge {
        /// The size of the whole packet.
        bytes: usize,
    },
    /// The broker sent what the standard does not allow.
    #[error("the MQTT broker broke the protocol: {what}")]
    Protocol {
        /// What it did.
        what: String,
    },
    /// The thread that talks to the broker could not be started.
    #[error("no thread for the connection to the MQTT broker")]
    Thread(#[source] Arc<io::Error>),
}

impl Error {
    pub(crate) fn unreachable(error: &io::Error) -> Self {
        Self::Unreachable { reason: reason(error) }
    }

    pub(crate) fn thread(error: io::Error) -> Self {
        Self::Thread(Arc::new(error))
    }

    /// Sorts an error met on an open connection. What the other side or the rules of TLS say may come at any time: a
    /// broker that misses a client certificate says so after its part of the handshake.
    pub(crate) fn lost(error: &io::Error) -> Self {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if let Some(problem) = tls {
            return Self::Tls { reason: problem.to_string() };
        }
        Self::Lost { reason: reason(error) }
    }

    pub(crate) fn protocol(what: impl Into<String>) -> Self {
        Self::Protocol { what: what.into() }
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

/// The words of the operating system carry a number that differs between systems; those of the standard library do not.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the broker closed it".to_owned(),
        kind if error.raw_os_error().is_some() => kind.to_string(),
        _ => error.to_string(),
    }
}
