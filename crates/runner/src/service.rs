//! A service: a program that answers requests until it is stopped.

use std::io::Write as _;
use std::ops::Deref;
use std::process::ExitCode;
use std::time::Duration;

use fault::{Fault, Retry};
use secret::Redactor;
use settings::{Settings, Source, Variable};

use crate::arguments::{Mode, Request};
use crate::config::Shared;
use crate::environment::{Environment, RunPolicy};
use crate::interrupt::EndReason;
use crate::program::ProgramKind;
use crate::{Exit, Failure, Program, Stage, console, entry, start};

/// Time for a service to end after a signal, once its server has ended or should have.
const GRACE: Duration = Duration::from_secs(8);

/// A program that answers requests until it is stopped.
///
/// It has no stages and no run report: what it does is what it is asked for.
#[derive(Debug)]
pub struct Service<C> {
    /// The program's own settings.
    pub config: C,
    environment: Environment,
}

/// Runs a program until SIGTERM or SIGINT, as its arguments and its environment say, and returns what it ends with.
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
    request: Request,
    serve: impl AsyncFnOnce(&Service<C>) -> Result<(), Failure>,
) -> ExitCode {
    let redactor = Redactor::default();
    let mut source = Source::from_environment(redactor.clone());
    let config = C::read(&mut source);
    let environment = environment(program, &mut source, &redactor);
    let result = match (config, environment, source.finish()) {
        (Some(config), Some(environment), Ok(())) if request.mode == Mode::Check => {
            return check(&Service { config, environment }).await.into();
        }
        (Some(config), Some(environment), Ok(())) => work(&Service { config, environment }, serve).await,
        (_, environment, mistakes) => {
            let console = environment.and_then(|environment| environment.console);
            if let (Some(style), Err(mistakes)) = (console, &mistakes) {
                console::show(&console::mistakes(program, variables, mistakes, style));
                return Exit::Configuration.into();
            }
            Err(start::misconfigured(mistakes))
        }
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

/// Prints a line for the configuration, and one for where the program remembers things.
async fn check<C>(service: &Service<C>) -> Exit {
    let state = service.state().get("check").await;
    let (exit, mark, text) = match &state {
        Ok(_) => (Exit::Done, "ok", "can be read".to_owned()),
        Err(error) => (error.kind().into(), "FAILED", fault::chain(error)),
    };
    // A closed standard output has no reader.
    let _ = writeln!(
        std::io::stdout(),
        "{:<8}{:<16}complete\n{mark:<8}{:<16}{text}",
        "ok",
        "configuration",
        "state"
    );
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
