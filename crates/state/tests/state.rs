//! The claims of every place state can be in.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres_client::Config;
use settings::{Settings as _, Source};
use state::State;
use testkit::servers::Postgres;

/// A place that is empty at first, as programs open it.
enum Place {
    Sqlite { _folder: tempfile::TempDir, path: PathBuf },
    Postgres { url: String },
}

impl Place {
    fn each(name: &str, claim: impl Fn(&Place)) {
        let folder = tempfile::tempdir().unwrap();
        claim(&Self::Sqlite { path: folder.path().join("data/platform.db"), _folder: folder });
        if let Some(server) = testkit::require(Postgres::shared()) {
            claim(&Self::Postgres { url: server.fresh_database(name).unwrap() });
        }
    }

    fn open(&self, program: &str) -> State {
        match self {
            Self::Sqlite { path, .. } => State::sqlite(path, program),
            Self::Postgres { url } => postgres(url, program),
        }
    }
}

fn postgres(url: &str, program: &str) -> State {
    let config = Config::read(&mut Source::of([("POSTGRES_URL", url)])).unwrap();
    State::postgres(config, tls::client_config(None).unwrap(), program)
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn get(state: &State, key: &str) -> Option<String> {
    state.get(key).await.unwrap()
}

#[test]
fn stored_values_are_there_in_the_next_run() {
    Place::each("next_run", |place| {
        run(async {
            let first = place.open("weather");
            assert!(first.is_durable());
            assert_eq!(get(&first, "cursor").await, None);
            first.set("cursor", "1").await.unwrap();
            first.set("cursor", "it's 2").await.unwrap();
            first.set("gone", "1").await.unwrap();
            first.remove("gone").await.unwrap();
            first.remove("never there").await.unwrap();
        });
        run(async {
            let next = place.open("weather");
            assert_eq!(get(&next, "cursor").await.as_deref(), Some("it's 2"));
            assert_eq!(get(&next, "gone").await, None);
        });
    });
}

#[test]
fn keys_are_found_by_their_beginning() {
    let keep = async |state: &State| {
        for key in ["alert/b", "alert/a%", "alert", "alertx", "other"] {
            state.set(key, key).await.unwrap();
        }
        state.all("alert/").await.unwrap()
    };
    let expected = ["alert/a%", "alert/b"].map(|key| (key.to_owned(), key.to_owned()));
    Place::each("beginnings", |place| {
        run(async {
            assert_eq!(place.open("weather").all("alert/").await.unwrap(), []);
            assert_eq!(keep(&place.open("weather")).await, expected);
            assert_eq!(place.open("tides").all("").await.unwrap(), []);
        });
    });
    run(async { assert_eq!(keep(&State::forgetful("no store")).await, expected) });
}

#[test]
fn programs_do_not_see_each_others_keys() {
    Place::each("own_keys", |place| {
        run(async {
            let (weather, stocks) = (place.open("weather"), place.open("stocks"));
            weather.set("cursor", "1").await.unwrap();
            assert_eq!(get(&stocks, "cursor").await, None);
            stocks.remove("cursor").await.unwrap();
            assert_eq!(get(&weather, "cursor").await.as_deref(), Some("1"));
        });
    });
}

async fn swaps_only_the_expected_value(state: &State) {
    let swap = async |expected, new| state.swap("alert", expected, new).await.unwrap();
    assert!(swap(None, None).await);
    assert!(!swap(Some("firing"), Some("ok")).await);
    assert!(swap(None, Some("firing")).await);
    assert!(!swap(None, Some("other")).await && !swap(None, None).await);
    assert!(!swap(Some("ok"), Some("other")).await && !swap(Some("ok"), None).await);
    assert_eq!(get(state, "alert").await.as_deref(), Some("firing"));
    assert!(swap(Some("firing"), Some("ok")).await);
    assert!(swap(Some("ok"), None).await);
    assert_eq!(get(state, "alert").await, None);
}

#[test]
fn a_swap_changes_only_the_expected_value() {
    Place::each("swap", |place| run(swaps_only_the_expected_value(&place.open("weather"))));
    run(swaps_only_the_expected_value(&State::forgetful("a test")));
}

#[test]
fn of_many_swaps_at_once_one_succeeds() {
    Place::each("swaps_at_once", |place| {
        let start = std::sync::Barrier::new(4);
        let swap = |number: i32| {
            let new = number.to_string();
            start.wait();
            run(async { place.open("weather").swap("alert", None, Some(&new)).await.unwrap() })
        };
        let won = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|number| scope.spawn(move || swap(number))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|won| *won).count()
        });
        assert_eq!(won, 1);
    });
}

#[test]
fn nothing_is_opened_before_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("platform.db");
    drop(State::sqlite(&path, "weather"));
    assert!(!path.exists());
}

#[test]
fn a_forgetful_state_remembers_until_the_program_ends() {
    run(async {
        let state = State::forgetful("a test");
        assert!(!state.is_durable());
        state.set("cursor", "1").await.unwrap();
        assert_eq!(get(&state, "cursor").await.as_deref(), Some("1"));
    });
}

/// The value of `remember`, and whether it was computed.
async fn remembered(state: &State, max_age: Duration, new: &str) -> (String, bool) {
    let was_called = Cell::new(false);
    let make = async || {
        was_called.set(true);
        Ok::<_, Infallible>(new.to_owned())
    };
    let Ok(value) = state.remember("grid", max_age, make).await;
    (value, was_called.get())
}

#[test]
fn a_remembered_value_is_made_again_when_it_is_old() {
    const DAY: Duration = Duration::from_hours(24);
    Place::each("remember", |place| {
        run(async {
            assert_eq!(remembered(&place.open("weather"), DAY, "a").await, ("a".to_owned(), true));
            assert_eq!(remembered(&place.open("weather"), DAY, "b").await, ("a".to_owned(), false));
            assert_eq!(remembered(&place.open("weather"), Duration::ZERO, "c").await, ("c".to_owned(), true));
            let state = place.open("weather");
            state.set("grid", "{\"at\":\"9000-01-01T00:00:00Z\",\"value\":\"future\"}").await.unwrap();
            assert_eq!(remembered(&state, DAY, "d").await, ("d".to_owned(), true));
        });
    });
}

#[test]
fn failed_values_are_not_cached() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::sqlite(&folder.path().join("platform.db"), "weather");
    run(async {
        assert_eq!(state.remember("grid", Duration::MAX, async || Err("no")).await, Err("no"));
        assert_eq!(get(&state, "grid").await, None);
    });
}

#[test]
fn a_broken_state_does_not_fail_the_cached_call() {
    let state = State::sqlite(Path::new("/dev/null/no folder/platform.db"), "weather");
    run(async {
        assert_eq!(remembered(&state, Duration::MAX, "a").await, ("a".to_owned(), true));
        assert!(state.get("grid").await.is_err());
    });
}
