//! Errors of requests to a bucket.

use fault::{Fault, Kind};
use http_client::Reply;

/// Errors of requests to a bucket. No error holds a key, a token or a signed address.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There was no answer, or the service is out of order.
    #[error(transparent)]
    Http(#[from] http_client::Error),
    /// The service refused: another key, no permission, no such bucket.
    #[error("s3 {operation}: {status} {code}: {message}")]
    Refused {
        /// The operation.
        operation: &'static str,
        /// The HTTP status.
        status: u16,
        /// The error code, such as `AccessDenied`.
        code: String,
        /// The explanation, scrubbed of secrets.
        message: String,
    },
    /// The reply to a listing is not one.
    #[error("s3 list: the reply is not a list of objects")]
    NotAList,
    /// The address of the service and the name of the bucket make no URL.
    #[error("the address of the S3 service cannot be used with this bucket")]
    Address,
}

impl Error {
    /// The refusal that `reply` is.
    pub(crate) fn refused(reply: &Reply) -> Self {
        let text = reply.text();
        let part = |name| reply.quote(element(&text, name).unwrap_or_default());
        Self::Refused {
            operation: reply.operation(),
            status: reply.status().as_u16(),
            code: part("Code"),
            message: part("Message"),
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Http(error) => error.kind(),
            Self::Refused { status: 401 | 403, .. } => Kind::Unauthorized,
            // Another request for the same object is under way.
            Self::Refused { status: 409, .. } => Kind::Temporary,
            Self::Refused { .. } | Self::Address => Kind::Configuration,
            Self::NotAList => Kind::Rejected,
        }
    }

    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Http(error) => error.retry_after(),
            _ => None,
        }
    }
}

/// The error code of a refusal: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
pub(crate) fn code(reply: &Reply) -> Option<String> {
    element(&reply.text(), "Code").map(str::to_owned)
}

/// The text of the first element of that name, which has no attributes.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    Some(rest.split_once("</")?.0.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_message_of_a_refusal_are_found() {
        let text =
            "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>No such\n key.</Message></Error>";
        assert_eq!(element(text, "Code"), Some("NoSuchKey"));
        assert_eq!(element(text, "Message"), Some("No such\n key."));
        assert_eq!(element("<html>", "Code"), None);
    }
}
