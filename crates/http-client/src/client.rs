//! What all services of a program share: connections, limits, the retry budget.

use std::sync::Arc;
use std::time::Duration;

use fault::{Fault, Kind, Retry};
use reqwest::header::HeaderValue;
use secret::Redactor;
use url::Url;

use crate::Service;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(20);
const RETRY_BUDGET: Duration = Duration::from_mins(1);

/// How a [`Client`] behaves. Start from [`Options::new`] and change what differs.
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
    /// Whom to trust, and which versions to speak.
    pub tls: rustls::ClientConfig,
    /// The retry policy of the run. Its clones share one budget.
    pub retry: Retry,
    /// Learns each secret a request carries, and scrubs what services say. Its clones share what they know.
    pub redactor: Redactor,
}

impl Options {
    /// 5 s to connect, 20 s for an attempt, a retry budget of 60 s, and a redactor of its own.
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

/// Why there is no client.
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
    /// A client that contacts no one yet.
    pub fn new(options: Options) -> Result<Self, BuildError> {
        let product = format!("{}/{}", options.program, options.version);
        HeaderValue::from_str(&product).map_err(|_| BuildError::UserAgent)?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(options.tls)
            .connect_timeout(options.connect_timeout)
            .no_proxy()
            .referer(false)
            // Both are ours to decide: see `exchange`.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| BuildError::Setup(error.without_url()))?;
        let Options { timeout, retry, redactor, .. } = options;
        Ok(Self { shared: Arc::new(Shared { http, product, timeout, retry, redactor }) })
    }

    /// The service at `base`, called `name` in errors and logs.
    ///
    /// A path in `base` is a prefix of every path requested, a query in it is part of every query, and a user and
    /// password in it are sent as basic authentication.
    pub fn service(&self, name: &'static str, base: &Url) -> Service {
        Service::new(Arc::clone(&self.shared), name, base)
    }
}
