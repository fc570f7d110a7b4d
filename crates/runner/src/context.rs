//! What a run needs around it: client, stores, state, channels, and what ends it.

use std::time::Duration;

use alert_slack::Slack;
use fault::Retry;
use http_client::{Client, Options};
use logging::{Format, Identity};
use record::Timestamp;
use rustls::ClientConfig;
use secret::Redactor;
use settings::Source;
use sink_router::Router;
use state::State;
use tokio::time::Instant;

use crate::alerting::Spare;
use crate::arguments::Mode;
use crate::config::{Common, Files, Limits, Logging, Reporting};
use crate::delivery::Delivery;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::spooling::Spooling;
use crate::{Program, Window};

/// What a run was asked to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    pub(crate) mode: Mode,
    pub(crate) window: Option<Window>,
}

/// What a run needs around it.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) identity: Identity,
    pub(crate) request: Request,
    pub(crate) started: Timestamp,
    pub(crate) clock: Instant,
    pub(crate) http: Client,
    pub(crate) retry: Retry,
    pub(crate) state: State,
    pub(crate) spare: Spare,
    pub(crate) delivery: Delivery,
    pub(crate) interrupt: Interrupt,
    pub(crate) slack: Option<Slack>,
    pub(crate) reporting: Reporting,
    pub(crate) redactor: Redactor,
    pub(crate) progress: Progress,
}

impl Context {
    /// Sets up everything from the common settings, and starts the log. Nothing is connected to yet.
    ///
    /// Mistakes go to `source`. What they concern is left out, so that the rest can still report them.
    pub(crate) fn new(
        program: &Program,
        request: Request,
        source: &mut Source,
        redactor: &Redactor,
    ) -> Option<Self> {
        let (started, clock) = (Timestamp::now(), Instant::now());
        let common = Common::read(source, program.name);
        let identity = Identity {
            program: program.name.to_owned(),
            version: program.version.to_owned(),
            run_id: logging::run_id(),
        };
        start_logging(&common.logging?, &identity, source, redactor);

        let (limits, files) = (common.limits?, common.files?);
        let tls = tls_config(&files, source)?;
        let retry = Retry::with_budget(limits.retry_budget);
        let http = Client::new(options(&identity, &limits, tls.clone(), &retry, redactor)).ok()?;
        let interrupt = Interrupt::listen(limits.deadline);
        let spooling = Spooling::at(files.spool.join(format!("{}.db", program.name)));
        let router =
            common.stores.as_ref().map(|stores| Router::new(stores, &http, &tls)).unwrap_or_default();
        let delivery = Delivery::new(router, spooling, retry.clone(), interrupt.clone());
        let state = state(common.stores.as_ref(), &tls, program.name, request.mode);
        let slack = common.slack.as_ref().map(|slack| Slack::new(slack, &http));
        Some(Self {
            identity,
            request,
            started,
            clock,
            http,
            retry,
            state,
            spare: Spare::beside_the_spool(&files.spool, program.name),
            delivery,
            interrupt,
            slack,
            reporting: common.reporting?,
            redactor: redactor.clone(),
            progress: Progress::default(),
        })
    }

    /// How long the run has taken so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }
}

fn start_logging(logging: &Logging, identity: &Identity, source: &mut Source, redactor: &Redactor) {
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
}

fn tls_config(files: &Files, source: &mut Source) -> Option<ClientConfig> {
    let tls = tls::client_config(files.ca_file.as_deref()).or_else(|error| {
        source.mistake("CA_FILE", &format!("cannot be used: {}", fault::chain(&error)));
        tls::client_config(None)
    });
    tls.ok()
}

fn options(
    identity: &Identity,
    limits: &Limits,
    tls: ClientConfig,
    retry: &Retry,
    redactor: &Redactor,
) -> Options {
    let options = Options::new(&identity.program, &identity.version, tls);
    Options { timeout: limits.http_timeout, retry: retry.clone(), redactor: redactor.clone(), ..options }
}

/// Where a run remembers things. One that may change nothing remembers nothing.
fn state(stores: Option<&sink_router::Config>, tls: &ClientConfig, program: &str, mode: Mode) -> State {
    if mode != Mode::Full {
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
