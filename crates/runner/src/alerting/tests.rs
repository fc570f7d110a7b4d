//! Alerts from run to run, in a state on the disk, with a channel that records its messages.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use alert_channel::{Channel, Route, SendError, Thread};
use alert_engine::{
    Alert, AlertText, Hold, Links, Notification, NotificationKind, Observation, RunEnd, RunFailure, RunRule,
    Severity, Verdict,
};
use fault::Kind;
use record::Timestamp;
use state::State;
use tokio::time::Instant;

use super::storage::{AlertStorage, FallbackState};
use super::update::{AlertUpdate, UnstoredAlerts};

mod memory;

/// A channel that records its messages.
struct Recorder {
    route: Route,
    refusal: Cell<Option<Kind>>,
    messages: RefCell<Vec<Message>>,
}

/// Time, titles, thread.
type Message = (Instant, Vec<String>, Option<String>);

impl Recorder {
    fn new(concern: Option<&str>) -> Self {
        let route = Route {
            service: "recorder",
            concern: concern.map(str::to_owned),
            at_least: Severity::Info,
            may_repeat: false,
        };
        Self { route, refusal: Cell::new(None), messages: RefCell::default() }
    }

    fn titles(&self) -> Vec<String> {
        self.messages.borrow().iter().flat_map(|(_, titles, _)| titles.clone()).collect()
    }
}

impl Channel for Recorder {
    fn route(&self) -> &Route {
        &self.route
    }

    async fn send(
        &self,
        group: &[Notification],
        thread: Option<&Thread>,
    ) -> Result<Option<Thread>, SendError> {
        if let Some(kind) = self.refusal.get() {
            let source = "it does not listen".into();
            return Err(SendError::NotSent { kind, retry_after: None, source });
        }
        let titles = group.iter().map(|notification| notification.title.clone()).collect();
        self.messages.borrow_mut().push((Instant::now(), titles, thread.map(|thread| thread.0.clone())));
        let first = group.first().filter(|notification| notification.kind == NotificationKind::Firing);
        Ok(first.map(|notification| Thread(format!("thread of {}", notification.key))))
    }

    async fn check(&self) -> Result<&'static str, SendError> {
        Ok("answers")
    }
}

async fn update(channels: &[Recorder], state: &State, run: &str, observations: Vec<Observation>) -> bool {
    let nowhere = tempfile::NamedTempFile::new().unwrap();
    update_with(channels, state, &fallback(nowhere.path()), run, observations).await
}

/// The same, with a fallback.
async fn update_with(
    channels: &[Recorder],
    state: &State,
    fallback: &FallbackState,
    run: &str,
    observations: Vec<Observation>,
) -> bool {
    update_in(channels, AlertStorage { state, fallback }, run, observations, &RefCell::default()).await
}

/// The same, with the alerts that could not be stored.
async fn update_in(
    channels: &[Recorder],
    storage: AlertStorage<'_>,
    run: &str,
    observations: Vec<Observation>,
    unstored: &UnstoredAlerts,
) -> bool {
    let is_covered = |alert: &Alert| !alert.firing.labels.contains_key("unset");
    let reminder = Some(Duration::from_hours(24));
    let update = AlertUpdate { channels, run, reminder, observations, is_covered: &is_covered, unstored };
    update.apply(storage).await.is_stored
}

fn run(failure: Option<&str>) -> Vec<Observation> {
    let rule = RunRule { hold: Hold::Readings(1), severity: Severity::Critical, concern: None };
    let now = Timestamp::now();
    let failure =
        failure.map(|stage| RunFailure { stage: stage.into(), error: "no answer".into(), exit: 75 });
    let end = RunEnd { program: "nws".into(), run: "r".into(), started: now, ended: now, failure };
    rule.observe(&end, &["extract", "load"], &Links::default())
}

