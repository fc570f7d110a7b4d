//! The start of a program: everything is read from the settings, mistakes collected, and the log begins.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::rc::Rc;

use fault::Kind;
use secret::Redactor;
use settings::{Mistakes, Source, Variable};

use crate::arguments::RunRequest;
use crate::context::Context;
use crate::environment::Environment;
use crate::terminal::Style;
use crate::{Exit, Failure, Program, Stage, console};

const NO_CLIENT: &str = "the HTTP client cannot be set up";

/// A program that has begun: a run with its [`Context`], or a service with its [`Environment`].
pub(crate) struct Started<B, T> {
    pub(crate) base: B,
    /// The settings that `read` returned, or every mistake in all of them.
    pub(crate) settings: Result<T, Failure>,
    /// The mistakes as a list, for a person at the terminal.
    pub(crate) list: Option<String>,
}

/// Begins a run: reads the settings of a program by `read` and those every program has. The error is for a program that
/// cannot even report.
pub(crate) fn start<T>(
    program: &Program,
    variables: &[Variable],
    request: RunRequest,
    read: impl FnOnce(&mut Source) -> Option<T>,
) -> Result<(Rc<Context>, Result<T, Failure>), ExitCode> {
    let base = |source: &mut Source, redactor: &Redactor| {
        if request.window.is_some() && !program.has_history {
            source.mistake("--since", "asks for history, which this source does not have");
        }
        Context::new(program, variables, request, source, redactor)
    };
    let Started { base: context, settings, list } = begin(program, variables, read, base)?;
    // It is shown at the end, after the log.
    context.note.replace(list.unwrap_or_default());
    Ok((Rc::new(context), settings))
}

/// Reads the settings of a program by `read`, and makes `base` of those every program has.
pub(crate) fn begin<B: AsRef<Environment>, T>(
    program: &Program,
    variables: &[Variable],
    read: impl FnOnce(&mut Source) -> Option<T>,
    base: impl FnOnce(&mut Source, &Redactor) -> Option<B>,
) -> Result<Started<B, T>, ExitCode> {
    let redactor = Redactor::default();
    let mut source = Source::from_environment(redactor.clone());
    let settings = read(&mut source);
    let base = base(&mut source, &redactor);
    let mistakes = source.finish();
    let Some(base) = base else { return Err(refuse_settings(program, variables, &mistakes)) };
    match (settings, mistakes) {
        (Some(settings), Ok(())) => Ok(Started { base, settings: Ok(settings), list: None }),
        (_, mistakes) => {
            let style = base.as_ref().console;
            let list = style.zip(mistakes.as_ref().err());
            let list = list.map(|(style, mistakes)| console::mistakes(program, variables, mistakes, style));
            Ok(Started { base, settings: Err(misconfigured(mistakes)), list })
        }
    }
}

/// Answers a call that is no run, by `answer`, with the result of `prepare` if the settings have no mistake.
pub(crate) async fn outside_a_run<T>(
    program: &Program,
    variables: &[Variable],
    prepare: impl FnOnce(&mut Source, &Redactor) -> Option<T>,
    answer: impl AsyncFnOnce(T) -> Exit,
) -> ExitCode {
    let redactor = Redactor::default();
    let mut source = Source::from_environment(redactor.clone());
    source.expect(variables);
    let prepared = prepare(&mut source, &redactor);
    match (prepared, source.finish()) {
        (Some(prepared), Ok(())) => answer(prepared).await.into(),
        (_, mistakes) => refuse_settings(program, variables, &mistakes),
    }
}

/// Prints the reason why a program cannot even start, where there is no log yet.
pub(crate) fn refuse(program: &Program, message: &str) -> ExitCode {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{}: {message}", program.name);
    Exit::Configuration.into()
}

/// Prints the mistakes in the settings, as a list where a person is at the terminal.
fn refuse_settings(program: &Program, variables: &[Variable], mistakes: &Result<(), Mistakes>) -> ExitCode {
    let stderr = std::io::stderr();
    match mistakes {
        Ok(()) => refuse(program, NO_CLIENT),
        Err(mistakes) if stderr.is_terminal() => {
            console::show(&console::mistakes(program, variables, mistakes, Style::of(&stderr)));
            Exit::Configuration.into()
        }
        Err(mistakes) => refuse(program, &mistakes.to_string()),
    }
}

fn misconfigured(mistakes: Result<(), Mistakes>) -> Failure {
    let message =
        mistakes.map_or_else(|mistakes| mistakes.to_string(), |()| "a setting is missing".to_owned());
    Failure::new(Stage::Configure, Kind::Configuration, message).of_settings()
}
