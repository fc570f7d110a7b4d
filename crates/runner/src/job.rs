//! A job: a program that runs once.

use std::io::Write as _;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use record::Timestamp;
use settings::Settings;

use crate::arguments::{Call, Mode, Request};
use crate::context::Context;
use crate::start::{Started, start};
use crate::{Exit, Failure, Program, Run, check, config, describe, finish};

/// How long a run that was told to end may take to do so.
const GRACE: Duration = Duration::from_secs(5);

pub(crate) const NO_OPERANDS: &str = "--check takes nothing more; see --help";

/// Runs a program once, as its arguments and its environment say, and returns what it ends with.
///
/// `etl` is its work: extract, transform, load, each through the [`Run`]. `C` are its own settings.
pub fn job<C: Settings>(program: Program, etl: impl AsyncFnOnce(&Run<C>) -> Result<(), Failure>) -> ExitCode {
    match Call::parse(std::env::args().skip(1), Timestamp::now()) {
        Ok(Call::Describe) => print(&describe::json(&program, &config::variables::<C>())),
        Ok(Call::Help) => print(&describe::help(&program, &config::variables::<C>())),
        Ok(Call::Version) => print(&format!("{} {}", program.name, program.version)),
        Ok(Call::Run(Request { is_once: true, .. })) => refuse(&program, "--once is for devices; see --help"),
        Ok(Call::Run(request)) if !request.operands.is_empty() => refuse(&program, NO_OPERANDS),
        Ok(Call::Run(request)) => block_on(&program, run(&program, request, etl)),
        Err(message) => refuse(&program, &message),
    }
}

/// Runs a program on this thread.
pub(crate) fn block_on(program: &Program, run: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run),
        Err(error) => refuse(program, &fault::chain(&error)),
    }
}

async fn run<C: Settings>(
    program: &Program,
    request: Request,
    etl: impl AsyncFnOnce(&Run<C>) -> Result<(), Failure>,
) -> ExitCode {
    let begun = start(program, &config::variables::<C>(), request, |source| C::read(source));
    let Started { context, settings } = match begun {
        Ok(begun) => begun,
        Err(exit) => return exit,
    };
    let result = match settings {
        Ok(config) => {
            let run = Run { config, context: Rc::clone(&context) };
            work(&context, async || etl(&run).await).await
        }
        Err(failure) => Err(failure),
    };
    let exit = match context.request.mode {
        Mode::Check => check::report(&context, &program.records, &result, &[]).await,
        Mode::Full | Mode::DryRun => finish::report(&context, &result).await,
    };
    exit.into()
}

/// Does the work of a run, and gives it a moment to end once it was told to.
pub(crate) async fn work(
    context: &Context,
    work: impl AsyncFnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    tracing::info!("started");
    if context.request.mode == Mode::Full {
        context.progress.fail_later(context.delivery.deliver_earlier().await.err());
    }
    let result = tokio::select! {
        result = work() => result,
        failure = overdue(context) => Err(failure),
    };
    context.progress.result(result)
}

/// Waits until a run that was told to end has had its time.
async fn overdue(context: &Context) -> Failure {
    let reason = context.interrupt.raised().await;
    tokio::time::sleep(GRACE).await;
    Failure::ended(context.progress.stage(), reason)
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
