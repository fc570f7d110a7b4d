//! Tests of the pages.

use serde_json::Value;

use crate::server::Server;
use crate::stage::{HOSTILE, Stage};

#[test]
fn the_embedded_store_is_shown() {
    shows_the_stored_records(Stage::usual());
}

#[test]
fn postgresql_is_shown() {
    let Some(stage) = Stage::postgres("status_page") else { return };
    shows_the_stored_records(stage.filled());
}

#[test]
fn influxdb_is_shown() {
    let Some(stage) = Stage::influxdb("status_page") else { return };
    shows_the_stored_records(stage.filled());
}

/// Checks that the overview has failures first, and that the page of a pipeline has its records, in any store.
fn shows_the_stored_records(stage: Stage) {
    let server = Server::start(stage, &[]);
    let overview = server.json("/api/overview");
    let states: Vec<_> = overview["pipelines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pipeline| (pipeline["name"].as_str().unwrap(), pipeline["state"].as_str().unwrap()))
        .collect();
    let expected = [
        ("nws-hourly-forecast", "failed"),
        ("openweather-air-pollution", "late"),
        ("openweather-current", "ok"),
        ("openweather-forecast", "ok"),
    ];
    assert_eq!(states, expected);
    let page = server.get("/").body;
    assert!(page.contains("2 of 4 pipelines need attention"), "{page}");
    let table = page.split_once("<table").unwrap().1;
    let places = expected.map(|(name, _)| table.find(&format!("/pipelines/{name}\">{name}")).unwrap());
    assert!(places.is_sorted(), "{places:?}");

    let pipeline = server.json("/api/pipelines/openweather-current");
    assert_eq!(pipeline["problems"], Value::Array(vec![]));
    let weather = &pipeline["measurements"][0];
    let newest = &server.stage.weather()[0];
    let seattle = &weather["latest"][1];
    assert_eq!(
        (seattle["label"].as_str(), seattle["values"]["temp"].as_f64()),
        (Some("Seattle"), Some(newest.temp))
    );
    let temp = &weather["fields"][0];
    assert_eq!((temp["name"].as_str(), temp["unit"].as_str()), (Some("temp"), Some("°C")));
    let labels: Vec<_> = temp["lines"].as_array().unwrap().iter().map(|line| line["label"].clone()).collect();
    assert_eq!(labels, ["London", "Seattle"]);
    assert!(temp["lines"][0]["points"].as_array().unwrap().len() > 50);
}

#[test]
fn the_page_of_a_pipeline_shows_the_last_error_in_full() {
    let server = Server::start(Stage::usual(), &[]);
    let page = server.get("/pipelines/nws-hourly-forecast").body;
    assert!(page.contains("<pre>nws: the service did not answer within 20 s</pre>"), "{page}");
    assert!(page.contains("temporary, the next run tries again"), "{page}");
}

#[test]
fn a_secret_is_never_shown() {
    let server = Server::start(Stage::usual(), &[]);
    let settings = server.json("/api/pipelines/openweather-current")["settings"].clone();
    assert_eq!(settings[0]["name"], "OPENWEATHER_KEY");
    assert_eq!((&settings[0]["is_set"], &settings[0]["value"]), (&Value::Bool(true), &Value::Null));
    assert!(server.get("/pipelines/openweather-current").body.contains("set, hidden"));
}

#[test]
fn stored_text_is_escaped() {
    let stage = Stage::empty();
    let mut runs = stage.every(15, 5, HOSTILE, 3);
    runs[0].error = Some(HOSTILE.to_owned());
    runs[0].status = "failed";
    runs[0].run_id = HOSTILE.to_owned();
    stage.write(&runs);
    let mut weather = stage.weather();
    weather.truncate(2);
    for record in &mut weather {
        record.description = HOSTILE.to_owned();
        record.city = format!("{}{HOSTILE}", record.city);
    }
    stage.write(&weather);
    let server = Server::start(stage, &[]);
    let name = "%22%27%3E%3Cscript%3Edocument.title%3D%27hacked%27%3C%2Fscript%3E%3Cimg%20src%3Dx%20onerror%3Dalert%282%29%3E%26amp%3B";
    for path in ["/", &format!("/pipelines/{name}"), "/records/weather", "/records/weather/temp"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains("<script") && !answer.body.contains("<img"), "{path}: {}", answer.body);
    }
}

