//! Alerts from run to run, in a state on the disk, on a channel that does as it is told.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use alert_channel::{Channel, Route, SendError, Thread};
use alert_engine::{
    Alert, Event, Hold, Links, Notification, Observation, RunEnd, RunFailure, RunRule, Severity, Verdict,
    Words,
};
use fault::Kind;
use record::Timestamp;
use state::State;
use tokio::time::Instant;

use super::memory::{Memory, Spare};
use super::tell::Telling;

/// A channel that keeps what it is told.
struct Recorder {
    route: Route,
    refusal: Cell<Option<Kind>>,
    heard: RefCell<Vec<Heard>>,
}

/// When, which titles, in which thread.
type Heard = (Instant, Vec<String>, Option<String>);

impl Recorder {
    fn new(concern: Option<&str>) -> Self {
        let route = Route {
            service: "recorder",
            concern: concern.map(str::to_owned),
            at_least: Severity::Info,
            may_repeat: false,
        };
        Self { route, refusal: Cell::new(None), heard: RefCell::default() }
    }

    fn titles(&self) -> Vec<String> {
        self.heard.borrow().iter().flat_map(|(_, titles, _)| titles.clone()).collect()
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
            return Err(SendError::NotTaken { kind, retry_after: None, source });
        }
        let titles = group.iter().map(|said| said.title.clone()).collect();
        self.heard.borrow_mut().push((Instant::now(), titles, thread.map(|thread| thread.0.clone())));
        let first = group.first().filter(|said| said.event == Event::Firing);
        Ok(first.map(|said| Thread(format!("thread of {}", said.key))))
    }

    async fn check(&self) -> Result<(), SendError> {
        Ok(())
    }
}

async fn tell(channels: &[Recorder], state: &State, run: &str, seen: Vec<Observation>) -> bool {
    let nowhere = tempfile::NamedTempFile::new().unwrap();
    tell_with(channels, state, &spare(nowhere.path()), run, seen).await
}

/// The same, with a spare.
async fn tell_with(
    channels: &[Recorder],
    state: &State,
    spare: &Spare,
    run: &str,
    seen: Vec<Observation>,
) -> bool {
    let telling = Telling {
        channels,
        run,
        reminder: Some(Duration::from_hours(24)),
        seen,
        is_watched: &|alert: &Alert| !alert.firing.labels.contains_key("unset"),
    };
    telling.tell(Memory { state, spare }).await.is_kept
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
    let words = Words {
        firing: format!("{key} is high"),
        over: format!("{key} is fine"),
        detail: String::new(),
        doing: "high".into(),
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
        words,
        value: None,
        limit: None,
        unit: None,
        link: None,
        program: "air".into(),
        labels: BTreeMap::new(),
    }
}

fn state(folder: &Path) -> State {
    State::sqlite(&folder.join("platform.db"), "nws")
}

fn spare(folder: &Path) -> Spare {
    Spare::beside_the_spool(folder, "nws")
}

/// A state whose database is away.
fn away() -> State {
    State::forgetful("its settings are wrong")
}

