//! Routes of the server.

use std::rc::Rc;

use http_server::prometheus::registry::Registry;
use http_server::{Request, Response, Route, Router, StatusCode, get};
use jiff::Timestamp;
use serde::Serialize;

use crate::read::Reader;
use crate::view::{FieldPage, MeasurementPage, Pipeline, Range};
use crate::{metrics, page};

/// Content policy of the pages: style and icon of this server; no scripts, outside resources, forms or frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";
const STYLE: &str = include_str!("style.css");
const ICON: &str = include_str!("icon.svg");
/// Cache policy of the style, which changes only with the program.
const CACHED: &str = "private, max-age=3600";

/// Creates all routes.
pub fn router(reader: Reader) -> Router {
    let reader = Rc::new(reader);
    let (checked, measured) = (Rc::clone(&reader), Rc::clone(&reader));
    let router = Router::new()
        .content_security_policy(POLICY)
        .health(async move || checked.check().await)
        .metrics(async move || -> Registry { metrics::registry(&measured.overview(Timestamp::now()).await) })
        .route(file("/style.css", "text/css; charset=utf-8", STYLE))
        .route(file("/icon.svg", "image/svg+xml", ICON));
    [pages(&reader), data(&reader)].into_iter().flatten().fold(router, Router::route)
}

/// Routes of the pages.
fn pages(reader: &Rc<Reader>) -> Vec<Route> {
    vec![
        route(reader, "/", async |reader, _| {
            let overview = reader.overview(Timestamp::now()).await;
            let status = if overview.complete { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            Response::html(page::overview(&overview)).with_status(status)
        }),
        route(reader, "/alerts", async |reader, _| {
            Response::html(page::alerts(&reader.alerts(Timestamp::now()).await))
        }),
        route(reader, "/records", async |reader, _| {
            Response::html(page::catalogue(&reader.catalogue(Timestamp::now()).await))
        }),
        route(reader, "/pipelines/{pipeline}", async |reader, request| {
            html(pipeline(&reader, &request).await.as_ref(), page::pipeline)
        }),
        route(reader, "/records/{measurement}", async |reader, request| {
            html(measurement(&reader, &request).await.as_ref(), page::measurement)
        }),
        route(reader, "/records/{measurement}/{field}", async |reader, request| {
            html(field(&reader, &request).await.as_ref(), page::field)
        }),
    ]
}

/// Routes of the same data as JSON.
fn data(reader: &Rc<Reader>) -> Vec<Route> {
    vec![
        route(reader, "/api/overview", async |reader, _| {
            let overview = reader.overview(Timestamp::now()).await;
            let status = if overview.complete { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            Response::json(&overview).with_status(status)
        }),
        route(reader, "/api/alerts", async |reader, _| {
            Response::json(&reader.alerts(Timestamp::now()).await)
        }),
        route(reader, "/api/records", async |reader, _| {
            Response::json(&reader.catalogue(Timestamp::now()).await)
        }),
        route(reader, "/api/pipelines/{pipeline}", async |reader, request| {
            json(pipeline(&reader, &request).await.as_ref())
        }),
        route(reader, "/api/records/{measurement}", async |reader, request| {
            json(measurement(&reader, &request).await.as_ref())
        }),
        route(reader, "/api/records/{measurement}/{field}", async |reader, request| {
            json(field(&reader, &request).await.as_ref())
        }),
    ]
}

fn route(
    reader: &Rc<Reader>,
    path: &'static str,
    answer: impl AsyncFn(Rc<Reader>, Request) -> Response + 'static,
) -> Route {
    let reader = Rc::clone(reader);
    get(path, async move |request| answer(Rc::clone(&reader), request).await)
}

fn file(path: &'static str, media_type: &'static str, content: &'static str) -> Route {
    get(path, async move |_| Response::new(media_type, content).with_header("cache-control", CACHED))
}

async fn pipeline(reader: &Reader, request: &Request) -> Option<Pipeline> {
    reader.pipeline(request.parameter("pipeline"), range(request), Timestamp::now()).await
}

async fn measurement(reader: &Reader, request: &Request) -> Option<MeasurementPage> {
    reader.measurement(request.parameter("measurement"), range(request), Timestamp::now()).await
}

async fn field(reader: &Reader, request: &Request) -> Option<FieldPage> {
    let (measurement, field) = (request.parameter("measurement"), request.parameter("field"));
    reader.field(measurement, field, range(request), Timestamp::now()).await
}

fn range(request: &Request) -> Range {
    Range::named(request.query("range"))
}

fn html<T>(found: Option<&T>, page: impl FnOnce(&T) -> String) -> Response {
    match found {
        Some(found) => Response::html(page(found)),
        None => Response::html(page::not_found(Timestamp::now())).with_status(StatusCode::NOT_FOUND),
    }
}

fn json<T: Serialize>(found: Option<&T>) -> Response {
    match found {
        Some(found) => Response::json(found),
        None => Response::error(StatusCode::NOT_FOUND, "not found"),
    }
}
