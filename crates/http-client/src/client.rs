//! The HTTP client of a program: connections, limits and the retry budget that all its services share.

use std::sync::Arc;
use std::time::Duration;

use fault::{Fault, Kind, Retry};
use reqwest::header::HeaderValue;
use secret::Redactor;
use url::Url;

use crate::RemoteService;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(20);
const RETRY_BUDGET: Duration = Duration::from_mins(1);

/// Options of a [`Client`]. Start from [`Options::new`] and change single fields.
#[derive(Debug, Clone)]
pub struct Options {
    /// Name of the program, sent as `User-Agent`.
    pub program: String,
    /// Version of the program, sent as `User-Agent`.
    pub version: String,
    /// Time to reach a server, TLS handshake included.
    pub connect_timeout: Duration,
    /// Time for one attempt, from connecting to the last byte of the body.
    pub timeout: Duration,
    /// Trusted authorities and TLS versions.
    pub tls: rustls::ClientConfig,
    /// The retry policy of the run. Its clones share one budget.
    pub retry: Retry,
    /// Learns the secrets of each request, and removes them from quoted replies. Clones share their secrets.
    pub redactor: Redactor,
}

impl Options {
    /// Default options: 5 s to connect, 20 s per attempt, a retry budget of 60 s, and a new redactor.
    pub fn new(program: impl Into<String>, version: impl Into<String>, tls: rustls::ClientConfig) -> Self {
        Self {
            program: program.into(),
            version: version.into(),
            connect_timeout: CONNECT_TIMEOUT,
            timeout: TIMEOUT,
            tls,
            retry: Retry::with_budget(RETRY_BUDGET),
            redactor: Redactor::default(),
        }
    }
}

/// Errors of [`Client::new`].
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The name or version of the program cannot stand in a header.
    #[error("the name and version of the program cannot be sent as a User-Agent")]
    UserAgent,
    /// The TLS configuration cannot be used.
    #[error("the HTTP client cannot be set up")]
    Setup(#[source] reqwest::Error),
}

impl Fault for BuildError {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }
}

/// The HTTP client of a program. A clone is cheap and shares connections and budget.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) product: String,
    pub(crate) timeout: Duration,
    pub(crate) retry: Retry,
    pub(crate) redactor: Redactor,
}

impl Client {
    /// Creates a client. It opens no connection.
    pub fn new(options: Options) -> Result<Self, BuildError> {
        let product = format!("{}/{}", options.program, options.version);
        HeaderValue::from_str(&product).map_err(|_| BuildError::UserAgent)?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(options.tls)
            .connect_timeout(options.connect_timeout)
            .no_proxy()
            .referer(false)
            // Handled in `exchange`.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| BuildError::Setup(error.without_url()))?;
        let Options { timeout, retry, redactor, .. } = options;
        Ok(Self { shared: Arc::new(Shared { http, product, timeout, retry, redactor }) })
    }

    /// Creates the service at `base`, named `name` in errors and logs.
    ///
    /// The path of `base` is a prefix of every request path, its query is part of every query, and its user and password
    /// are sent as basic authentication.
    pub fn service(&self, name: &'static str, base: &Url) -> RemoteService {
        RemoteService::new(Arc::clone(&self.shared), name, base)
    }
}
