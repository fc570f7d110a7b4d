//! A device: a program that runs until it is stopped, and loses no data that it was given.

mod cadence;
mod check;
mod config;
mod core;
mod counter;
mod dispatch_context;
mod dispatcher;
mod handle;
mod health;
mod health_server;
mod incidents;
mod lifecycle;
mod metrics;
mod notifier;
mod open_sensor;
mod poller;
mod polling;
mod readings;
mod reporter;
mod sensor;
mod source;
mod staleness;
mod store_delivery;
#[cfg(test)]
mod tests;

use std::process::ExitCode;
use std::rc::Rc;

use settings::{Settings, Variable};

use self::config::DeviceSettings;
use self::core::Core;
use crate::arguments::RunRequest;
use crate::program::ProgramKind;
use crate::start::start;
use crate::{Failure, Program, entry, once};

pub use check::Check;
pub use counter::Counter;
pub use handle::Device;
pub use polling::Polling;
pub use sensor::Sensor;

/// Runs a program until SIGTERM, SIGINT or SIGHUP, or once, as its arguments and its environment say, and
/// returns its exit code.
///
/// `work` is its work: it hands a sensor to [`Device::poll`], or drives a stream itself and hands over its
/// records by [`Device::load`]. `C` are its own settings.
pub fn device<C: Settings>(
    program: Program,
    work: impl AsyncFnOnce(&Device<C>) -> Result<(), Failure>,
) -> ExitCode {
    let program = program.of_kind(ProgramKind::Device);
    let variables = variables::<C>(&program);
    entry::enter(&program, &variables, |request| run(&program, &variables, request, work))
}

async fn run<C: Settings>(
    program: &Program,
    variables: &[Variable],
    request: RunRequest,
    work: impl AsyncFnOnce(&Device<C>) -> Result<(), Failure>,
) -> ExitCode {
    let started = start(program, variables, request, |source| {
        let config = C::read(source);
        let settings = DeviceSettings::read(program, source);
        config.zip(settings)
    });
    let (context, settings) = match started {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    let (result, lines) = match settings {
        Ok((config, settings)) => {
            let core = Rc::new(Core::new(Rc::clone(&context), settings));
            let device = Device { config, core: Rc::clone(&core) };
            if context.request.is_endless {
                return lifecycle::run(&device, work).await.into();
            }
            let result = once::work(&context, async || work(&device).await).await;
            (result, core.lines.take())
        }
        Err(failure) => (Err(failure), Vec::new()),
    };
    once::end(&context, program, &result, &lines).await.into()
}

fn variables<C: Settings>(program: &Program) -> Vec<Variable> {
    [C::variables(), DeviceSettings::variables(program), crate::config::variables::<()>()].concat()
}
