//! Relays messages and alerts of Alertmanager to Slack, through a durable queue.

mod api;
mod config;
mod queue;
mod rate_limit;
mod sender;
mod transform;

use std::process::ExitCode;
use std::rc::Rc;

use alert_slack::Bot;
use http_server::Server;
use runner::{Failure, Service, program};

use api::Api;
use config::Config;
use queue::Queue;
use sender::SlackSender;

fn main() -> ExitCode {
    runner::service(program!(), serve)
}

async fn serve(service: &Service<Config>) -> Result<(), Failure> {
    let config = &service.config;
    let file = service.spool_folder().join(format!("{}.db", service.name()));
    let queue = Rc::new(service.start(async { Queue::open(&file) }).await?);
    let server = service.start(Server::bind(&config.server)).await?;
    let bot = Bot::new(&config.slack, &config.token, service.http());
    let sender = SlackSender::new(Rc::clone(&queue), bot, config.longest_wait());
    let api = Api::new(config, queue, sender.handle());
    let router = api::router(api).access(Some(config.access.clone()));
    tokio::join!(server.serve(router, service.ended()), sender.run(|| service.ended()));
    Ok(())
}
