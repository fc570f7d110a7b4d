//! A device: a program that runs until it is stopped, and loses nothing that it was given.

mod announcer;
mod backoff;
mod cadence;
mod check;
mod config;
mod core;
mod counter;
mod courier;
mod handle;
mod health;
mod incidents;
mod lane;
mod life;
mod metrics;
mod observer;
mod polling;
mod readings;
mod reporter;
mod sanity;
mod sensor;
mod staleness;
#[cfg(test)]
mod tests;

use std::process::ExitCode;
use std::rc::Rc;

use settings::{Settings, Variable};

use self::config::DeviceSettings;
use self::core::Core;
use crate::arguments::{Call, Mode, Request};
use crate::start::{Started, start};
use crate::{Failure, Program, describe, finish, job};

pub use check::Check;
pub(crate) use check::Line;
pub use counter::Counter;
pub use handle::Device;
pub use polling::Polling;

/// Runs a program until SIGTERM, SIGINT or SIGHUP, or once, as its arguments and its environment say, and returns what
/// it ends with.
///
/// `work` is its work: it hands a sensor to [`Device::poll`], or drives a stream itself and hands over what comes by
/// [`Device::load`]. `C` are its own settings.
pub fn device<C: Settings>(
    program: Program,
    work: impl AsyncFnOnce(&Device<C>) -> Result<(), Failure>,
) -> ExitCode {
    let program = program.of_kind("device");
    let variables = variables::<C>(&program);
    match Call::parse(std::env::args().skip(1), record::Timestamp::now()) {
        Ok(Call::Describe) => job::print(&describe::json(&program, &variables)),
        Ok(Call::Help) => job::print(&describe::help(&program, &variables)),
        Ok(Call::Version) => job::print(&format!("{} {}", program.name, program.version)),
        Ok(Call::Run(request)) => match understood(&program, request) {
            Ok(request) => job::block_on(&program, run(&program, &variables, request, work)),
            Err(message) => job::refuse(&program, &message),
        },
        Err(message) => job::refuse(&program, &message),
    }
}

async fn run<C: Settings>(
    program: &Program,
    variables: &[Variable],
    request: Request,
    work: impl AsyncFnOnce(&Device<C>) -> Result<(), Failure>,
) -> ExitCode {
    let begun = start(program, variables, request, |source| {
        let config = C::read(source);
        let settings = DeviceSettings::read(program, source);
        config.zip(settings)
    });
    let Started { context, settings } = match begun {
        Ok(begun) => begun,
        Err(exit) => return exit,
    };
    let is_endless = context.request.is_endless;
    let (result, lines) = match settings {
        Ok((config, settings)) => {
            let core = Rc::new(Core::new(Rc::clone(&context), settings));
            let device = Device { config, core: Rc::clone(&core) };
            if is_endless {
                return life::run(&device, work).await.into();
            }
            let result = job::work(&context, async || work(&device).await).await;
            (result, core.lines.take())
        }
        Err(failure) => (Err(failure), Vec::new()),
    };
    let exit = match context.request.mode {
        Mode::Check => crate::check::report(&context, &program.records, &result, &lines).await,
        Mode::Full | Mode::DryRun => finish::report(&context, &result).await,
    };
    exit.into()
}

/// The request with what is special to devices.
fn understood(program: &Program, request: Request) -> Result<Request, String> {
    if request.window.is_some() {
        return Err("--since is for jobs; see --help".to_owned());
    }
    let takes = program.check.map_or(0, |check| check.names.len());
    if !request.operands.is_empty() && request.operands.len() != takes {
        return Err(match program.check {
            Some(check) => format!("--check takes {} or nothing; see --help", check.names.join(" ")),
            None => job::NO_OPERANDS.to_owned(),
        });
    }
    let is_endless = !request.is_once && request.mode != Mode::Check;
    Ok(Request { is_endless, ..request })
}

fn variables<C: Settings>(program: &Program) -> Vec<Variable> {
    [C::variables(), DeviceSettings::variables(program), crate::config::variables::<()>()].concat()
}
