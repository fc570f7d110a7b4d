//! One attempt of a call: request, redirects and body, within one time limit.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Response, StatusCode};
use tokio::time::{Instant, timeout_at};

use crate::{Cause, Error, Reply, Request, message, origin, retry_after};

const MAX_REDIRECTS: usize = 5;

/// Bytes read of the body of an error reply.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// Sends `request` once. A status other than 2xx is an error, unless the request accepts refusals.
pub(crate) async fn attempt(request: Arc<Request>) -> Result<Reply, Error> {
    let call = request.call();
    let started = Instant::now();
    let result = exchange(&request).await.map_err(|cause| call.fail(cause));
    let status = match &result {
        Ok(reply) => Some(reply.status),
        Err(error) => error.status(),
    };
    tracing::debug!(
        service = call.service,
        operation = call.operation,
        status = status.map(|status| status.as_u16()),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "http"
    );
    result
}

async fn exchange(request: &Request) -> Result<Reply, Cause> {
    let after = request.service.client.timeout;
    let deadline = Instant::now() + after;
    let late = |_| Cause::Timeout { after };

    let mut response = timeout_at(deadline, reach(request, after)).await.map_err(late)??;
    let mut body = BytesMut::new();
    if response.status().is_success() || is_answer(request, response.status()) {
        let is_refusal = !response.status().is_success();
        let limit = if is_refusal { ERROR_BODY_LIMIT } else { request.body_limit };
        let reading = read(&mut response, &mut body, limit, after);
        timeout_at(deadline, reading).await.map_err(late)??;
        let (call, status) = (request.call(), response.status());
        return Ok(Reply {
            call,
            status,
            headers: std::mem::take(response.headers_mut()),
            body: body.freeze(),
        });
    }
    // The status decides. A body that stalls or never ends does not change it.
    let reading = read(&mut response, &mut body, ERROR_BODY_LIMIT, after);
    let _ = timeout_at(deadline, reading).await;
    Err(refusal(request, &response, &body))
}

/// Follows redirects, and returns the first other reply.
async fn reach(request: &Request, after: Duration) -> Result<Response, Cause> {
    let mut url = request.url.clone();
    for _ in 0..=MAX_REDIRECTS {
        let http = &request.service.client.http;
        let mut builder = http.request(request.method.clone(), url.clone()).headers(request.headers.clone());
        if !request.body.is_empty() {
            builder = builder.body(Bytes::clone(&request.body));
        }
        let response = builder.send().await.map_err(|error| Cause::from_transport(error, after))?;
        match origin::redirect(request, &url, &response)? {
            Some(target) => url = target,
            None => return Ok(response),
        }
    }
    Err(Cause::Redirects)
}

/// Appends the decompressed body to `body`, and stops before it grows past `limit`.
async fn read(
    response: &mut Response,
    body: &mut BytesMut,
    limit: usize,
    after: Duration,
) -> Result<(), Cause> {
    while let Some(chunk) = response.chunk().await.map_err(|error| Cause::from_transport(error, after))? {
        if body.len() + chunk.len() > limit {
            return Err(Cause::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(())
}

/// Whether a status other than 2xx is an answer to this request.
fn is_answer(request: &Request, status: StatusCode) -> bool {
    let asks_for_another = matches!(status.as_u16(), 408 | 425 | 429);
    let is_refusal = status.is_client_error() || status == StatusCode::NOT_IMPLEMENTED;
    request.accepts_refusals && is_refusal && !asks_for_another
}

fn refusal(request: &Request, response: &Response, body: &[u8]) -> Cause {
    let (status, headers) = (response.status(), response.headers());
    let message = message::from_body(body, &request.service.client.redactor);
    let wait = retry_after::wait(headers);
    let is_limit = match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::FORBIDDEN => wait.is_some() || retry_after::is_exhausted(headers),
        _ => false,
    };
    if is_limit {
        Cause::RateLimited { status, retry_after: wait, message }
    } else {
        Cause::Status { status, retry_after: wait, message }
    }
}
