//! Shows the state, records and alerts of all pipelines and devices as web pages.

mod chart;
mod config;
mod format;
mod metrics;
mod page;
mod read;
#[cfg(test)]
mod sample;
mod site;
mod transform;
mod view;

use std::process::ExitCode;

use history::History;
use http_server::Server;
use runner::{Failure, Service, program};

use config::Config;
use read::Reader;

fn main() -> ExitCode {
    runner::service(program!(), serve)
}

async fn serve(service: &Service<Config>) -> Result<(), Failure> {
    let config = &service.config;
    let redactor = service.redactor().clone();
    let reader = Reader {
        history: History::new(service.stores(), service.http(), service.tls()),
        programs: service.start(async { read::described(config.programs.as_deref()) }).await?,
        look_back: config.look_back(),
        describe_error: Box::new(move |error| redactor.scrub(&fault::chain(error)).into_owned()),
    };
    let server = service.start(Server::bind(&config.server)).await?;
    server.serve(site::router(reader).access(config.access.clone()), service.ended()).await;
    Ok(())
}
