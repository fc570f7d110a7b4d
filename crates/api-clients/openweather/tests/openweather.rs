//! OpenWeather as it answers.
#![expect(clippy::unwrap_used, reason = "a test")]

use fault::{Fault as _, Kind, Retry};
use http_client::{Client, Options};
use http_sim::{Reply, Request, Server};
use jiff::Timestamp;
use openweather::{Config, OpenWeather};
use place::{Coordinates, Location};
use serde_json::{Value, json};

fn openweather(server: &Server) -> OpenWeather {
    let tls = tls::client_config(None).unwrap();
    let options = Options { retry: Retry::never(), ..Options::new("openweather-test", "0", tls) };
    let config = Config { key: "planted-key".into(), url: server.url().parse().unwrap() };
    OpenWeather::new(&config, &Client::new(options).unwrap())
}

/// A service that has a reply at one path for calls with the key and these parameters.
fn serve(path: &str, parameters: &[(&str, &str)], status: u16, body: &Value) -> Server {
    let path = path.to_owned();
    let parameters: Vec<_> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let reply = Reply::json(status, body);
    let answer = move |request: &Request| {
        let is_asked = parameters.iter().all(|(name, value)| request.param(name) == Some(value));
        let has_key = request.param("appid") == Some("planted-key");
        if request.path == path && is_asked && has_key { reply.clone() } else { Reply::empty(404) }
    };
    Server::start(answer).unwrap()
}

fn city() -> Location {
    Location::City("Hood River,OR,US".to_owned())
}

fn here() -> Coordinates {
    Coordinates::new(45.7, -121.5).unwrap()
}

#[tokio::test]
async fn asks_for_a_city_or_coordinates_in_metric_units() {
    let reply = json!({ "dt": 1_795_321_697, "main": { "temp": 9 }, "cod": 200 });
    let parameters = [("q", "Hood River,OR,US"), ("units", "metric")];
    let server = serve("/data/2.5/weather", &parameters, 200, &reply);
    let weather = openweather(&server).current_weather(&city()).await.unwrap();
    assert!((weather.main.temp - 9.0).abs() < f64::EPSILON);

    let reply = json!({ "cod": "200", "cnt": 40, "list": [{ "dt": 0, "main": { "temp": 1.5 } }] });
    let server = serve("/data/2.5/forecast", &[("lat", "45.7"), ("lon", "-121.5")], 200, &reply);
    assert_eq!(openweather(&server).forecast(&Location::At(here())).await.unwrap().list.len(), 1);
}

#[tokio::test]
async fn asks_for_a_window_of_the_past_in_seconds() {
    let window = [("start", "1600000000"), ("end", "1600003600")];
    let server = serve("/data/2.5/air_pollution/history", &window, 200, &json!({ "list": [] }));
    let time = |second| Timestamp::from_second(second).unwrap();
    let reply =
        openweather(&server).air_pollution(here(), Some(time(1_600_000_000)..time(1_600_003_600))).await;
    assert_eq!(reply.unwrap().list, []);
}

#[tokio::test]
async fn finds_a_city_through_its_weather() {
    let reply = json!({ "dt": 0, "main": { "temp": 1 }, "coord": { "lat": 45.7, "lon": -121.5 } });
    let server = serve("/data/2.5/weather", &[], 200, &reply);
    assert_eq!(openweather(&server).locate("Hood River").await.unwrap(), here());
    let server = serve("/data/2.5/weather", &[], 200, &json!({ "dt": 0, "main": { "temp": 1 } }));
    assert_eq!(openweather(&server).locate("Hood River").await.unwrap_err().kind(), Kind::Rejected);
}

#[tokio::test]
async fn each_refusal_has_its_fault_kind() {
    let cases = [
        (401, json!({ "cod": 401, "message": "Invalid API key." }), Kind::Unauthorized),
        (404, json!({ "cod": "404", "message": "city not found" }), Kind::Configuration),
        (429, json!({ "cod": 429, "message": "Your account is blocked." }), Kind::RateLimited),
        (500, json!({ "cod": "500", "message": "Internal error" }), Kind::Temporary),
    ];
    for (status, body, kind) in cases {
        let server = serve("/data/2.5/weather", &[], status, &body);
        let error = openweather(&server).current_weather(&city()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(body["message"].as_str().unwrap()), "{error}");
    }
}

#[tokio::test]
async fn an_error_hidden_in_a_200_is_an_error() {
    let cases = [
        (json!({ "cod": 401, "message": "Invalid API key planted-key." }), Kind::Unauthorized),
        (json!({ "cod": "404", "message": "city not found" }), Kind::Configuration),
        (json!({ "cod": 429, "message": "too many calls" }), Kind::RateLimited),
        (json!({ "cod": "502", "message": "bad gateway" }), Kind::Temporary),
    ];
    for (body, kind) in cases {
        let server = serve("/data/2.5/weather", &[], 200, &body);
        let error = openweather(&server).current_weather(&city()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!format!("{error} {error:?}").contains("planted-key"), "{error}");
    }
}
