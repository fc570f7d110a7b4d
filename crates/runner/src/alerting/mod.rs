//! Tells people of failed runs and of values that are not as they should be.

mod deliver;
mod group;
mod kept;
mod memory;
mod observe;
mod outlet;
mod tell;
#[cfg(test)]
mod tests;

use std::cell::RefCell;

use alert_engine::{Alert, Links, Observation, Options, RunEnd, Thresholds};
use record::{Batch, Schema, Timestamp};
use secret::Redactor;
use settings::{Source, Variable};

use crate::{Finding, Stage};
pub(crate) use memory::{Memory, Spare};
use observe::Looking;
pub(crate) use outlet::{Outlet, OutletConfigs};
use tell::Telling;

/// What a run has seen, and the channels that hear of it.
#[derive(Debug)]
pub(crate) struct Alerting {
    options: Options,
    thresholds: Thresholds,
    outlets: Vec<Outlet>,
    seen: RefCell<Vec<Observation>>,
}

/// The run that tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Teller<'a> {
    pub(crate) program: &'a str,
    pub(crate) run: &'a str,
}

impl Alerting {
    /// Reads the thresholds on the fields of `records`. Mistakes go to `source`. `known` are all other variables.
    pub(crate) fn new(
        options: Options,
        outlets: Vec<Outlet>,
        records: &[&Schema],
        known: &[Variable],
        source: &mut Source,
    ) -> Self {
        let fields = observe::fields(records);
        let thresholds = Thresholds::read(source, &fields, known, options.concern.as_deref());
        Self { options, thresholds, outlets, seen: RefCell::default() }
    }

    /// The channels.
    pub(crate) fn outlets(&self) -> &[Outlet] {
        &self.outlets
    }

    /// Looks at records on their way to the stores.
    pub(crate) fn see(&self, batch: &Batch<'_>, teller: Teller<'_>) {
        let Teller { program, run } = teller;
        let looking = Looking { program, run, now: Timestamp::now(), links: self.links() };
        self.seen.borrow_mut().extend(observe::batch(&self.thresholds, batch, looking));
    }

    /// Takes what the program found out by itself.
    pub(crate) fn note(&self, finding: Finding, teller: Teller<'_>) {
        let mut observation = finding.observation(teller.program, teller.run, Timestamp::now());
        observation.concern = observation.concern.or_else(|| self.options.concern.clone());
        observation.link = self.links().of_a_run();
        self.seen.borrow_mut().push(observation);
    }

    /// Keeps and tells what the run has seen, and how it ended. Returns whether the state kept it.
    pub(crate) async fn tell(&self, memory: Memory<'_>, end: &RunEnd, redactor: &Redactor) -> bool {
        let stages = Stage::ALL.map(Stage::name);
        let mut seen = self.seen.take();
        seen.extend(self.options.run.observe(end, &stages, self.links()));
        for observation in &mut seen {
            scrub(observation, redactor);
        }
        // A run with wrong settings does not know which thresholds there are.
        let is_configured =
            end.failure.as_ref().is_none_or(|failure| failure.stage != Stage::Configure.name());
        let is_watched = |alert: &Alert| !is_configured || self.is_watched(alert);
        let telling = Telling {
            channels: &self.outlets,
            run: &end.run,
            reminder: self.options.reminder,
            seen,
            is_watched: &is_watched,
        };
        telling.tell(memory).await
    }

    /// Whether an alert may still be seen by a later run: one of a threshold only while that is set.
    fn is_watched(&self, alert: &Alert) -> bool {
        let labels = &alert.firing.labels;
        let is_threshold = labels.contains_key("field") && labels.contains_key("record");
        !is_threshold || self.thresholds.watch(labels)
    }

    fn links(&self) -> &Links {
        &self.options.links
    }
}

fn scrub(observation: &mut Observation, redactor: &Redactor) {
    let words = &mut observation.words;
    for text in [&mut words.firing, &mut words.over, &mut words.detail, &mut words.note] {
        *text = redactor.scrub(text).into_owned();
    }
}
