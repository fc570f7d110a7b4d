//! The entry of every program: parses the call, checks that the program can do it, and answers or runs.

use std::io::Write as _;
use std::process::ExitCode;

use record::Timestamp;
use settings::Variable;

use crate::arguments::{Call, Mode, RunRequest};
use crate::program::ProgramKind;
use crate::start::refuse;
use crate::terminal::Style;
use crate::{Exit, Program, describe, help, replay, test_alert};

/// Answers a call from the declaration of the program, or runs it on this thread.
pub(crate) fn enter<F: Future<Output = ExitCode>>(
    program: &Program,
    variables: &[Variable],
    run: impl FnOnce(RunRequest) -> F,
) -> ExitCode {
    let call = Call::parse(std::env::args().skip(1), Timestamp::now());
    match call.and_then(|call| fitting(program, call)) {
        Ok(Call::Describe) => print(&describe::json(program, variables)),
        Ok(Call::Help(topic)) => {
            match help::text(program, variables, &topic, Style::of(&std::io::stdout())) {
                Ok(text) => print(&text),
                Err(message) => refuse(program, &message),
            }
        }
        Ok(Call::Replay(replay)) => block_on(program, replay::run(program, variables, replay)),
        Ok(Call::TestAlert) => block_on(program, test_alert::run(program, variables)),
        Ok(Call::Version) => print(&format!("{} {}", program.name, program.version)),
        Ok(Call::Run(request)) => block_on(program, run(request)),
        Err(message) => refuse(program, &message),
    }
}

/// The call, if a program of this kind can do it.
fn fitting(program: &Program, call: Call) -> Result<Call, String> {
    let kind = program.kind;
    if call == Call::TestAlert && kind == ProgramKind::Service {
        return Err("--test-alert is for jobs and devices; see --help".to_owned());
    }
    let Call::Run(request) = call else { return Ok(call) };
    if request.mode == Mode::DryRun && kind == ProgramKind::Service {
        return Err("--dry-run is for jobs; see --help".to_owned());
    }
    if request.window.is_some() && kind != ProgramKind::Job {
        return Err("--since is for jobs; see --help".to_owned());
    }
    if request.is_once && kind != ProgramKind::Device {
        return Err("--once is for devices; see --help".to_owned());
    }
    let takes = program.check.map_or(0, |check| check.names.len());
    if !request.operands.is_empty() && request.operands.len() != takes {
        return Err(match program.check {
            Some(check) => format!("--check takes {} or nothing; see --help", check.names.join(" ")),
            None => "--check takes nothing more; see --help".to_owned(),
        });
    }
    let is_endless = match kind {
        ProgramKind::Job => false,
        ProgramKind::Device => !request.is_once && request.mode != Mode::Check,
        ProgramKind::Service => request.mode != Mode::Check,
    };
    Ok(Call::Run(RunRequest { is_endless, ..request }))
}

fn block_on(program: &Program, run: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run),
        Err(error) => refuse(program, &fault::chain(&error)),
    }
}

fn print(text: &str) -> ExitCode {
    match writeln!(std::io::stdout(), "{}", text.trim_end()) {
        Ok(()) => Exit::Done.into(),
        Err(_) => Exit::Temporary.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(kind: ProgramKind, arguments: &[&str]) -> Result<bool, String> {
        let program = Program::new("p", "0", "A program.").of_kind(kind);
        let call = Call::parse(arguments.iter().map(ToString::to_string), Timestamp::UNIX_EPOCH)?;
        match fitting(&program, call)? {
            Call::Run(request) => Ok(request.is_endless),
            _ => Ok(false),
        }
    }

    #[test]
    fn jobs_end_and_devices_and_services_run_on_unless_they_are_asked_for_less() {
        assert_eq!(fits(ProgramKind::Job, &[]), Ok(false));
        assert_eq!(fits(ProgramKind::Device, &[]), Ok(true));
        assert_eq!(fits(ProgramKind::Device, &["--dry-run"]), Ok(true));
        assert_eq!(fits(ProgramKind::Device, &["--once"]), Ok(false));
        assert_eq!(fits(ProgramKind::Service, &[]), Ok(true));
        for kind in [ProgramKind::Job, ProgramKind::Device, ProgramKind::Service] {
            assert_eq!(fits(kind, &["--check"]), Ok(false));
        }
    }

    #[test]
    fn a_flag_of_another_kind_of_program_is_refused() {
        let since = ["--since", "1969-12-01"];
        assert_eq!(fits(ProgramKind::Job, &since), Ok(false));
        for kind in [ProgramKind::Device, ProgramKind::Service] {
            assert_eq!(fits(kind, &since).unwrap_err(), "--since is for jobs; see --help");
        }
        let refusal = fits(ProgramKind::Service, &["--test-alert"]).unwrap_err();
        assert_eq!(refusal, "--test-alert is for jobs and devices; see --help");
        for kind in [ProgramKind::Job, ProgramKind::Service] {
            assert_eq!(fits(kind, &["--once"]).unwrap_err(), "--once is for devices; see --help");
        }
        assert_eq!(
            fits(ProgramKind::Service, &["--dry-run"]).unwrap_err(),
            "--dry-run is for jobs; see --help"
        );
        assert_eq!(
            fits(ProgramKind::Job, &["--check", "a"]).unwrap_err(),
            "--check takes nothing more; see --help"
        );
    }
}
