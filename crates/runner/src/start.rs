//! The start of a run: everything is read from the settings, mistakes collected, and the log begins.

use std::process::ExitCode;
use std::rc::Rc;

use fault::Kind;
use secret::Redactor;
use settings::{Mistakes, Source, Variable};

use crate::arguments::Request;
use crate::context::Context;
use crate::{Failure, Program, Stage, console, entry};

const NO_CLIENT: &str = "the HTTP client cannot be set up";

/// A run that has begun.
pub(crate) struct Started<T> {
    pub(crate) context: Rc<Context>,
    /// The settings that `read` returned, or every mistake in all of them.
    pub(crate) settings: Result<T, Failure>,
}

/// Reads the settings of a program by `read` and those every program has. The error is for a program that cannot even
/// report.
pub(crate) fn start<T>(
    program: &Program,
    variables: &[Variable],
    request: Request,
    read: impl FnOnce(&mut Source) -> Option<T>,
) -> Result<Started<T>, ExitCode> {
    let redactor = Redactor::default();
    let mut source = Source::from_environment(redactor.clone());
    let settings = read(&mut source);
    if request.window.is_some() && !program.has_history {
        source.mistake("--since", "asks for history, which this source does not have");
    }
    let context = Context::new(program, variables, request, &mut source, &redactor);
    let mistakes = source.finish();
    let Some(context) = context.map(Rc::new) else {
        let message = mistakes.map_or_else(|mistakes| mistakes.to_string(), |()| NO_CLIENT.to_owned());
        return Err(entry::refuse(program, &message));
    };
    let settings = match (settings, mistakes) {
        (Some(settings), Ok(())) => Ok(settings),
        (_, mistakes) => {
            if let (Some(style), Err(mistakes)) = (context.console, &mistakes) {
                context.note.replace(console::mistakes(program, variables, mistakes, style));
            }
            Err(misconfigured(mistakes))
        }
    };
    Ok(Started { context, settings })
}

pub(crate) fn misconfigured(mistakes: Result<(), Mistakes>) -> Failure {
    let message =
        mistakes.map_or_else(|mistakes| mistakes.to_string(), |()| "a setting is missing".to_owned());
    Failure::new(Stage::Configure, Kind::Configuration, message).of_settings()
}
