//! `/healthz`, `/readyz` and `/metrics`.

use std::rc::Rc;

use http_server::{Config, Response, Router, Server, StatusCode, get};

use super::core::Core;
use super::metrics;

/// The server for those who look at a device, or nothing where nobody asked for it.
///
/// # Errors
///
/// The address cannot be listened on.
pub(crate) async fn bind(core: &Core) -> Result<Option<Server>, http_server::Error> {
    match core.settings.watching.metrics {
        Some(address) => Server::bind(&Config::at(address.0)).await.map(Some),
        None => Ok(None),
    }
}

/// Answers for as long as the program runs, its last moments included.
pub(crate) async fn serve(server: Server, core: &Rc<Core>) {
    let (alive, ready, numbers) = (Rc::clone(core), Rc::clone(core), Rc::clone(core));
    let router = Router::new()
        .health(async move || alive.health.alive())
        .route(get("/readyz", async move |_| match ready.health.ready(ready.courier.last_delivery()) {
            Ok(()) => Response::text("ok\n"),
            Err(problem) => {
                Response::text(format!("{problem}\n")).with_status(StatusCode::SERVICE_UNAVAILABLE)
            }
        }))
        .metrics(async move || metrics::registry(&numbers));
    server.serve(router, std::future::pending()).await;
}
