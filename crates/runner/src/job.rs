//! A job: a program that runs once.

use std::process::ExitCode;
use std::rc::Rc;

use settings::{Settings, Variable};

use crate::arguments::RunRequest;
use crate::start::start;
use crate::{Failure, Program, Run, config, entry, once};

/// Runs a program once, as its arguments and its environment say, and returns its exit code.
///
/// `etl` is its work: extract, transform, load, each through the [`Run`]. `C` are its own settings.
pub fn job<C: Settings>(program: Program, etl: impl AsyncFnOnce(&Run<C>) -> Result<(), Failure>) -> ExitCode {
    let variables = config::job_variables::<C>();
    entry::enter(&program, &variables, |request| run(&program, &variables, request, etl))
}

async fn run<C: Settings>(
    program: &Program,
    variables: &[Variable],
    request: RunRequest,
    etl: impl AsyncFnOnce(&Run<C>) -> Result<(), Failure>,
) -> ExitCode {
    let started = start(program, variables, request, |source| C::read(source));
    let (context, settings) = match started {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    let result = match settings {
        Ok(config) => {
            let run = Run { config, context: Rc::clone(&context) };
            once::work(&context, async || etl(&run).await).await
        }
        Err(failure) => Err(failure),
    };
    once::end(&context, program, &result, &[]).await.into()
}
