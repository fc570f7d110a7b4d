//! Each server starts, answers, stops, and leaves nothing behind.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use testkit::Requirement;
use testkit::require;
use testkit::servers::{Influxdb, Mosquitto, Postgres, VictoriaMetrics};

/// `HOST:PORT` of a URL with or without user and path.
fn address(url: &str) -> String {
    let rest = url.split_once("://").expect("a URL").1;
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

fn listens(url: &str) -> bool {
    TcpStream::connect(address(url)).is_ok()
}

/// Writes line protocol and gives status and body.
fn write(url: &str, query: &str, token: &str, lines: &str) -> (u16, String) {
    let host = address(url);
    let mut stream = TcpStream::connect(&host).unwrap();
    let length = lines.len();
    let head = format!(
        "POST /api/v2/write?{query} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         authorization: Token {token}\r\ncontent-length: {length}\r\n\r\n{lines}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

fn psql(url: &str, sql: &str) -> (bool, String) {
    let output =
        Requirement::Psql.command().unwrap().args(["-X", "-A", "-t", "-d", url, "-c", sql]).output().unwrap();
    (
        output.status.success(),
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim().to_owned(),
    )
}

#[test]
fn postgres_answers_plain_and_with_a_certificate_that_verifies() {
    let Some(postgres) = require(Postgres::shared()) else { return };
    assert_eq!(psql(&postgres.url(), "SELECT 6 * 7"), (true, "42".into()));
    let verified = postgres.tls_url().replace("sslmode=require", "sslmode=verify-full");
    let with_authority = format!("{verified}&sslrootcert={}", postgres.ca_file().display());
    let encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert_eq!(psql(&with_authority, encrypted), (true, "t".into()));
    assert_eq!(psql(&postgres.url(), encrypted), (true, "f".into()));
    let other_authority = format!("{verified}&sslrootcert=/dev/null");
    assert!(!psql(&other_authority, "SELECT 1").0);
}

#[test]
fn postgres_wants_its_password() {
    let Some(postgres) = require(Postgres::shared()) else { return };
    let url = postgres.url();
    let password = url.split([':', '@']).nth(2).unwrap();
    let (accepted, words) = psql(&url.replace(password, "wrong"), "SELECT 1");
    assert!(!accepted && words.contains("password authentication failed"), "{words}");
}

#[test]
fn a_fresh_database_is_empty_each_time() {
    let Some(postgres) = require(Postgres::shared()) else { return };
    for _ in 0..2 {
        let url = postgres.fresh_database("fresh_1").unwrap();
        assert_eq!(psql(&url, "CREATE TABLE t (i int)"), (true, "CREATE TABLE".into()));
        postgres.execute("fresh_1", "INSERT INTO t VALUES (1), (2)").unwrap();
        assert_eq!(postgres.execute("fresh_1", "SELECT i, i + 1 FROM t ORDER BY i").unwrap(), "1|2\n2|3");
    }
    assert!(postgres.execute("fresh_1", "SELECT oops").unwrap_err().contains("oops"));
}

#[test]
fn two_postgres_at_once_do_not_clash_and_one_survives_a_restart() {
    let Some(mut first) = require(Postgres::start()) else { return };
    let second = Postgres::start().unwrap();
    assert_ne!(first.url(), second.url());
    first.fresh_database("kept").unwrap();
    first.execute("kept", "CREATE TABLE t (i int)").unwrap();
    let url = first.url();
    first.stop();
    assert!(!listens(&url) && listens(&second.url()));
    first.restart().unwrap();
    assert_eq!(first.url(), url);
    assert_eq!(first.execute("kept", "SELECT count(*) FROM t").unwrap(), "0");
    let folder = first.ca_file().parent().map(Path::to_owned).unwrap();
    drop(first);
    assert!(!listens(&url) && !folder.exists());
}

#[test]
fn influxdb_stores_writes_of_the_v2_api() {
    let Some(influxdb) = require(Influxdb::shared()) else { return };
    influxdb.fresh_bucket("kept").unwrap();
    let query = |precision: &str| format!("org={}&bucket=kept&precision={precision}", influxdb.org());
    for (precision, time) in [("ns", "1700000000000000001"), ("us", "1700000000000002"), ("s", "1700000003")]
    {
        let line = format!("m,city=Oslo v=1.5,n=2i,on=true,text=\"a b\" {time}");
        assert_eq!(write(influxdb.url(), &query(precision), influxdb.token(), &line), (204, String::new()));
    }
    let rows = influxdb.query("kept", "SELECT * FROM m").unwrap();
    let times: Vec<_> = rows.iter().map(|row| row["time"].as_i64().unwrap()).collect();
    assert_eq!(times, [1_700_000_000_000_000_001, 1_700_000_000_000_002_000, 1_700_000_003_000_000_000]);
    assert_eq!((&rows[0]["city"], &rows[0]["text"]), (&"Oslo".into(), &"a b".into()));
    influxdb.fresh_bucket("kept").unwrap();
    assert!(influxdb.query("kept", "SELECT * FROM m").unwrap().is_empty());
}

#[test]
fn influxdb_refuses_in_the_words_of_version_2() {
    let Some(influxdb) = require(Influxdb::shared()) else { return };
    influxdb.fresh_bucket("refusing").unwrap();
    let answer = |bucket: &str, token: &str, lines: &str| {
        let (status, body) =
            write(influxdb.url(), &format!("org={}&bucket={bucket}", influxdb.org()), token, lines);
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        (status, body["code"].as_str().unwrap().to_owned(), body["message"].as_str().unwrap().to_owned())
    };
    let token = influxdb.token();
    assert_eq!(answer("refusing", "wrong", "m v=1").0, 401);
    assert_eq!(answer("none", token, "m v=1"), (404, "not found".into(), "bucket \"none\" not found".into()));
    let (status, code, message) = answer("refusing", token, "m v=1 1\nm v=abc 2");
    assert_eq!((status, code.as_str()), (400, "invalid"));
    assert!(message.contains("unable to parse 'm v=abc 2'"), "{message}");
    let (status, code, message) = answer("refusing", token, "m v=\"text\" 3");
    assert_eq!((status, code.as_str()), (422, "unprocessable entity"));
    assert!(message.contains("field type conflict: input field \"v\" on measurement \"m\""), "{message}");
    assert_eq!(influxdb.query("refusing", "SELECT v FROM m").unwrap().len(), 1, "the good line was kept");
}

#[test]
fn two_influxdbs_do_not_clash_and_one_survives_a_restart() {
    let Some(mut first) = require(Influxdb::start()) else { return };
    let second = Influxdb::start().unwrap();
    let query = format!("org={}&bucket={}", first.org(), first.bucket());
    assert_eq!(write(first.url(), &query, first.token(), "m v=1 1").0, 204);
    assert_eq!(write(second.url(), &query, first.token(), "m v=1 1").0, 401, "each has a token of its own");
    let url = first.url().to_owned();
    first.stop();
    assert!(!listens(&url) && listens(second.url()));
    first.restart().unwrap();
    assert_eq!(first.url(), url);
    assert_eq!(first.query(first.bucket(), "SELECT v FROM m").unwrap().len(), 1);
}

#[test]
fn mosquitto_wants_its_password_and_survives_a_restart() {
    let Some(mut first) = require(Mosquitto::start()) else { return };
    let second = Mosquitto::start().unwrap();
    assert_ne!(first.url(), second.url());
    assert!(first.url().starts_with("mqtt://test:"));
    first.stop();
    assert!(!listens(&first.url()) && listens(&second.url()));
    first.restart().unwrap();
    assert!(listens(&first.url()));
}

#[test]
fn victoria_metrics_exports_written_points() {
    let Some(first) = require(VictoriaMetrics::start()) else { return };
    let second = VictoriaMetrics::start().unwrap();
    let line = "weather,city=Oslo temp=1.5 1700000000000000000";
    assert_eq!(write(first.url(), "org=o&bucket=b&precision=ns", "any", line).0, 204);
    let series = first.export().unwrap();
    assert_eq!(series[0]["metric"]["__name__"], "weather_temp");
    assert_eq!(series[0]["timestamps"], serde_json::json!([1_700_000_000_000_i64]));
    assert!(second.export().unwrap().is_empty());
}

/// Not a test by itself: the test below runs it in a process of its own and kills that.
#[test]
fn holder() {
    if std::env::var_os("TESTKIT_TEST_HOLDER").is_none() {
        return;
    }
    let postgres = Postgres::start().unwrap();
    println!("\nHOLDING {} {}", postgres.url(), postgres.ca_file().display());
    loop {
        std::thread::park();
    }
}

#[test]
fn a_server_does_not_outlive_a_killed_test_and_neither_does_its_folder() {
    let Some(_installed) = require(Postgres::shared()) else { return };
    let mut command = commands::built(std::env::current_exe().unwrap());
    command.args(["servers::holder", "--exact", "--nocapture"]).env("TESTKIT_TEST_HOLDER", "1");
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.into_iter().find(|line| line.starts_with("HOLDING ")).unwrap();
    let mut words = line.split(' ').skip(1);
    let (url, authority) = (words.next().unwrap(), PathBuf::from(words.next().unwrap()));
    assert!(listens(url) && authority.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while listens(url) || authority.parent().unwrap().exists() {
        assert!(Instant::now() < deadline, "the server or its folder is still there");
        std::thread::yield_now();
    }
}
