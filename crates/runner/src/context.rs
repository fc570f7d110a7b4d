//! A run behind its handle: its environment, and the parts that only jobs and devices have.

use std::cell::RefCell;
use std::ops::Deref;
use std::time::Duration;

use fault::Retry;
use record::Record as _;
use secret::Redactor;
use settings::{Source, Variable};
use sink_router::{Store, StoreRouter};
use tokio::time::Instant;

use crate::alerting::{Alerting, FallbackState, Observer};
use crate::arguments::{Mode, RunRequest};
use crate::config::{Common, Reporting};
use crate::delivery::Delivery;
use crate::environment::{Environment, RunPolicy};
use crate::outbox::Outbox;
use crate::progress::Progress;
use crate::report::Report;
use crate::spooling::Spooling;
use crate::{Finding, Program, describe, spool_setup};

/// A run behind its handle: its environment, and the parts that only jobs and devices have.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) environment: Environment,
    pub(crate) request: RunRequest,
    pub(crate) clock: Instant,
    pub(crate) delivery: Delivery,
    pub(crate) alerting: Alerting,
    /// Storage of alerts while the state is unavailable.
    pub(crate) fallback: FallbackState,
    pub(crate) reporting: Reporting,
    /// The program as `--describe` shows it, with the settings in effect.
    pub(crate) description: String,
    pub(crate) progress: Progress,
    /// Text that a person at the terminal sees at the end.
    pub(crate) note: RefCell<String>,
}

impl Context {
    /// Sets up everything from the common settings, and starts the log. Nothing is connected to yet.
    ///
    /// Mistakes go to `source`. Blocks that hold one are left out, so that the rest can still report it.
    pub(crate) fn new(
        program: &Program,
        variables: &[Variable],
        request: RunRequest,
        source: &mut Source,
        redactor: &Redactor,
    ) -> Option<Self> {
        let clock = Instant::now();
        let common = Common::read(source);
        let run = common.limits?;
        let is_endless = request.is_endless;
        let policy = RunPolicy {
            // A program that runs on has the next reading for its retry, and no deadline.
            retry: if is_endless { Retry::never() } else { Retry::with_budget(run.retry_budget) },
            deadline: if is_endless { Duration::MAX } else { run.deadline },
            may_write: request.mode == Mode::Full,
        };
        let has_stores = common.shared.stores.is_some();
        let environment = Environment::new(program, common.shared, policy, source, redactor)?;
        let Environment { name, http, tls, stores, retry, spool_folder, interrupt, .. } = &environment;
        // With wrong settings, nothing may be stored in the default place.
        let router = if has_stores { StoreRouter::new(stores, http, tls) } else { StoreRouter::default() };
        let spooling = Spooling::new(spool_setup::backend(program, &environment, common.spool?.0, source));
        let delivery = Delivery::new(Outbox::new(router, spooling), retry.clone(), interrupt.clone());
        let channels = common.channels.channels(http);
        let alerting = Alerting::new(common.alerts?, channels, &program.records, variables, source);
        let alerting = if is_endless { alerting.for_device() } else { alerting };
        Some(Self {
            fallback: FallbackState::beside_the_spool(spool_folder, name),
            description: describe::in_effect(program, variables, source),
            environment,
            request,
            clock,
            delivery,
            alerting,
            reporting: common.reporting?,
            progress: Progress::default(),
            note: RefCell::default(),
        })
    }

    /// The program and run, for observations.
    pub(crate) fn observer(&self) -> Observer<'_> {
        Observer { program: &self.name, run: &self.identity.run_id }
    }

    /// Whether alerts and the program's description are worth keeping: a channel is configured, or the records are
    /// where the state is, and a page shows both. A file for the state alone would be a surprise.
    pub(crate) fn remembers(&self) -> bool {
        let is_beside = |store: &Store| matches!(store, Store::Sqlite(_) | Store::Postgres(_));
        let mut stores = self.delivery.outbox.router.stores_for(Report::schema());
        !self.alerting.channels().is_empty() || self.stores.postgres().is_some() || stores.any(is_beside)
    }

    /// Notes a finding of the program.
    pub(crate) fn note(&self, finding: Finding) {
        self.alerting.observe_finding(finding, self.observer());
    }

    /// Time since the start of the run.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }
}

impl Deref for Context {
    type Target = Environment;

    fn deref(&self) -> &Environment {
        &self.environment
    }
}

impl AsRef<Environment> for Context {
    fn as_ref(&self) -> &Environment {
        &self.environment
    }
}
