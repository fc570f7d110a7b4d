//! Tells people of failed runs and of values that are not as they should be.

mod deliver;
mod group;
mod kept;
mod memory;
mod novelty;
mod observe;
mod outlet;
mod tell;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use alert_engine::{Alert, Hold, Links, Observation, Options, RunEnd, RunRule, Thresholds};
use record::{Batch, Schema, Timestamp};
use secret::Redactor;
use settings::{Source, Variable};
use tokio::sync::Notify;

use crate::{Finding, Stage};
pub(crate) use memory::{Memory, Spare};
use novelty::Novelty;
use observe::Looking;
pub(crate) use outlet::{Outlet, OutletConfigs};
pub(crate) use tell::Heard;
use tell::Telling;

/// What a run has seen, and the channels that hear of it.
#[derive(Debug)]
pub(crate) struct Alerting {
    options: Options,
    thresholds: Thresholds,
    outlets: Vec<Outlet>,
    seen: RefCell<Vec<Observation>>,
    /// Of a program that runs on: what it has seen before.
    novelty: Option<RefCell<Novelty>>,
    /// Something was seen that people may have to know.
    news: Notify,
    last: Cell<Timestamp>,
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
        let (seen, novelty, news) = (RefCell::default(), None, Notify::new());
        Self { options, thresholds, outlets, seen, novelty, news, last: Cell::default() }
    }

    /// For a program that runs on: the same thing seen again is left out, as far as no alert depends on it.
    pub(crate) fn of_a_device(self) -> Self {
        Self { novelty: Some(RefCell::default()), ..self }
    }

    /// The channels.
    pub(crate) fn outlets(&self) -> &[Outlet] {
        &self.outlets
    }

    /// Looks at records on their way to the stores.
    pub(crate) fn see(&self, batch: &Batch<'_>, teller: Teller<'_>) {
        let Teller { program, run } = teller;
        let looking = Looking { program, run, now: Timestamp::now(), links: self.links() };
        self.add(observe::batch(&self.thresholds, batch, looking));
    }

    /// Takes what the program found out by itself.
    pub(crate) fn note(&self, finding: Finding, teller: Teller<'_>) {
        let mut observation = finding.observation(teller.program, teller.run, self.now());
        observation.concern = observation.concern.or_else(|| self.options.concern.clone());
        observation.link = self.links().of_a_run();
        self.add(vec![observation]);
    }

    /// Takes how a reading of a device ended. People hear of it when so many in a row have failed.
    pub(crate) fn see_reading(&self, end: RunEnd, failures_before_alert: u32) {
        let end = RunEnd { ended: self.now(), ..end };
        let hold = Hold::Readings(failures_before_alert.max(1));
        let rule = RunRule { hold, ..self.options.run.clone() };
        let mut seen = rule.observe(&end, &Stage::ALL.map(Stage::name), self.links());
        for observation in &mut seen {
            observation.words.counted = ["reading failed".to_owned(), "readings failed".to_owned()];
            observation.words.note = format!("run {}", end.run);
        }
        self.add(seen);
    }

    /// Waits until something was seen that people may have to know.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }

    /// Whether there is something to tell.
    pub(crate) fn has_news(&self) -> bool {
        !self.seen.borrow().is_empty()
    }

    /// Keeps and tells what the run has seen, and how it ended. Returns whether the state kept it.
    pub(crate) async fn tell(&self, memory: Memory<'_>, end: &RunEnd, redactor: &Redactor) -> Heard {
        self.add(self.options.run.observe(end, &Stage::ALL.map(Stage::name), self.links()));
        // A run with wrong settings does not know which thresholds there are.
        let is_configured =
            end.failure.as_ref().is_none_or(|failure| failure.stage != Stage::Configure.name());
        self.tell_seen(memory, &end.run, is_configured, redactor).await
    }

    /// Keeps and tells what the run has seen since it was told last.
    pub(crate) async fn tell_seen(
        &self,
        memory: Memory<'_>,
        run: &str,
        is_configured: bool,
        redactor: &Redactor,
    ) -> Heard {
        let mut seen = self.seen.take();
        for observation in &mut seen {
            scrub(observation, redactor);
        }
        let is_watched = |alert: &Alert| !is_configured || self.is_watched(alert);
        let telling = Telling {
            channels: &self.outlets,
            run,
            reminder: self.options.reminder,
            seen,
            is_watched: &is_watched,
        };
        telling.tell(memory).await
    }

    fn add(&self, mut seen: Vec<Observation>) {
        if let Some(novelty) = &self.novelty {
            let mut novelty = novelty.borrow_mut();
            seen.retain(|observation| novelty.is_news(observation));
        }
        if !seen.is_empty() {
            self.seen.borrow_mut().extend(seen);
            self.news.notify_one();
        }
    }

    /// The present, and never what it was before: an alert leaves out what is not later than what it knows, and the
    /// clock of the machine may be set back.
    fn now(&self) -> Timestamp {
        let after = self.last.get().checked_add(Duration::from_nanos(1)).unwrap_or(Timestamp::MAX);
        let now = Timestamp::now().max(after);
        self.last.set(now);
        now
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
