//! Connections over HTTP/1.1, with resets on request.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::body::{Body, body_of};
use crate::shared::Shared;
use crate::{Delivery, Reply, Request};

/// Error that resets a connection.
#[derive(Debug, thiserror::Error)]
#[error("the connection was reset by a fault")]
struct ResetAsked;

type Answer = Pin<Box<dyn Future<Output = Result<hyper::Response<Body>, ResetAsked>> + Send>>;

/// Accepts connections forever.
pub(crate) async fn serve(listener: std::net::TcpListener, base: String, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, base.clone(), Arc::clone(&shared)));
        }
    }
}

/// Serves one connection.
async fn converse(stream: TcpStream, base: String, shared: Arc<Shared>) {
    let service =
        service_fn(move |request| -> Answer { Box::pin(answer(request, base.clone(), Arc::clone(&shared))) });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let outcome = (&mut connection).await;
    if outcome.is_err_and(|error| error.is_user()) {
        // Without lingering, closing sends RST instead of FIN.
        let stream = connection.into_parts().io.into_inner();
        let _ = stream.set_zero_linger();
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    base: String,
    shared: Arc<Shared>,
) -> Result<hyper::Response<Body>, ResetAsked> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return Err(ResetAsked);
    };
    let reply = match decode(&head, &body, &base) {
        // On a thread of its own, because a service may block.
        Some(request) => tokio::task::spawn_blocking(move || shared.answer(&request)).await,
        None => Ok(Reply::text(400, "the body is not valid gzip")),
    };
    let reply = reply.unwrap_or_else(|_| Reply::text(500, "the service panicked"));
    match reply.delivery {
        Delivery::Reset => Err(ResetAsked),
        Delivery::Never => std::future::pending().await,
        _ => Ok(respond(&reply)),
    }
}

fn decode(head: &hyper::http::request::Parts, body: &Bytes, base: &str) -> Option<Request> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    Request::decode(head.method.as_str(), target, headers, body, base)
}

fn respond(reply: &Reply) -> hyper::Response<Body> {
    let (body, announced) = body_of(reply);
    let mut response = hyper::Response::new(body);
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status).unwrap_or_default();
    *response.headers_mut() = headers(reply);
    if let Some(length) = announced {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

/// Headers of the reply. Invalid ones are left out.
fn headers(reply: &Reply) -> HeaderMap {
    let pair = |(name, value): &(String, String)| {
        Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in reply.headers.iter().filter_map(pair) {
        headers.append(name, value);
    }
    headers
}
