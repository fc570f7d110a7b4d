//! A service that returns each request body. The tests of services run it.

use std::process::ExitCode;

use http_server::{Config as Listen, Request, Response, Router, Server, post};
use runner::{Failure, Service, program};
use settings::Settings;

#[derive(Settings)]
struct Config {
    #[setting(block)]
    listen: Listen,
    /// Text before each line.
    #[setting(name = "ECHO_PREFIX")]
    prefix: String,
}

fn main() -> ExitCode {
    runner::service(program!(), serve)
}

async fn serve(service: &Service<Config>) -> Result<(), Failure> {
    let prefix = service.config.prefix.clone();
    let echo = async move |request: Request| {
        Response::text(format!("{prefix}{}", String::from_utf8_lossy(request.body())))
    };
    let router = Router::new().route(post("/", echo)).health(async || Ok(()));
    let server = service.start(Server::bind(&service.config.listen)).await?;
    server.serve(router, service.ended()).await;
    Ok(())
}