fn reading(key: &str, verdict: Verdict, concern: Option<&str>) -> Observation {
    let text = AlertText {
        title: format!("{key} is high"),
        resolved_title: format!("{key} is fine"),
        detail: String::new(),
        condition: "high".into(),
        counted: ["reading".into(), "readings".into()],
        note: String::new(),
    };
    Observation {
        key: key.into(),
        at: Timestamp::now(),
        began: Timestamp::now(),
        verdict,
        hold: Hold::Readings(1),
        severity: Severity::Warning,
        concern: concern.map(str::to_owned),
        text,
        value: None,
        limit: None,
        unit: None,
        link: None,
        program: "air".into(),
        labels: BTreeMap::new(),
        occurrence: None,
    }
}

fn state(folder: &Path) -> State {
    State::sqlite(&folder.join("platform.db"), "nws")
}

fn fallback(folder: &Path) -> FallbackState {
    FallbackState::beside_the_spool(folder, "nws")
}

/// A state whose database is away.
fn away() -> State {
    State::forgetful("its settings are wrong")
}

#[tokio::test(start_paused = true)]
async fn a_message_that_a_channel_missed_is_sent_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let channels = [Recorder::new(None)];
    channels[0].refusal.set(Some(Kind::Temporary));
    assert!(update(&channels, &state(folder.path()), "a", run(Some("extract"))).await);
    assert_eq!(channels[0].titles(), [""; 0]);
    channels[0].refusal.set(None);
    assert!(update(&channels, &state(folder.path()), "b", run(Some("extract"))).await);
    assert!(update(&channels, &state(folder.path()), "c", run(Some("extract"))).await);
    assert_eq!(channels[0].titles(), ["nws failed at extract"]);
    assert!(update(&channels, &state(folder.path()), "d", run(None)).await);
    assert_eq!(channels[0].titles()[1..], ["nws works again after 0 s"]);
    let threads: Vec<_> = channels[0].messages.borrow().iter().map(|(_, _, thread)| thread.clone()).collect();
    assert_eq!(threads, [None, Some("thread of nws/run/extract".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn of_two_runs_at_once_one_sends() {
    let folder = tempfile::tempdir().unwrap();
    let channels = [Recorder::new(None)];
    let (one, two) = (state(folder.path()), state(folder.path()));
    tokio::join!(
        update(&channels, &one, "one", run(Some("load"))),
        update(&channels, &two, "two", run(Some("load")))
    );
    assert_eq!(channels[0].titles(), ["nws failed at load"]);
}

#[tokio::test(start_paused = true)]
async fn a_storm_is_one_message_and_messages_are_a_second_apart() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path());
    let channels = [Recorder::new(None)];
    let keys: Vec<_> = (0..50).map(|number| format!("air/{number}")).collect();
    let storm = |verdict| keys.iter().map(|key| reading(key, verdict, None)).collect();
    update(&channels, &state, "a", storm(Verdict::Bad)).await;
    update(&channels, &state, "b", vec![reading("air/alone", Verdict::Bad, None)]).await;
    let mut all: Vec<Observation> = storm(Verdict::Good);
    all.extend([reading("air/alone", Verdict::Good, None), reading("air/new", Verdict::Bad, None)]);
    update(&channels, &state, "c", all).await;
    let messages = channels[0].messages.borrow();
    assert_eq!(messages.iter().map(|(_, titles, _)| titles.len()).collect::<Vec<_>>(), [50, 1, 50, 1, 1]);
    let pauses = messages[2..].windows(2).map(|pair| pair[1].0 - pair[0].0);
    assert!(pauses.into_iter().all(|pause| pause >= Duration::from_secs(1)));
}

#[tokio::test(start_paused = true)]
async fn a_concern_goes_to_its_channel_and_the_rest_to_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let channels = [Recorder::new(None), Recorder::new(Some("climate"))];
    let seen = vec![
        reading("air/pm2", Verdict::Bad, Some("climate")),
        reading("air/door", Verdict::Bad, Some("device")),
        reading("air/co2", Verdict::Bad, None),
    ];
    update(&channels, &state(folder.path()), "a", seen).await;
    assert_eq!(channels[0].titles(), ["air/co2 is high", "air/door is high"]);
    assert_eq!(channels[1].titles(), ["air/pm2 is high"]);
}

