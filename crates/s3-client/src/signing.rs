//! Signed requests: Signature Version 4 in the query, by the time of the server.

use std::cell::Cell;
use std::time::Duration;

use fault::Retry;
use http_client::{Client, Method, RemoteService, Reply, Request, Url};
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use rusty_s3::{Credentials, S3Action, UrlStyle};
use secret::{ExposeSecret as _, Secret};

use crate::{Config, Error};

/// Validity of a signature: longer than any retry, and no longer than the clock error that servers accept.
const VALID_FOR: Duration = Duration::from_mins(10);

/// A difference between two clocks that can be the reason why a server refuses a signature.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// The query parameter with the name of the key, which is scrubbed from errors like the token.
const CREDENTIAL: &str = "X-Amz-Credential";
const TOKEN: &str = "X-Amz-Security-Token";

/// Signs requests and sends them.
#[derive(Debug)]
pub(crate) struct Signer {
    service: RemoteService,
    pub(crate) bucket: rusty_s3::Bucket,
    pub(crate) credentials: Credentials,
    retry: Retry,
    /// Lead of the server's clock over ours.
    ahead: Cell<SignedDuration>,
}

impl Signer {
    pub(crate) fn new(config: &Config, bucket: &str, http: &Client, retry: Retry) -> Result<Self, Error> {
        let aws =
            || format!("https://s3.{}.amazonaws.com", config.region).parse().map_err(|_| Error::Address);
        let endpoint: Url =
            config.s3_endpoint.clone().or_else(|| config.endpoint.clone()).map_or_else(aws, Ok)?;
        let bucket =
            rusty_s3::Bucket::new(endpoint, UrlStyle::Path, bucket.to_owned(), config.region.clone())
                .map_err(|_| Error::Address)?;
        // Signed addresses have the whole path.
        let mut base = bucket.base_url().clone();
        base.set_path("");
        let text = |secret: &Option<Secret>| {
            secret.as_ref().map(|secret| secret.expose_secret().trim().to_owned()).unwrap_or_default()
        };
        let (key, secret, token) = (text(&config.key), text(&config.secret), text(&config.token));
        let credentials = Credentials::new_with_token(key, secret, token);
        let service = http.service("s3", &base);
        Ok(Self { service, bucket, credentials, retry, ahead: Cell::default() })
    }

    /// Sends a signed request, and again if the server refused it because its clock is another one.
    pub(crate) async fn send<'a, A: S3Action<'a>>(
        &self,
        operation: &'static str,
        action: &A,
        complete: impl Fn(Request) -> Request,
    ) -> Result<Reply, Error> {
        let send = async || {
            let request = self.request(operation, action);
            complete(request.accept_refusals().retry(self.retry.clone())).send().await
        };
        let reply = send().await?;
        if matches!(reply.status().as_u16(), 400 | 401 | 403) && self.adjust(&reply) {
            return Ok(send().await?);
        }
        Ok(reply)
    }

    fn request<'a, A: S3Action<'a>>(&self, operation: &'static str, action: &A) -> Request {
        let now = Timestamp::now().checked_add(self.ahead.get()).unwrap_or(Timestamp::UNIX_EPOCH);
        let signed = action.sign_with_time(VALID_FOR, &now);
        let request = self.service.request(method(A::METHOD), operation, signed.path());
        signed.query_pairs().fold(request, |request, (name, value)| match name.as_ref() {
            CREDENTIAL | TOKEN => request.secret_query(&name, &Secret::from(value.as_ref())),
            _ => request.query(&name, value),
        })
    }

    /// Learns the server's time. Returns whether ours was so different that it explains a refusal.
    fn adjust(&self, reply: &Reply) -> bool {
        let Some(theirs) = time_of(reply) else { return false };
        let ahead = theirs.duration_since(Timestamp::now());
        let difference = (ahead - self.ahead.get()).abs();
        if difference > SKEW {
            tracing::warn!(
                seconds = ahead.as_secs(),
                "the S3 service has another time; requests are signed by it"
            );
            self.ahead.set(ahead);
        }
        difference > SKEW
    }
}

/// Time at which the server sent a reply, by its own clock.
pub(crate) fn time_of(reply: &Reply) -> Option<Timestamp> {
    time(reply, "date")
}

/// A header that holds a time, to the second.
pub(crate) fn time(reply: &Reply, header: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(reply.header(header)?).ok()
}

fn method(method: rusty_s3::Method) -> Method {
    match method {
        rusty_s3::Method::Head => Method::HEAD,
        rusty_s3::Method::Get => Method::GET,
        rusty_s3::Method::Post => Method::POST,
        rusty_s3::Method::Put => Method::PUT,
        rusty_s3::Method::Delete => Method::DELETE,
    }
}
