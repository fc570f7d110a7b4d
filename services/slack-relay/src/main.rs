//! Brings messages and Alertmanager's alerts to Slack, from a queue that survives a restart.

mod config;
mod courier;
mod queue;
mod rate;
mod site;
mod transform;

use std::process::ExitCode;
use std::rc::Rc;

use alert_slack::Bot;
use http_server::Server;
use runner::{Failure, Service, program};

use config::Config;
use courier::Courier;
use queue::Queue;
use site::Desk;

fn main() -> ExitCode {
    runner::service(program!(), serve)
}

async fn serve(service: &Service<Config>) -> Result<(), Failure> {
    let config = &service.config;
    let file = service.spool_folder().join("slack-relay.db");
    let queue = Rc::new(service.start(async { Queue::open(&file) }).await?);
    let server = service.start(Server::bind(&config.server)).await?;
    let bot = Bot::new(&config.slack, &config.token, service.http());
    let courier = Courier::new(Rc::clone(&queue), bot, config.longest_wait());
    let desk = Desk::new(config, queue, courier.signs());
    let router = site::router(desk).access(Some(config.access.clone()));
    tokio::join!(server.serve(router, service.ended()), courier.run(|| service.ended()));
    Ok(())
}
