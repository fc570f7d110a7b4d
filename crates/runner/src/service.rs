//! A service: a program that answers requests until it is stopped.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use fault::{Fault, Retry};
use http_client::{Client, Options};
use logging::Identity;
use record::Timestamp;
use rustls::ClientConfig;
use secret::Redactor;
use settings::{Settings, Source, Variable};
use state::State;

use crate::arguments::{Call, Mode, Request};
use crate::config::{self, Files, Logging};
use crate::interrupt::{Interrupt, Reason};
use crate::{Exit, Failure, Program, Stage, context, describe, job, start};

/// How long a service that was told to end may take to do so, after what it serves has ended or should have.
const GRACE: Duration = Duration::from_secs(8);

/// A program that answers requests until it is stopped.
///
/// It has no stages and no run report: what it does is what it is asked for.
#[derive(Debug)]
pub struct Service<C> {
    /// The program's own settings.
    pub config: C,
    surroundings: Surroundings,
}

/// What a service needs around it.
#[derive(Debug)]
struct Surroundings {
    http: Client,
    tls: ClientConfig,
    stores: sink_router::Config,
    state: State,
    files: Files,
    interrupt: Interrupt,
    redactor: Redactor,
}

/// How long things may take.
#[derive(Debug, Clone, Settings)]
struct Limits {
    /// How long one HTTP request to another service may take, reply included.
    #[setting(name = "HTTP_TIMEOUT_SECONDS", default = "20")]
    http_timeout: Duration,
}

/// Runs a program until SIGTERM or SIGINT, as its arguments and its environment say, and returns what it ends with.
///
/// `serve` is its work, and ends soon after [`Service::ended`] does. `C` are its own settings.
pub fn service<C: Settings>(
    program: Program,
    serve: impl AsyncFnOnce(&Service<C>) -> Result<(), Failure>,
) -> ExitCode {
    let program = program.of_kind("service");
    match Call::parse(std::env::args().skip(1), Timestamp::now()) {
        Ok(Call::Describe) => job::print(&describe::json(&program, &variables::<C>())),
        Ok(Call::Help) => job::print(&describe::help(&program, &variables::<C>())),
        Ok(Call::Version) => job::print(&format!("{} {}", program.name, program.version)),
        Ok(Call::Run(Request { mode: Mode::DryRun, .. })) => {
            job::refuse(&program, "--dry-run is for jobs; see --help")
        }
        Ok(Call::Run(Request { window: Some(_), .. })) => {
            job::refuse(&program, "--since is for jobs; see --help")
        }
        Ok(Call::Run(Request { is_once: true, .. })) => {
            job::refuse(&program, "--once is for devices; see --help")
        }
        Ok(Call::Run(Request { operands, .. })) if !operands.is_empty() => {
            job::refuse(&program, job::NO_OPERANDS)
        }
        Ok(Call::Run(Request { mode, .. })) => job::block_on(&program, run(&program, mode, serve)),
        Err(message) => job::refuse(&program, &message),
    }
}

impl<C> Service<C> {
    /// The HTTP client of the program. It repeats nothing by itself, since a retry budget is for a run that ends: a
    /// request that may be repeated brings its own [`Retry`].
    pub fn http(&self) -> &Client {
        &self.surroundings.http
    }

    /// Whom connections of the program trust.
    pub fn tls(&self) -> &ClientConfig {
        &self.surroundings.tls
    }

    /// The stores that are configured.
    pub fn stores(&self) -> &sink_router::Config {
        &self.surroundings.stores
    }

    /// What the program remembers from one start to the next.
    pub fn state(&self) -> &State {
        &self.surroundings.state
    }

    /// The folder for what has to survive a restart (`SPOOL_DIR`).
    pub fn spool_folder(&self) -> &Path {
        &self.surroundings.files.spool
    }

    /// Scrubs text of every secret of the program.
    pub fn redactor(&self) -> &Redactor {
        &self.surroundings.redactor
    }

    /// Waits until the program has to end. It can be waited for in several places.
    pub fn ended(&self) -> impl Future<Output = ()> + 'static {
        let interrupt = self.surroundings.interrupt.clone();
        async move {
            interrupt.raised().await;
        }
    }

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
            reason = self.surroundings.interrupt.raised() => Err(Failure::ended(Stage::Configure, reason)),
            taken = step => taken.map_err(|error| Failure::of(Stage::Configure, &error)),
        }
    }
}

async fn run<C: Settings>(
    program: &Program,
    mode: Mode,
    serve: impl AsyncFnOnce(&Service<C>) -> Result<(), Failure>,
) -> ExitCode {
    let redactor = Redactor::default();
    let mut source = Source::from_environment(redactor.clone());
    let config = C::read(&mut source);
    let surroundings = Surroundings::new(program, &mut source, &redactor);
    let result = match (config, surroundings, source.finish()) {
        (Some(config), Some(surroundings), Ok(())) if mode == Mode::Check => {
            return check(&Service { config, surroundings }).await.into();
        }
        (Some(config), Some(surroundings), Ok(())) => work(&Service { config, surroundings }, serve).await,
        (_, _, mistakes) => Err(start::misconfigured(mistakes)),
    };
    report(&redactor, &result).into()
}

async fn work<C>(
    service: &Service<C>,
    serve: impl AsyncFnOnce(&Service<C>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    tracing::info!("started");
    let overdue = async {
        let reason: Reason = service.surroundings.interrupt.raised().await;
        tokio::time::sleep(GRACE).await;
        Failure::ended(Stage::Configure, reason)
    };
    tokio::select! {
        result = serve(service) => match result {
            // To be told to end while starting is no failure.
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
    // Nobody is left to tell when standard output is closed.
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

impl Surroundings {
    /// Sets up everything from the settings, and starts the log. Nothing is connected to yet.
    fn new(program: &Program, source: &mut Source, redactor: &Redactor) -> Option<Self> {
        let stores = sink_router::Config::read(source).map(|stores| stores.named(program.name));
        let limits: Option<Limits> = config::or_defaults(source);
        let files: Option<Files> = config::or_defaults(source);
        let logging: Option<Logging> = config::or_defaults(source);
        let identity = Identity {
            program: program.name.to_owned(),
            version: program.version.to_owned(),
            run_id: logging::run_id(),
        };
        context::start_logging(&logging?, &identity, source, redactor);
        let (files, stores) = (files?, stores?);
        let tls = context::tls_config(&files, source)?;
        let options = Options {
            timeout: limits?.http_timeout,
            retry: Retry::never(),
            redactor: redactor.clone(),
            ..Options::new(&identity.program, &identity.version, tls.clone())
        };
        Some(Self {
            http: Client::new(options).ok()?,
            state: context::state(Some(&stores), &tls, program.name, Mode::Full),
            tls,
            stores,
            files,
            interrupt: Interrupt::listen(Duration::MAX),
            redactor: redactor.clone(),
        })
    }
}

fn variables<C: Settings>() -> Vec<Variable> {
    let own = [C::variables(), sink_router::Config::variables(), Limits::variables()].concat();
    [own, Files::variables(), Logging::variables(), vec![config::config_file()]].concat()
}
