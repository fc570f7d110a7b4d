//! A service: a program that answers requests until it is stopped.

use std::ops::Deref;
use std::process::ExitCode;
use std::time::Duration;

use fault::{Fault, Retry};
use secret::Redactor;
use settings::{Settings, Source, Variable};

use crate::arguments::{Mode, RunRequest};
use crate::check::{exit_and_message, line};
use crate::config::Shared;
use crate::environment::{Environment, RunPolicy};
use crate::interrupt::EndReason;
use crate::program::ProgramKind;
use crate::start::{Started, begin};
use crate::{Exit, Failure, Program, Stage, console, entry};

/// Time for a service to end after a signal, once its server has ended or should have.
const GRACE: Duration = Duration::from_secs(8);

/// A program that answers requests until it is stopped.
///
/// It has no stages and no run report: it only answers requests.
#[derive(Debug)]
pub struct Service<C> {
    /// The program's own settings.
    pub config: C,
    environment: Environment,
}

/// Runs a program until SIGTERM or SIGINT, as its arguments and its environment say, and returns its exit code.
///
/// `serve` is its work, and ends soon after [`Environment::ended`](crate::Environment::ended) does. `C` are its own settings.
pub fn service<C: Settings>(
    program: Program,
    serve: impl AsyncFnOnce(&Service<C>) -> Result<(), Failure>,
) -> ExitCode {
    let program = program.of_kind(ProgramKind::Service);
    let variables = variables::<C>();
    entry::enter(&program, &variables, |request| run(&program, &variables, request, serve))
}

impl<C> Service<C> {
    /// Takes a step without which the service cannot do its work, such as listening.
    ///
    /// # Errors
    ///
    /// The error of the step, or that the program has to end.
    pub async fn start<T, E: Fault + 'static>(
        &self,
        step: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            reason = self.interrupt.raised() => Err(Failure::ended(Stage::Configure, reason)),
            taken = step => taken.map_err(|error| Failure::of(Stage::Configure, &error)),
        }
    }
}

async fn run<C: Settings>(
    program: &Program,
    variables: &[Variable],
    request: RunRequest,
    serve: impl AsyncFnOnce(&Service<C>) -> Result<(), Failure>,
) -> ExitCode {
    let base = |source: &mut Source, redactor: &Redactor| environment(program, source, redactor);
    let Started { base: environment, settings, list } = match begin(program, variables, C::read, base) {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    if let Some(list) = list {
        console::show(&list);
        return Exit::Configuration.into();
    }
    let redactor = environment.redactor.clone();
    let result = match settings {
        Ok(config) => {
            let service = Service { config, environment };
            if request.mode == Mode::Check {
                return check(&service).await.into();
            }
            work(&service, serve).await
        }
        Err(failure) => Err(failure),
    };
    report(&redactor, &result).into()
}

async fn work<C>(
    service: &Service<C>,
    serve: impl AsyncFnOnce(&Service<C>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    tracing::info!("started");
    let overdue = async {
        let reason: EndReason = service.interrupt.raised().await;
        tokio::time::sleep(GRACE).await;
        Failure::ended(Stage::Configure, reason)
    };
    tokio::select! {
        result = serve(service) => match result {
            // A signal to stop during the start is no failure.
            Err(failure) if failure.is_ended() => Ok(()),
            result => result,
        },
        failure = overdue => Err(failure),
    }
}

/// Prints a line for the configuration, and one for the state of the program.
async fn check<C>(service: &Service<C>) -> Exit {
    let mut exit = Exit::Done;
    line(&mut exit, "configuration", &Ok("complete"));
    let state = service.state().get("check").await.map(|_| "can be read");
    line(&mut exit, "state", &state.map_err(|error| exit_and_message(&error)));
    exit
}

fn report(redactor: &Redactor, result: &Result<(), Failure>) -> Exit {
    match result {
        Ok(()) => {
            tracing::info!(exit = Exit::Done.code(), "done");
            Exit::Done
        }
        Err(failure) => {
            let (error, exit) = (redactor.scrub(failure.message()), failure.exit());
            tracing::error!(error = &*error, exit = exit.code(), "failed");
            exit
        }
    }
}

/// The environment of a service; `None` where a mistake keeps it from being set up.
fn environment(program: &Program, source: &mut Source, redactor: &Redactor) -> Option<Environment> {
    let shared = Shared::read(source);
    let policy = RunPolicy { retry: Retry::never(), deadline: Duration::MAX, may_write: true };
    Environment::new(program, shared, policy, source, redactor)
}

fn variables<C: Settings>() -> Vec<Variable> {
    [C::variables(), Shared::variables()].concat()
}

impl<C> Deref for Service<C> {
    type Target = Environment;

    fn deref(&self) -> &Environment {
        &self.environment
    }
}
