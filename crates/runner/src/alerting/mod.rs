//! Alerts of a run: its observations, the stored alerts, the channels.

mod change_filter;
mod channels;
mod deliver;
mod group;
mod observe;
mod saved_alerts;
mod storage;
#[cfg(test)]
mod tests;
mod update;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use alert_engine::{Alert, Hold, Links, Observation, Options, RunEnd, RunRule, Thresholds};
use record::{Batch, Schema, Timestamp};
use secret::Redactor;
use settings::{Source, Variable};
use tokio::sync::Notify;

use crate::{Finding, Program, Stage};
use change_filter::ChangeFilter;
pub(crate) use channels::{AnyChannel, ChannelConfigs};
use observe::BatchOrigin;
pub(crate) use storage::{AlertStorage, FallbackState};
pub(crate) use update::UpdateOutcome;
use update::{AlertUpdate, UnstoredAlerts};

/// Reads the thresholds of a program, to know their names and mistakes.
pub(crate) fn read_thresholds(program: &Program, known: &[Variable], source: &mut Source) {
    let _ = Thresholds::read(source, &observe::fields(&program.records), known, None);
}

/// The observations of a run, and the channels that get its alerts.
#[derive(Debug)]
pub(crate) struct Alerting {
    options: Options,
    thresholds: Thresholds,
    channels: Vec<AnyChannel>,
    observations: RefCell<Vec<Observation>>,
    /// Filter of a program that runs on, which observes the same again and again.
    filter: Option<RefCell<ChangeFilter>>,
    /// Wakes tasks that wait for observations.
    changed: Notify,
    last: Cell<Timestamp>,
    unstored: UnstoredAlerts,
}

/// The program and run that make observations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observer<'a> {
    pub(crate) program: &'a str,
    pub(crate) run: &'a str,
}

impl Alerting {
    /// Reads the thresholds on the fields of `records`. Mistakes go to `source`. `known` are all other variables.
    pub(crate) fn new(
        options: Options,
        channels: Vec<AnyChannel>,
        records: &[&Schema],
        known: &[Variable],
        source: &mut Source,
    ) -> Self {
        let fields = observe::fields(records);
        let thresholds = Thresholds::read(source, &fields, known, options.concern.as_deref());
        let (observations, filter, changed) = (RefCell::default(), None, Notify::new());
        let (last, unstored) = (Cell::default(), RefCell::default());
        Self { options, thresholds, channels, observations, filter, changed, last, unstored }
    }

    /// Alerting of a program that runs on: repeated observations that change no alert are left out.
    pub(crate) fn for_device(self) -> Self {
        Self { filter: Some(RefCell::default()), ..self }
    }

    /// The channels.
    pub(crate) fn channels(&self) -> &[AnyChannel] {
        &self.channels
    }

    /// Observes records on their way to the stores.
    pub(crate) fn observe_batch(&self, batch: &Batch<'_>, observer: Observer<'_>) {
        let Observer { program, run } = observer;
        let origin = BatchOrigin { program, run, now: Timestamp::now(), links: self.links() };
        self.add(observe::batch(&self.thresholds, batch, origin));
    }

    /// Takes a finding of the program itself.
    pub(crate) fn observe_finding(&self, finding: Finding, observer: Observer<'_>) {
        let mut observation = finding.observation(observer.program, observer.run, self.now());
        observation.concern = observation.concern.or_else(|| self.options.concern.clone());
        observation.link = self.links().of_a_run();
        self.add(vec![observation]);
    }

    /// Takes the end of a device's reading, of one of several sensors where it has a name. The alert fires after
    /// `failures_before_alert` failures in a row.
    pub(crate) fn observe_reading(&self, end: RunEnd, sensor: Option<&str>, failures_before_alert: u32) {
        let end = RunEnd { ended: self.now(), ..end };
        let hold = Hold::Readings(failures_before_alert.max(1));
        let rule = RunRule { hold, ..self.options.run.clone() };
        let mut observations = rule.observe(&end, &Stage::ALL.map(Stage::name), self.links());
        for observation in &mut observations {
            observation.text.counted = ["reading failed".to_owned(), "readings failed".to_owned()];
            observation.text.note = format!("run {}", end.run);
            if let Some(sensor) = sensor {
                name(observation, sensor);
            }
        }
        self.add(observations);
    }

    /// Waits for new observations.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Whether there are observations that no update has taken yet.
    pub(crate) fn has_observations(&self) -> bool {
        !self.observations.borrow().is_empty()
    }

    /// Updates the alerts at the end of a run: with its observations, and with its result.
    pub(crate) async fn update_at_end(
        &self,
        storage: AlertStorage<'_>,
        end: &RunEnd,
        redactor: &Redactor,
    ) -> UpdateOutcome {
        self.add(self.options.run.observe(end, &Stage::ALL.map(Stage::name), self.links()));
        // A run with wrong settings does not know which thresholds there are.
        let is_configured =
            end.failure.as_ref().is_none_or(|failure| failure.stage != Stage::Configure.name());
        self.update(storage, &end.run, is_configured, redactor).await
    }

    /// Updates the alerts with the observations since the last update.
    pub(crate) async fn update(
        &self,
        storage: AlertStorage<'_>,
        run: &str,
        is_configured: bool,
        redactor: &Redactor,
    ) -> UpdateOutcome {
        let mut observations = self.observations.take();
        for observation in &mut observations {
            scrub(observation, redactor);
        }
        let is_covered = |alert: &Alert| !is_configured || self.covers(alert);
        let update = AlertUpdate {
            channels: &self.channels,
            run,
            reminder: self.options.reminder,
            observations,
            is_covered: &is_covered,
            unstored: &self.unstored,
        };
        update.apply(storage).await
    }

    fn add(&self, mut observations: Vec<Observation>) {
        if let Some(filter) = &self.filter {
            let mut filter = filter.borrow_mut();
            observations.retain(|observation| filter.passes(observation));
        }
        if !observations.is_empty() {
            self.observations.borrow_mut().extend(observations);
            self.changed.notify_one();
        }
    }

    /// The current time, later than at every earlier call: an alert ignores an observation that is not later than its
    /// last one, and the clock of the machine may be set back.
    fn now(&self) -> Timestamp {
        let after = self.last.get().checked_add(Duration::from_nanos(1)).unwrap_or(Timestamp::MAX);
        let now = Timestamp::now().max(after);
        self.last.set(now);
        now
    }

    /// Whether a rule still covers an alert: one of a threshold only while that is set.
    fn covers(&self, alert: &Alert) -> bool {
        let labels = &alert.firing.labels;
        let is_threshold = labels.contains_key("field") && labels.contains_key("record");
        !is_threshold || self.thresholds.cover(labels)
    }

    fn links(&self) -> &Links {
        &self.options.links
    }
}

/// Sets an observation of one of several sensors apart.
fn name(observation: &mut Observation, sensor: &str) {
    observation.key = format!("{}/sensor={sensor}", observation.key);
    observation.labels.insert("sensor".to_owned(), sensor.to_owned());
    for text in [&mut observation.text.title, &mut observation.text.resolved_title] {
        *text = format!("{text} ({sensor})");
    }
}

fn scrub(observation: &mut Observation, redactor: &Redactor) {
    let text = &mut observation.text;
    for part in [&mut text.title, &mut text.resolved_title, &mut text.detail, &mut text.note] {
        *part = redactor.scrub(part).into_owned();
    }
}
