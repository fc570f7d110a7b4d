//! Errors of calls.

use fault::{Fault, Kind};
use http_client::Reply;
use serde::Deserialize;

/// Errors of calls to OpenWeather.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The call failed, or its reply cannot be understood.
    #[error(transparent)]
    Http(#[from] http_client::Error),
    /// The weather of a city came without its coordinates.
    #[error("openweather current weather: the reply does not say where the city is")]
    Nowhere,
    /// The service answered 200 and an error inside.
    #[error("openweather {operation}: {code}: {message}")]
    Hidden {
        /// Requested operation.
        operation: &'static str,
        /// The member `cod`, which the service uses like an HTTP status.
        code: u16,
        /// Message of the service, without secrets.
        message: String,
    },
}

/// The member is a number in some replies and text in others.
#[derive(Deserialize)]
#[serde(untagged)]
enum Code {
    Number(u16),
    Text(String),
}

#[derive(Deserialize)]
struct Envelope {
    cod: Option<Code>,
}

impl Error {
    /// The error that a reply of status 200 hides, if it does.
    pub(crate) fn hidden_in(reply: &Reply) -> Option<Self> {
        let envelope: Envelope = reply.json().ok()?;
        let code = match envelope.cod? {
            Code::Number(code) => code,
            Code::Text(code) => code.parse().ok()?,
        };
        // Any other reply is invalid, and its parser reports that.
        (400..600).contains(&code).then(|| Self::Hidden {
            operation: reply.operation(),
            code,
            message: reply.message(),
        })
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Http(error) => error.kind(),
            Self::Nowhere => Kind::Rejected,
            Self::Hidden { code: 401 | 403, .. } => Kind::Unauthorized,
            Self::Hidden { code: 429, .. } => Kind::RateLimited,
            Self::Hidden { code: 500.., .. } => Kind::Temporary,
            Self::Hidden { .. } => Kind::Configuration,
        }
    }

    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Http(error) => error.retry_after(),
            Self::Nowhere | Self::Hidden { .. } => None,
        }
    }
}
