//! Runs of a job, without a program around them.

mod parts;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_sim::{Reply, Request, Server};
use record::{Record, Timestamp};
use secret::Redactor;
use settings::Source;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::Registry;

use crate::arguments::RunRequest;
use crate::context::Context;
use crate::terminal::Style;
use crate::{Exit, Program, Run, Stage, Window, config, console, spool_check};

/// A level.
#[derive(Debug, Clone, Record)]
#[record(measurement = "levels")]
struct Level {
    #[record(time)]
    at: Timestamp,
    /// Water level.
    #[record(unit = "m", valid = -10.0..=100.0)]
    level: f64,
}

/// A station.
#[derive(Debug, Clone, Record)]
#[record(table = "stations")]
struct Station {
    #[record(key)]
    name: &'static str,
}

#[derive(Debug, thiserror::Error)]
#[error("no answer from {0}")]
struct NoAnswer(&'static str);

impl fault::Fault for NoAnswer {
    fn kind(&self) -> fault::Kind {
        fault::Kind::Temporary
    }
}

/// A run with these settings, and the folder of its store and spool.
fn run(settings: &[(&str, &str)]) -> (Run<()>, TempDir) {
    run_over(None, settings)
}

/// The same, over a window of the past.
fn run_over(window: Option<Window>, settings: &[(&str, &str)]) -> (Run<()>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let own = [("SPOOL_DIR", path("spool")), ("SQLITE_PATH", path("platform.db"))];
    let given = settings.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let mut source = Source::of(own.into_iter().chain(given));
    let program = Program::new("rivers", "0", "A job of a test.").record::<Level>().record::<Station>();
    let variables = config::job_variables::<()>();
    let request = RunRequest { window, ..RunRequest::default() };
    let context = Context::new(&program, &variables, request, &mut source, &Redactor::default()).unwrap();
    (Run { config: (), context: Rc::new(context) }, folder)
}

fn level(level: f64) -> Level {
    Level { at: Timestamp::UNIX_EPOCH, level }
}

fn stored(run: &Run<()>) -> usize {
    run.context.delivery.outbox.tally.of("sqlite").stored
}

#[tokio::test(start_paused = true)]
async fn one_call_stores_several_types() {
    let (run, _folder) = run(&[]);
    let stations = [Station { name: "Maidenhead" }, Station { name: "Windsor" }];
    run.load((&stations, &vec![level(0.4)])).await.unwrap();
    assert_eq!(stored(&run), 3);
}

#[tokio::test(start_paused = true)]
async fn a_type_that_fails_keeps_no_other_from_being_stored() {
    let (run, _folder) = run(&[]);
    let (stations, levels) = ([Station { name: "Windsor" }], [level(f64::NAN), level(500.0), level(0.4)]);
    let failure = run.load((&levels, &stations)).await.unwrap_err();
    assert_eq!((failure.exit(), stored(&run)), (Exit::Data, 2));
    assert!(failure.to_string().starts_with("2 records refused"), "{failure}");
    // No store of SINK can hold a table.
    let (run, _folder) = self::run(&[
        ("SINK", "influxdb"),
        ("INFLUXDB_URL", "http://127.0.0.1:9"),
        ("INFLUXDB_TOKEN", "t"),
        ("INFLUXDB_ORG", "o"),
        ("INFLUXDB_BUCKET", "b"),
        ("RETRY_BUDGET_SECONDS", "0"),
    ]);
    let failure = run.load((&stations, &[level(0.4)])).await.unwrap_err();
    assert!(failure.to_string().contains("1 record waits in"), "the point is in the spool: {failure}");
    assert!(failure.to_string().contains("can hold the table `stations`"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn an_item_that_fails_is_named_at_the_end_and_the_others_go_on() {
    let (run, _folder) = run(&[]);
    let ask = async |name| if name == "Windsor" { Err(NoAnswer(name)) } else { Ok(name.len()) };
    let replies = run.extract_each(["Maidenhead", "Windsor", "Eton"], ask).await.unwrap();
    assert_eq!(replies, [("Maidenhead", 10), ("Eton", 4)]);
    let transform = |name, size| if size == 4 { Err(NoAnswer(name)) } else { Ok(size) };
    assert_eq!(run.transform_each(replies, transform).unwrap(), [10]);
    let failure = run.context.progress.result(Ok(())).unwrap_err();
    assert_eq!(failure.to_string(), "Windsor: no answer from Windsor\nEton: no answer from Eton");
}

#[tokio::test(start_paused = true)]
async fn all_items_failing_is_an_error_at_once() {
    let (run, _folder) = run(&[]);
    let silent = async |name| Err::<(), _>(NoAnswer(name));
    let failure = run.extract_each(["Windsor", "Eton"], silent).await.unwrap_err();
    assert_eq!((failure.stage(), failure.exit()), (Stage::Extract, Exit::Temporary));
    let wrong = |name, ()| Err::<(), _>(NoAnswer(name));
    let failure = run.transform_each([("Windsor", ())], wrong).unwrap_err();
    assert_eq!((failure.stage(), failure.exit()), (Stage::Transform, Exit::Data));
    assert_eq!(run.extract_each([] as [&str; 0], silent).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_name_of_the_platform_is_refused() {
    let (run, _folder) = run(&[]);
    let failure = run.load_as("pipeline_runs", &[level(0.4)]).await.unwrap_err();
    assert_eq!((failure.exit(), stored(&run)), (Exit::Configuration, 0));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_takes_long_shows_its_progress_every_two_seconds() {
    let (mut run, _folder) = run(&[]);
    let environment = &mut Rc::get_mut(&mut run.context).unwrap().environment;
    environment.console = Some(Style { width: 80, has_color: false });
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let (identity, format) = (environment.identity.clone(), logging::Format::Text { color: false });
    let layer = logging::layer(identity, format, Redactor::default(), move |line| {
        log.lock().unwrap().push(line.to_owned());
    });
    let _log = tracing::subscriber::set_default(Registry::default().with(layer));
    let ask = async |name: &'static str| {
        sleep(Duration::from_millis(2500)).await;
        Ok::<_, NoAnswer>(name.len())
    };
    tokio::select! {
        replies = run.extract_each(["Maidenhead", "Windsor"], ask) => assert_eq!(replies.unwrap().len(), 2),
        () = console::progress(&run.context) => unreachable!("it never ends"),
    }
    let lines = lines.lock().unwrap();
    let [first, second] = &**lines else { unreachable!("{lines:?}") };
    assert!(first.contains("working, item 1 of 2") && first.contains("extract"), "{first}");
    assert!(second.contains("working, item 2 of 2") && second.contains("seconds=4"), "{second}");
}

#[tokio::test(start_paused = true)]
async fn without_a_person_at_the_terminal_there_is_no_progress() {
    let (run, _folder) = run(&[]);
    assert!(run.context.console.is_none());
    assert!(timeout(Duration::from_mins(1), console::progress(&run.context)).await.is_err());
}

/// Settings of a spool in a bucket at `endpoint`.
fn bucket(endpoint: &str) -> [(&str, &str); 5] {
    [
        ("SPOOL_URL", "s3://landing/home"),
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", "k"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("INSTANCE", "north"),
    ]
}

#[tokio::test]
async fn a_copy_has_a_folder_of_its_own_in_the_bucket() {
    let (run, _folder) = run(&bucket("http://127.0.0.1:9"));
    assert_eq!(run.context.delivery.outbox.spooling.place(), "s3://landing/home/rivers@north/");
}

#[tokio::test]
async fn a_check_lists_the_spool_in_a_bucket_and_writes_nothing() {
    let list = "<ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'/>";
    let server = Server::start(move |_: &Request| Reply::new(200, "application/xml", list)).unwrap();
    let (run, _folder) = run(&bucket(server.url()));
    let checked = spool_check::check(run.context.delivery.outbox.spooling.backend()).await;
    assert_eq!(checked, Ok("s3://landing/home/rivers@north/ can be read".to_owned()));
    let methods: Vec<_> = server.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(methods, ["GET"]);

    let server = Server::start(|_: &Request| Reply::text(403, "no")).unwrap();
    let (run, _folder) = self::run(&bucket(server.url()));
    let (exit, _) = spool_check::check(run.context.delivery.outbox.spooling.backend()).await.unwrap_err();
    assert_eq!(exit, Exit::Configuration);
}

#[tokio::test]
async fn a_check_makes_no_spool() {
    let (run, folder) = run(&[]);
    let checked = spool_check::check(run.context.delivery.outbox.spooling.backend()).await;
    assert!(checked.unwrap().ends_with("rivers.db can be written"));
    assert!(!folder.path().join("spool").exists());
}