#[tokio::test(start_paused = true)]
async fn what_a_channel_missed_is_told_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let channels = [Recorder::new(None)];
    channels[0].refusal.set(Some(Kind::Temporary));
    assert!(tell(&channels, &state(folder.path()), "a", run(Some("extract"))).await);
    assert_eq!(channels[0].titles(), [""; 0]);
    channels[0].refusal.set(None);
    assert!(tell(&channels, &state(folder.path()), "b", run(Some("extract"))).await);
    assert!(tell(&channels, &state(folder.path()), "c", run(Some("extract"))).await);
    assert_eq!(channels[0].titles(), ["nws failed at extract"]);
    assert!(tell(&channels, &state(folder.path()), "d", run(None)).await);
    assert_eq!(channels[0].titles()[1..], ["nws works again after 0 s"]);
    let threads: Vec<_> = channels[0].heard.borrow().iter().map(|(_, _, thread)| thread.clone()).collect();
    assert_eq!(threads, [None, Some("thread of nws/run/extract".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn of_two_runs_at_once_one_tells() {
    let folder = tempfile::tempdir().unwrap();
    let channels = [Recorder::new(None)];
    let (one, two) = (state(folder.path()), state(folder.path()));
    tokio::join!(
        tell(&channels, &one, "one", run(Some("load"))),
        tell(&channels, &two, "two", run(Some("load")))
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
    tell(&channels, &state, "a", storm(Verdict::Bad)).await;
    tell(&channels, &state, "b", vec![reading("air/alone", Verdict::Bad, None)]).await;
    let mut all: Vec<Observation> = storm(Verdict::Good);
    all.extend([reading("air/alone", Verdict::Good, None), reading("air/new", Verdict::Bad, None)]);
    tell(&channels, &state, "c", all).await;
    let heard = channels[0].heard.borrow();
    assert_eq!(heard.iter().map(|(_, titles, _)| titles.len()).collect::<Vec<_>>(), [50, 1, 50, 1, 1]);
    let pauses = heard[2..].windows(2).map(|pair| pair[1].0 - pair[0].0);
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
    tell(&channels, &state(folder.path()), "a", seen).await;
    assert_eq!(channels[0].titles(), ["air/co2 is high", "air/door is high"]);
    assert_eq!(channels[1].titles(), ["air/pm2 is high"]);
}

#[tokio::test(start_paused = true)]
async fn a_threshold_that_is_unset_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path());
    let channels = [Recorder::new(None)];
    let mut seen = reading("air/pm2", Verdict::Bad, None);
    seen.labels.insert("unset".into(), "soon".into());
    tell(&channels, &state, "a", vec![seen]).await;
    tell(&channels, &state, "b", Vec::new()).await;
    assert_eq!(channels[0].titles(), ["air/pm2 is high", "air/pm2 is high: no longer watched"]);
}

#[tokio::test(start_paused = true)]
async fn without_memory_each_run_tells_what_is_bad() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let state = State::sqlite(&folder.path().join("file/platform.db"), "nws");
    let channels = [Recorder::new(None)];
    for failure in [Some("load"), Some("load"), None] {
        assert!(!tell(&channels, &state, "a", run(failure)).await);
    }
    assert_eq!(channels[0].titles(), ["nws failed at load", "nws failed at load"]);
}

#[tokio::test(start_paused = true)]
async fn what_will_never_be_taken_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let state = state(folder.path());
    let channels = [Recorder::new(None)];
    channels[0].refusal.set(Some(Kind::Rejected));
    tell(&channels, &state, "a", run(Some("load"))).await;
    channels[0].refusal.set(None);
    tell(&channels, &state, "b", run(Some("load"))).await;
    assert_eq!(channels[0].titles(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn while_the_state_is_away_the_spare_remembers_and_hands_over() {
    let folder = tempfile::tempdir().unwrap();
    let (spare, state, channels) = (spare(folder.path()), state(folder.path()), [Recorder::new(None)]);
    for run_id in ["a", "b"] {
        assert!(!tell_with(&channels, &away(), &spare, run_id, run(Some("load"))).await);
    }
    assert_eq!(channels[0].titles(), ["nws failed at load"]);
    for run_id in ["c", "d"] {
        assert!(tell_with(&channels, &state, &spare, run_id, run(None)).await);
    }
    assert_eq!(channels[0].titles()[1..], ["nws works again after 0 s"]);
    let threads: Vec<_> = channels[0].heard.borrow().iter().map(|(_, _, thread)| thread.clone()).collect();
    assert_eq!(threads, [None, Some("thread of nws/run/load".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn an_end_told_while_the_state_was_away_is_not_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let (spare, state, channels) = (spare(folder.path()), state(folder.path()), [Recorder::new(None)]);
    tell_with(&channels, &state, &spare, "a", run(Some("load"))).await;
    tell_with(&channels, &away(), &spare, "b", run(Some("load"))).await;
    tell_with(&channels, &away(), &spare, "c", run(None)).await;
    tell_with(&channels, &state, &spare, "d", run(None)).await;
    let failed = "nws failed at load";
    assert_eq!(channels[0].titles(), [failed, failed, "nws works again after 0 s"]);
}

#[tokio::test(start_paused = true)]
async fn of_two_runs_that_reach_the_state_again_one_takes_over() {
    let folder = tempfile::tempdir().unwrap();
    let channels = [Recorder::new(None)];
    tell_with(&channels, &away(), &spare(folder.path()), "a", run(Some("load"))).await;
    let states = [state(folder.path()), state(folder.path())];
    let spares = [spare(folder.path()), spare(folder.path())];
    tokio::join!(
        tell_with(&channels, &states[0], &spares[0], "b", run(None)),
        tell_with(&channels, &states[1], &spares[1], "c", run(None))
    );
    assert_eq!(channels[0].titles(), ["nws failed at load", "nws works again after 0 s"]);
}
