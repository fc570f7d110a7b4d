//! `--test-alert`: sends a test message to every alert channel, so that a person sees that alerts arrive.

use std::collections::BTreeMap;
use std::process::ExitCode;

use alert_channel::Channel as _;
use alert_engine::{Notification, NotificationKind, Severity};
use fault::Retry;
use secret::Redactor;
use settings::{Source, Variable};

use crate::alerting::{ChannelConfigs, read_thresholds};
use crate::check::{exit_and_message, line};
use crate::config::{self, RunLimits, Shared};
use crate::environment::{Environment, RunPolicy};
use crate::{Exit, Program, start};

/// Sends the message and prints a line for each channel. The program's own settings may be incomplete.
pub(crate) async fn run(program: &Program, variables: &[Variable]) -> ExitCode {
    let prepare = |source: &mut Source, redactor: &Redactor| prepare(program, variables, source, redactor);
    let answer = async |(environment, channels): (Environment, ChannelConfigs)| {
        send(program, &environment, &channels).await
    };
    start::outside_a_run(program, variables, prepare, answer).await
}

fn prepare(
    program: &Program,
    variables: &[Variable],
    source: &mut Source,
    redactor: &Redactor,
) -> Option<(Environment, ChannelConfigs)> {
    let shared = Shared::read(source);
    let limits: RunLimits = config::or_defaults(source)?;
    let channels = ChannelConfigs::read(source);
    // Their names depend on the settings, and a file of settings may have them.
    read_thresholds(program, variables, source);
    let retry = Retry::with_budget(limits.retry_budget);
    let policy = RunPolicy { retry, deadline: limits.deadline, may_write: false };
    Some((Environment::new(program, shared, policy, source, redactor)?, channels))
}

async fn send(program: &Program, environment: &Environment, channels: &ChannelConfigs) -> Exit {
    let mut exit = Exit::Done;
    let channels = channels.channels(environment.http());
    if channels.is_empty() {
        line(&mut exit, "test alert", &Ok("no channel is configured; see --help alerts"));
    }
    let message = [message(program, environment)];
    for channel in channels {
        let sent = channel.send(&message, None).await;
        let sent = sent.map(|_| "sent").map_err(|error| exit_and_message(&error));
        line(&mut exit, &format!("test alert {}", channel.route().name()), &sent);
    }
    exit
}

fn message(program: &Program, environment: &Environment) -> Notification {
    let name = environment.name();
    let started = environment.started();
    Notification {
        key: format!("{name}/test"),
        kind: NotificationKind::Occurred,
        severity: Severity::Info,
        concern: None,
        title: format!("Test alert of {name}"),
        detail: "Alerts of this program arrive here. Nothing is wrong.".to_owned(),
        context: format!("version {}, sent by --test-alert", program.version),
        since: started,
        at: started,
        next_reminder: None,
        value: None,
        limit: None,
        unit: None,
        link: None,
        program: name.to_owned(),
        labels: BTreeMap::new(),
    }
}
