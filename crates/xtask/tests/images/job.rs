//! A job: it runs once, beside real stores, and ends with a code that says how.

use std::fs;

use http_sim::services::OpenWeatherSim;
use http_sim::{Clock, Server, Service};
use serde_json::Value;
use testkit::servers::{Postgres, VictoriaMetrics};

use crate::container::{Call, Ended};
use crate::engine::{JOB, docker, output};
use crate::network::Network;

const KEY: &str = "a-key-for-tests";

/// A job whose source is on the network as `openweather`.
fn job(network: &Network) -> Call<'_> {
    let call = Call::new(network, JOB).set("OPENWEATHER_URL", "http://openweather:8080");
    let call = call.set("OPENWEATHER_KEY", KEY).set("CITY", "Seattle").set("RETRY_BUDGET_SECONDS", "0.001");
    call.set("DEADLINE_SECONDS", "60")
}

fn network_with(source: impl Service) -> (Network, Server) {
    let network = Network::new();
    let server = Server::start(source).unwrap();
    network.open("openweather", 8080, server.url());
    (network, server)
}

/// The settings of a PostgreSQL server that is on the network as `postgres`.
fn on_postgres<'a>(call: Call<'a>, network: &Network, postgres: &Postgres) -> Call<'a> {
    network.open("postgres", 5432, postgres.tls_url().split('?').next().unwrap());
    let (user, _) =
        postgres.tls_url().split_once('@').map(|(user, rest)| (user.to_owned(), rest.to_owned())).unwrap();
    call.set("SINK", "postgres").set("POSTGRES_URL", format!("{user}@postgres:5432/postgres?sslmode=require"))
}

fn expect(ended: &Ended, exit: i32) {
    assert_eq!(ended.exit, Some(exit), "{}{}", ended.stdout, ended.stderr);
}

#[test]
fn a_job_stores_in_postgresql_by_its_name_and_over_tls() {
    let postgres = Postgres::start().unwrap();
    let (network, _source) = network_with(OpenWeatherSim::new(KEY));
    let authority = network.file("authority.pem", &fs::read_to_string(postgres.ca_file()).unwrap());
    let call = on_postgres(job(&network), &network, &postgres).set("CA_FILE", "/etc/authority.pem");
    let ended = call.option(format!("--volume={}:/etc/authority.pem:ro", authority.display())).run(&[]);
    expect(&ended, 0);
    assert_eq!(postgres.execute("postgres", "SELECT city FROM weather").unwrap(), "Seattle");
}

#[test]
fn a_server_of_an_unknown_authority_is_not_trusted() {
    let postgres = Postgres::start().unwrap();
    let (network, _source) = network_with(OpenWeatherSim::new(KEY));
    let ended = on_postgres(job(&network), &network, &postgres).run(&[]);
    assert_ne!(ended.exit, Some(0));
    assert!(ended.stderr.contains("certificate"), "{}", ended.stderr);
    assert!(postgres.execute("postgres", "SELECT 1 FROM weather").is_err());
}

#[test]
fn a_job_stores_in_victoria_metrics_and_needs_no_place_to_write_for_it() {
    let store = VictoriaMetrics::start().unwrap();
    let (network, _source) = network_with(OpenWeatherSim::new(KEY));
    network.open("influxdb", 8086, store.url());
    let ended = on_influxdb(job(&network)).run(&[]);
    expect(&ended, 0);
    let names: Vec<_> =
        store.export().unwrap().iter().map(|series| series["metric"]["__name__"].clone()).collect();
    assert!(names.contains(&Value::from("weather_temp")), "{names:?}");
}

fn on_influxdb(call: Call<'_>) -> Call<'_> {
    call.set("INFLUXDB_URL", "http://influxdb:8086")
        .set("INFLUXDB_TOKEN", "any")
        .set("INFLUXDB_ORG", "home")
        .set("INFLUXDB_BUCKET", "readings")
}

#[test]
fn files_of_a_job_are_in_the_data_folder_and_belong_to_its_user() {
    let (network, _source) = network_with(OpenWeatherSim::new(KEY));
    let volume = format!("--volume={}:/data", network.name);
    for _ in 0..2 {
        expect(&job(&network).option(&volume).run(&[]), 0);
    }
    let container = job(&network).option(&volume).start(&["--version"]);
    let archive = output(&["cp", &format!("{}:/data/platform.db", container.0), "-"]).stdout;
    let mut archive = tar::Archive::new(archive.as_slice());
    let owners: Vec<_> =
        archive.entries().unwrap().map(|file| file.unwrap().header().uid().unwrap()).collect();
    docker(&["rm", "--force", &container.0]);
    docker(&["volume", "rm", &network.name]);
    assert_eq!(owners, [65532]);
}

#[test]
fn how_a_job_ends_comes_through() {
    let (network, source) = network_with(OpenWeatherSim::new(KEY));
    let dry = |call: Call<'_>| call.run(&["--dry-run"]);
    expect(&dry(job(&network)), 0);
    expect(&dry(job(&network).set("OPENWEATHER_KEY", "")), 78);
    expect(&dry(job(&network).set("OPENWEATHER_URL", "http://nobody:8080")), 75);
    source.set_fault("wrong-types".parse().unwrap());
    expect(&dry(job(&network)), 65);
}

#[test]
fn a_job_exits_75_on_sigterm() {
    let (network, source) = network_with(OpenWeatherSim::new(KEY));
    source.set_fault("stall".parse().unwrap());
    let container = job(&network).option("--tmpfs=/data:uid=65532").start(&[]);
    container.until("the request", || !source.requests().is_empty());
    assert_eq!(container.stop(), 75, "{}", container.log());
}

#[test]
fn a_time_zone_around_a_job_changes_nothing() {
    let noon = "2026-03-01T12:00:00Z".parse().unwrap();
    let (network, _source) = network_with(OpenWeatherSim::new(KEY).clock(Clock::fixed(noon)));
    let printed = |zone: &str| job(&network).set("TZ", zone).run(&["--dry-run"]).stdout;
    let here = printed("");
    assert!(here.contains("Seattle"), "{here}");
    assert_eq!(printed("America/Los_Angeles"), here);
}

#[test]
fn the_run_report_is_left_where_kubernetes_looks() {
    let (network, _source) = network_with(OpenWeatherSim::new(KEY));
    let log = network.file("termination-log", "");
    let ended = job(&network).option(format!("--volume={}:/dev/termination-log", log.display())).run(&[]);
    let report: Value = serde_json::from_str(&fs::read_to_string(&log).unwrap()).unwrap();
    assert_eq!(report["exit"].as_i64(), ended.exit.map(i64::from), "{}", ended.stderr);
    assert_eq!(report["pipeline"], JOB);
}
