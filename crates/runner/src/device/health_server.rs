//! The server of a device: `/healthz`, `/readyz` and `/metrics`.

use std::rc::Rc;

use http_server::{Config, Response, Router, Server, StatusCode, get};

use super::core::Core;
use super::metrics;
use super::source::DeviceSource;

/// The server of a device, where `METRICS_ADDR` asks for one.
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

/// Serves for as long as the program runs, its last moments included.
pub(crate) async fn serve(server: Server, core: &Rc<Core>) {
    let (alive, ready, numbers) = (Rc::clone(core), Rc::clone(core), Rc::clone(core));
    let router = Router::new()
        .health(async move || each(&alive, |source| source.health.alive()))
        .route(get("/readyz", async move |_| match is_ready(&ready) {
            Ok(()) => Response::text("ok\n"),
            Err(problem) => {
                Response::text(format!("{problem}\n")).with_status(StatusCode::SERVICE_UNAVAILABLE)
            }
        }))
        .metrics(async move || metrics::registry(&numbers));
    server.serve(router, std::future::pending()).await;
}

fn is_ready(core: &Core) -> Result<(), String> {
    let last_delivery = core.dispatcher.last_delivery();
    each(core, |source| source.health.ready(last_delivery))
}

/// Fails with the first source that does, and names it.
fn each(core: &Core, is_well: impl Fn(&DeviceSource) -> Result<(), String>) -> Result<(), String> {
    let mut sources = core.sources().into_iter();
    sources.try_for_each(|source| is_well(&source).map_err(|problem| source.naming(&problem)))
}
