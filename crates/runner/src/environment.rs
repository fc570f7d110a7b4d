//! The environment of a program: connections, stores, state, folders, and the signal that ends it.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fault::Retry;
use http_client::{Client, Options};
use logging::{Format, Identity};
use record::Timestamp;
use rustls::ClientConfig;
use secret::Redactor;
use settings::Source;
use state::State;

use crate::Program;
use crate::config::{self, Files, Logging, Shared};
use crate::interrupt::Interrupt;
use crate::terminal::Style;

/// The environment of a program, the same for jobs, devices and services. A [`Run`](crate::Run), a
/// [`Device`](crate::Device) and a [`Service`](crate::Service) dereference to it.
#[derive(Debug)]
pub struct Environment {
    pub(crate) identity: Identity,
    pub(crate) name: String,
    pub(crate) started: Timestamp,
    pub(crate) http: Client,
    pub(crate) tls: ClientConfig,
    pub(crate) retry: Retry,
    pub(crate) stores: sink_router::Config,
    pub(crate) state: State,
    pub(crate) spool_folder: PathBuf,
    pub(crate) interrupt: Interrupt,
    /// The form of text for a person, where one is at the terminal.
    pub(crate) console: Option<Style>,
    pub(crate) redactor: Redactor,
}

/// Retries, deadline and write permission of a program.
#[derive(Debug, Clone)]
pub(crate) struct RunPolicy {
    pub(crate) retry: Retry,
    pub(crate) deadline: Duration,
    /// Whether the program may write to its state.
    pub(crate) may_write: bool,
}

impl Environment {
    /// The name of the program, with that of the copy (`INSTANCE`) where there are several: `river-levels@north`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The HTTP client. The retries of a job share one budget. A program that runs until it is stopped repeats nothing
    /// by itself: the next reading does, or a request that brings its own [`Retry`].
    pub fn http(&self) -> &Client {
        &self.http
    }

    /// The TLS configuration of connections: public authorities and that of `CA_FILE`.
    pub fn tls(&self) -> &ClientConfig {
        &self.tls
    }

    /// The stores that are configured, for a program that reads the records of others.
    pub fn stores(&self) -> &sink_router::Config {
        &self.stores
    }

    /// Key-value state that lasts from one start of the program to the next.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Start time of the program.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// The folder for files that have to survive a restart (`SPOOL_DIR`).
    pub fn spool_folder(&self) -> &Path {
        &self.spool_folder
    }

    /// Scrubs text of every secret of the program.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Waits until the program has to end. Several places may wait for it.
    pub fn ended(&self) -> impl Future<Output = ()> + 'static {
        let interrupt = self.interrupt.clone();
        async move {
            interrupt.raised().await;
        }
    }

    /// Sets up the environment from the settings, and starts the log. Nothing is connected to yet.
    ///
    /// Mistakes go to `source`.
    pub(crate) fn new(
        program: &Program,
        shared: Shared,
        policy: RunPolicy,
        source: &mut Source,
        redactor: &Redactor,
    ) -> Option<Self> {
        let identity = Identity {
            program: program.name.to_owned(),
            instance: shared.instance?.instance.map(|instance| instance.0),
            version: program.version.to_owned(),
            run_id: logging::run_id(),
        };
        let format = start_logging(&shared.logging?, &identity, source, redactor);
        let files = shared.files?;
        let tls = tls_config(&files, source)?;
        let options = Options {
            timeout: shared.requests?.timeout,
            retry: policy.retry.clone(),
            redactor: redactor.clone(),
            ..Options::new(&identity.program, &identity.version, tls.clone())
        };
        let name = identity.name();
        // Wrong settings of stores end the program before anything is read or written.
        let no_stores = || config::or_defaults(&mut Source::of::<&str, &str>([]));
        Some(Self {
            http: Client::new(options).ok()?,
            state: state(shared.stores.as_ref(), &tls, &name, policy.may_write),
            stores: shared.stores.or_else(no_stores)?.named(&name),
            identity,
            name,
            started: Timestamp::now(),
            tls,
            retry: policy.retry,
            spool_folder: files.spool,
            interrupt: Interrupt::listen(policy.deadline),
            console: console(format),
            redactor: redactor.clone(),
        })
    }
}

impl AsRef<Self> for Environment {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// The console is there when standard error is a terminal and the log is text.
fn console(format: Format) -> Option<Style> {
    let stderr = std::io::stderr();
    let is_there = stderr.is_terminal() && matches!(format, Format::Text { .. });
    is_there.then(|| Style::of(&stderr))
}

fn start_logging(logging: &Logging, identity: &Identity, source: &mut Source, redactor: &Redactor) -> Format {
    let format = Format::for_stderr(logging.format.as_deref(), logging.no_color.is_some());
    let format = format.unwrap_or_else(|_| {
        source.mistake("LOG_FORMAT", "must be json or text");
        Format::Json
    });
    let install = |levels: &str| logging::install(identity.clone(), format, levels, redactor.clone());
    if let Err(error) = install(&logging.level) {
        source.mistake("LOG_LEVEL", &fault::chain(&error));
        // The mistake itself has to be logged. Were a log there already, it would do.
        let _ = install("info");
    }
    logging::install_panic_hook();
    format
}

fn tls_config(files: &Files, source: &mut Source) -> Option<ClientConfig> {
    let tls = tls::client_config(files.ca_file.as_deref()).or_else(|error| {
        source.mistake("CA_FILE", &format!("cannot be used: {}", fault::chain(&error)));
        tls::client_config(None)
    });
    tls.ok()
}

/// The state of a program. Without permission to write, it remembers nothing.
fn state(stores: Option<&sink_router::Config>, tls: &ClientConfig, program: &str, may_write: bool) -> State {
    if !may_write {
        return State::forgetful("nothing may be written");
    }
    let Some(stores) = stores else {
        return State::forgetful("the settings of the stores are wrong");
    };
    match stores.postgres() {
        Some(postgres) => State::postgres(postgres.clone(), tls.clone(), program),
        None => State::sqlite(&stores.sqlite.path, program),
    }
}
