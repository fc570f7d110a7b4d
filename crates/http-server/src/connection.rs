//! Handling of a connection.

use std::convert::Infallible;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::router::Found;
use crate::{Request, Response, Router, request};

/// Time limit for the head of a request, and for an idle connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Time limit for the body of a request.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Time limit for the handler of a request.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Time limit of a connection, for clients that no other limit stops, such as one that does not read.
const LIFETIME: Duration = Duration::from_mins(2);
/// Size limit of a request's head, and size of the read and write buffers, in bytes.
const BUFFER: usize = 32 * 1024;

/// Serves the requests of one client until the client or the server ends.
pub(crate) async fn converse(stream: TcpStream, router: Rc<Router>, mut ending: watch::Receiver<bool>) {
    // A response is one write, so waiting to fill a packet would only delay it.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let router = Rc::clone(&router);
        async move { Ok::<_, Infallible>(respond(&router, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = ending.wait_for(|ending| *ending) => None,
        () = tokio::time::sleep(LIFETIME) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            timeout(ANSWER_TIMEOUT, connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = fault::chain(&error), "connection failed");
    }
}

async fn respond(router: &Router, request: hyper::Request<Incoming>) -> hyper::Response<Full<Bytes>> {
    let started = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = answer(router, request).await;
    tracing::debug!(
        method = method.as_str(),
        path,
        status = response.status.as_u16(),
        bytes = response.body.len(),
        duration = started.elapsed().as_secs_f64(),
        "answered"
    );
    let Response { status, headers, body } = response;
    let mut sent = hyper::Response::new(Full::default());
    *sent.status_mut() = status;
    *sent.headers_mut() = router.headers(headers);
    if status != StatusCode::NO_CONTENT {
        // A response to HEAD has the `Content-Length` of the omitted body.
        sent.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    if method != Method::HEAD {
        *sent.body_mut() = Full::new(body);
    }
    sent
}

async fn answer(router: &Router, request: hyper::Request<Incoming>) -> Response {
    let (head, body) = request.into_parts();
    let method = if head.method == Method::HEAD { Method::GET } else { head.method.clone() };
    let authorization = head.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let (route, parameters): Found<'_> = match router.find(&method, head.uri.path(), authorization) {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    let body = match read(body, route.body_limit).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let request = Request {
        method,
        path: head.uri.path().to_owned(),
        parameters,
        query: request::pairs(head.uri.query().unwrap_or_default()),
        headers: head.headers,
        body,
    };
    match timeout(ANSWER_TIMEOUT, route.answer(request)).await {
        Ok(response) => response,
        Err(_) => Response::error(StatusCode::SERVICE_UNAVAILABLE, "the request took too long"),
    }
}

async fn read(body: Incoming, limit: usize) -> Result<Bytes, Response> {
    let too_large = || {
        let message = format!("the body is larger than {limit} bytes");
        Response::error(StatusCode::PAYLOAD_TOO_LARGE, &message)
    };
    // A body that is announced as too large is not read.
    if usize::try_from(body.size_hint().lower()).map_or(true, |announced| announced > limit) {
        return Err(too_large());
    }
    match timeout(BODY_TIMEOUT, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Response::error(StatusCode::BAD_REQUEST, "the body is incomplete")),
        Err(_) => Err(Response::error(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time")),
    }
}