#[tokio::test(start_paused = true)]
async fn an_alert_of_a_threshold_that_is_unset_is_resolved() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path());
    let channels = [Recorder::new(None)];
    let mut seen = reading("air/pm2", Verdict::Bad, None);
    seen.labels.insert("unset".into(), "soon".into());
    update(&channels, &state, "a", vec![seen]).await;
    update(&channels, &state, "b", Vec::new()).await;
    assert_eq!(channels[0].titles(), ["air/pm2 is high", "air/pm2 is high: no longer watched"]);
}

#[tokio::test(start_paused = true)]
async fn without_storage_each_run_sends_its_failures() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let state = State::sqlite(&folder.path().join("file/platform.db"), "nws");
    let channels = [Recorder::new(None)];
    for failure in [Some("load"), Some("load"), None] {
        assert!(!update(&channels, &state, "a", run(failure)).await);
    }
    assert_eq!(channels[0].titles(), ["nws failed at load", "nws failed at load"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_refused_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path());
    let channels = [Recorder::new(None)];
    channels[0].refusal.set(Some(Kind::Rejected));
    update(&channels, &state, "a", run(Some("load"))).await;
    channels[0].refusal.set(None);
    update(&channels, &state, "b", run(Some("load"))).await;
    assert_eq!(channels[0].titles(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn while_the_state_is_away_the_fallback_stores_alerts_and_hands_over() {
    let folder = tempfile::tempdir().unwrap();
    let (fallback, state, channels) = (fallback(folder.path()), state(folder.path()), [Recorder::new(None)]);
    for run_id in ["a", "b"] {
        assert!(!update_with(&channels, &away(), &fallback, run_id, run(Some("load"))).await);
    }
    assert_eq!(channels[0].titles(), ["nws failed at load"]);
    for run_id in ["c", "d"] {
        assert!(update_with(&channels, &state, &fallback, run_id, run(None)).await);
    }
    assert_eq!(channels[0].titles()[1..], ["nws works again after 0 s"]);
    let threads: Vec<_> = channels[0].messages.borrow().iter().map(|(_, _, thread)| thread.clone()).collect();
    assert_eq!(threads, [None, Some("thread of nws/run/load".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn an_end_sent_while_the_state_was_away_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let (fallback, state, channels) = (fallback(folder.path()), state(folder.path()), [Recorder::new(None)]);
    update_with(&channels, &state, &fallback, "a", run(Some("load"))).await;
    update_with(&channels, &away(), &fallback, "b", run(Some("load"))).await;
    update_with(&channels, &away(), &fallback, "c", run(None)).await;
    update_with(&channels, &state, &fallback, "d", run(None)).await;
    let failed = "nws failed at load";
    assert_eq!(channels[0].titles(), [failed, failed, "nws works again after 0 s"]);
}

#[tokio::test(start_paused = true)]
async fn of_two_runs_that_reach_the_state_again_one_takes_over_the_fallback() {
    let folder = tempfile::tempdir().unwrap();
    let channels = [Recorder::new(None)];
    update_with(&channels, &away(), &fallback(folder.path()), "a", run(Some("load"))).await;
    let states = [state(folder.path()), state(folder.path())];
    let fallbacks = [fallback(folder.path()), fallback(folder.path())];
    tokio::join!(
        update_with(&channels, &states[0], &fallbacks[0], "b", run(None)),
        update_with(&channels, &states[1], &fallbacks[1], "c", run(None))
    );
    assert_eq!(channels[0].titles(), ["nws failed at load", "nws works again after 0 s"]);
}
