//! A job: a program that runs once.

use std::io::Write as _;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use fault::Kind;
use record::Timestamp;
use secret::Redactor;
use settings::{Mistakes, Settings, Source};

use crate::arguments::{Call, Mode};
use crate::context::{Context, Request};
use crate::{Exit, Failure, Program, Run, Stage, check, config, describe, finish};

/// How long a run that was told to end may take to do so.
const GRACE: Duration = Duration::from_secs(5);

const NO_CLIENT: &str = "the HTTP client cannot be set up";

/// Runs a program once, as its arguments and its environment say, and returns what it ends with.
///
/// `etl` is its work: extract, transform, load, each through the [`Run`]. `C` are its own settings.
pub fn job<C: Settings>(program: Program, etl: impl AsyncFnOnce(&Run<C>) -> Result<(), Failure>) -> ExitCode {
    match Call::parse(std::env::args().skip(1), Timestamp::now()) {
        Ok(Call::Describe) => print(&describe::json(&program, &config::variables::<C>())),
        Ok(Call::Help) => print(&describe::help(&program, &config::variables::<C>())),
        Ok(Call::Version) => print(&format!("{} {}", program.name, program.version)),
        Ok(Call::Run { mode, window }) => start(&program, Request { mode, window }, etl),
        Err(message) => refuse(&program, &message),
    }
}

fn start<C: Settings>(
    program: &Program,
    request: Request,
    etl: impl AsyncFnOnce(&Run<C>) -> Result<(), Failure>,
) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(program, request, etl)),
        Err(error) => refuse(program, &fault::chain(&error)),
    }
}

async fn run<C: Settings>(
    program: &Program,
    request: Request,
    etl: impl AsyncFnOnce(&Run<C>) -> Result<(), Failure>,
) -> ExitCode {
    let redactor = Redactor::default();
    let mut source = Source::from_environment(redactor.clone());
    let config = C::read(&mut source);
    if request.window.is_some() && !program.has_history {
        source.mistake("--since", "asks for history, which this source does not have");
    }
    let context = Context::new(program, &config::variables::<C>(), request, &mut source, &redactor);
    let mistakes = source.finish();
    let Some(context) = context.map(Rc::new) else {
        return refuse(
            program,
            &mistakes.map_or_else(|mistakes| mistakes.to_string(), |()| NO_CLIENT.to_owned()),
        );
    };
    let result = match (config, mistakes) {
        (Some(config), Ok(())) => work(Run { config, context: Rc::clone(&context) }, etl).await,
        (_, mistakes) => Err(misconfigured(mistakes)),
    };
    let exit = match request.mode {
        Mode::Check => check::report(&context, &program.records, &result).await,
        Mode::Full | Mode::DryRun => finish::report(&context, &result).await,
    };
    exit.into()
}

/// Does the work of a run, and gives it a moment to end once it was told to.
async fn work<C>(run: Run<C>, etl: impl AsyncFnOnce(&Run<C>) -> Result<(), Failure>) -> Result<(), Failure> {
    let context = Rc::clone(&run.context);
    tracing::info!("started");
    if context.request.mode == Mode::Full {
        context.progress.fail_later(context.delivery.deliver_earlier().await.err());
    }
    let result = tokio::select! {
        result = etl(&run) => result,
        failure = overdue(&context) => Err(failure),
    };
    context.progress.result(result)
}

/// Waits until a run that was told to end has had its time.
async fn overdue(context: &Context) -> Failure {
    let reason = context.interrupt.raised().await;
    tokio::time::sleep(GRACE).await;
    Failure::ended(context.progress.stage(), reason)
}

pub(crate) fn misconfigured(mistakes: Result<(), Mistakes>) -> Failure {
    let message =
        mistakes.map_or_else(|mistakes| mistakes.to_string(), |()| "a setting is missing".to_owned());
    Failure::new(Stage::Configure, Kind::Configuration, message)
}

pub(crate) fn print(text: &str) -> ExitCode {
    match writeln!(std::io::stdout(), "{}", text.trim_end()) {
        Ok(()) => Exit::Done.into(),
        Err(_) => Exit::Temporary.into(),
    }
}

/// Before there is a log: a call that is not understood.
pub(crate) fn refuse(program: &Program, message: &str) -> ExitCode {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{}: {message}", program.name);
    Exit::Configuration.into()
}
