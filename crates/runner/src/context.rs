//! What a run needs around it: client, stores, state, channels, and what ends it.

use std::path::PathBuf;
use std::time::Duration;

use fault::Retry;
use http_client::{Client, Options};
use logging::{Format, Identity};
use record::{Record as _, Timestamp};
use rustls::ClientConfig;
use secret::Redactor;
use settings::{Source, Variable};
use sink_router::{Router, Store};
use state::State;
use tokio::time::Instant;

use crate::alerting::{Alerting, Spare, Teller};
use crate::arguments::{Mode, Request};
use crate::config::{self, Common, Files, Limits, Logging, Reporting};
use crate::delivery::Delivery;
use crate::interrupt::Interrupt;
use crate::outbox::Outbox;
use crate::progress::Progress;
use crate::report::Report;
use crate::spooling::Spooling;
use crate::{Finding, Program, describe};

/// What a run needs around it.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) identity: Identity,
    pub(crate) request: Request,
    pub(crate) started: Timestamp,
    pub(crate) clock: Instant,
    pub(crate) http: Client,
    pub(crate) tls: ClientConfig,
    pub(crate) stores: sink_router::Config,
    pub(crate) retry: Retry,
    pub(crate) state: State,
    pub(crate) spool_folder: PathBuf,
    pub(crate) spare: Spare,
    pub(crate) delivery: Delivery,
    pub(crate) interrupt: Interrupt,
    pub(crate) alerting: Alerting,
    /// What the program says of itself, with the settings in effect.
    pub(crate) description: String,
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
        variables: &[Variable],
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
        // What runs on has the next reading for its retry, and no deadline.
        let is_endless = request.is_endless;
        let retry = if is_endless { Retry::never() } else { Retry::with_budget(limits.retry_budget) };
        let http = Client::new(options(&identity, &limits, tls.clone(), &retry, redactor)).ok()?;
        let interrupt = Interrupt::listen(if is_endless { Duration::MAX } else { limits.deadline });
        let spooling = Spooling::at(files.spool.join(format!("{}.db", program.name)), common.spool?.0);
        let router =
            common.stores.as_ref().map(|stores| Router::new(stores, &http, &tls)).unwrap_or_default();
        let delivery = Delivery::new(Outbox::new(router, spooling), retry.clone(), interrupt.clone());
        let state = state(common.stores.as_ref(), &tls, program.name, request.mode);
        let alerting =
            Alerting::new(common.alerts?, common.outlets.outlets(&http), &program.records, variables, source);
        let alerting = if is_endless { alerting.of_a_device() } else { alerting };
        let description = describe::in_effect(program, variables, source);
        Some(Self {
            identity,
            request,
            started,
            clock,
            http,
            tls,
            // Where they are wrong, nothing is read or written before that is told.
            stores: common.stores.or_else(|| config::or_defaults(&mut Source::of::<&str, &str>([])))?,
            retry,
            state,
            spool_folder: files.spool.clone(),
            spare: Spare::beside_the_spool(&files.spool, program.name),
            delivery,
            interrupt,
            alerting,
            description,
            reporting: common.reporting?,
            redactor: redactor.clone(),
            progress: Progress::default(),
        })
    }

    /// The run, as alerts name it.
    pub(crate) fn teller(&self) -> Teller<'_> {
        Teller { program: &self.identity.program, run: &self.identity.run_id }
    }

    /// Whether alerts and the program's description are worth keeping: somebody is told, or the records are where the
    /// state is, and a page shows both. A file for the state alone would be a surprise.
    pub(crate) fn remembers(&self) -> bool {
        let is_beside = |store: &Store| matches!(store, Store::Sqlite(_) | Store::Postgres(_));
        let mut stores = self.delivery.outbox.router.stores_for(Report::schema());
        !self.alerting.outlets().is_empty() || self.stores.postgres().is_some() || stores.any(is_beside)
    }

    /// Takes what the program found out by itself.
    pub(crate) fn note(&self, finding: Finding) {
        self.alerting.note(finding, self.teller());
    }

    /// How long the run has taken so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }
}

pub(crate) fn start_logging(
    logging: &Logging,
    identity: &Identity,
    source: &mut Source,
    redactor: &Redactor,
) {
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

pub(crate) fn tls_config(files: &Files, source: &mut Source) -> Option<ClientConfig> {
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
pub(crate) fn state(
    stores: Option<&sink_router::Config>,
    tls: &ClientConfig,
    program: &str,
    mode: Mode,
) -> State {
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