#[test]
fn a_store_that_is_not_there_yet_is_empty() {
    let server = Server::start(Stage::empty(), &[]);
    assert_eq!(server.get("/healthz").status, 200);
    let page = server.get("/");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("No pipeline has run yet"), "{}", page.body);
    assert!(server.get("/records").body.contains("There are no records."));
    assert!(server.get("/alerts").body.contains("No alert is open"));
    for path in
        ["/pipelines/nobody", "/records/nothing", "/records/nothing/at-all", "/pipelines/..%2f..%2fetc"]
    {
        assert_eq!(server.get(path).status, 404, "{path}");
        assert_eq!(server.get(&format!("/api{path}")).status, 404, "{path}");
    }
}

#[test]
fn a_store_that_cannot_be_read_is_reported() {
    let stage = Stage::empty();
    std::fs::write(stage.path(), "This is no database, and it is longer than the head of one. ".repeat(20))
        .unwrap();
    let server = Server::start(stage, &[]);
    let page = server.get("/");
    assert_eq!(page.status, 503);
    assert!(page.body.contains("The state is unknown"), "{}", page.body);
    assert!(page.body.contains("the embedded store cannot be read"), "{}", page.body);
    assert_eq!(server.get("/healthz").status, 503);
}

#[test]
fn alerts_are_open_or_recent() {
    let server = Server::start(Stage::usual(), &[]);
    let alerts = server.json("/api/alerts");
    let states: Vec<_> =
        alerts["alerts"].as_array().unwrap().iter().map(|alert| alert["state"].clone()).collect();
    assert_eq!(states, ["firing", "firing", "resolved"]);
    let page = server.get("/alerts").body;
    assert!(page.contains("2 alerts are open"), "{page}");
    let value = server.stage.weather()[0].temp;
    assert!(page.contains(&format!("value <data value=\"{value}\">{value}</data> °C, limit")), "{page}");
    assert!(page.contains("href=\"https://example.org/runbook\""), "{page}");
}

#[test]
fn a_forecast_is_shown_beyond_now() {
    let server = Server::start(Stage::usual(), &[]);
    let page = server.get("/records/weather_forecast").body;
    assert!(page.contains(">now</text>"), "{page}");
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_no_script_may_run() {
    let server = Server::start(Stage::usual(), &[]);
    for path in ["/", "/alerts", "/records", "/pipelines/openweather-current", "/records/weather/temp"] {
        let answer = server.get(path);
        assert!(
            answer.head.contains("content-security-policy: default-src 'none'; style-src 'self'"),
            "{}",
            answer.head
        );
        assert!(!answer.body.contains("<script") && !answer.body.contains(" style="), "{path}");
        let loaded = answer.body.split("<link ").skip(1).filter(|link| !link.contains("href=\"/"));
        assert_eq!(loaded.count(), 0, "{path}");
        assert_eq!(server.get("/style.css").status, 200);
    }
}

#[test]
fn only_reading_is_possible() {
    let server = Server::start(Stage::usual(), &[]);
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(server.ask(method, "/", "Content-Length: 0\r\n").status, 405, "{method}");
    }
}

#[test]
fn with_a_token_nothing_but_health_is_open() {
    let server = Server::start(Stage::usual(), &[("ACCESS_TOKEN", "t0ken-of-a-test")]);
    for path in ["/", "/api/overview", "/metrics", "/pipelines/openweather-current", "/nothing"] {
        assert_eq!(server.get(path).status, 401, "{path}");
    }
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.ask("GET", "/", "Authorization: Bearer t0ken-of-a-test\r\n").status, 200);
}

#[test]
fn metrics_have_the_state_of_each_pipeline() {
    let metrics = Server::start(Stage::usual(), &[]).get("/metrics").body;
    for line in [
        "pipeline_last_run_failed{pipeline=\"nws-hourly-forecast\"} 1.0",
        "pipeline_last_run_failed{pipeline=\"openweather-current\"} 0.0",
        "pipeline_late{pipeline=\"openweather-air-pollution\"} 1.0",
        "pipeline_last_run_records{pipeline=\"openweather-current\"} 2",
        "alerts_open{severity=\"critical\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
}

#[test]
fn a_described_program_that_never_ran_is_shown() {
    let stage = Stage::empty();
    let folder = stage.path().with_file_name("programs");
    std::fs::create_dir(&folder).unwrap();
    let text = r#"{"name": "tides", "kind": "job", "description": "Reads the tides."}"#;
    std::fs::write(folder.join("tides.json"), text).unwrap();
    let server = Server::start(stage, &[("STATUS_PROGRAMS", folder.to_str().unwrap())]);
    assert_eq!(server.json("/api/overview")["pipelines"][0]["state"], "unseen");
    assert!(server.get("/pipelines/tides").body.contains("Reads the tides."));
}
