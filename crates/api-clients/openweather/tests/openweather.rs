//! OpenWeather as it answers.
#![expect(clippy::unwrap_used, reason = "a test")]

use fault::{Fault as _, Kind, Retry};
use http_client::{Client, Options};
use jiff::Timestamp;
use openweather::{Config, OpenWeather};
use place::{Coordinates, Location};
use serde_json::{Value, json};
use wiremock::matchers::{path, query_param};
use wiremock::{Mock, MockBuilder, MockServer, ResponseTemplate};

fn openweather(server: &MockServer) -> OpenWeather {
    let tls = tls::client_config(None).unwrap();
    let options = Options { retry: Retry::never(), ..Options::new("openweather-test", "0", tls) };
    let config = Config { key: "planted-key".into(), url: server.uri().parse().unwrap() };
    OpenWeather::new(&config, &Client::new(options).unwrap())
}

async fn serve(given: MockBuilder, status: u16, body: &Value) -> MockServer {
    let server = MockServer::start().await;
    let given = given.and(query_param("appid", "planted-key"));
    given.respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&server).await;
    server
}

fn city() -> Location {
    Location::City("Hood River,OR,US".to_owned())
}

fn here() -> Coordinates {
    Coordinates::new(45.7, -121.5).unwrap()
}

#[tokio::test]
async fn asks_for_a_city_or_coordinates_in_metric_units() {
    let given = Mock::given(path("/data/2.5/weather")).and(query_param("q", "Hood River,OR,US"));
    let reply = json!({ "dt": 1_795_321_697, "main": { "temp": 9 }, "cod": 200 });
    let server = serve(given.and(query_param("units", "metric")), 200, &reply).await;
    let weather = openweather(&server).current_weather(&city()).await.unwrap();
    assert!((weather.main.temp - 9.0).abs() < f64::EPSILON);

    let given = Mock::given(path("/data/2.5/forecast")).and(query_param("lat", "45.7"));
    let reply = json!({ "cod": "200", "cnt": 40, "list": [{ "dt": 0, "main": { "temp": 1.5 } }] });
    let server = serve(given.and(query_param("lon", "-121.5")), 200, &reply).await;
    assert_eq!(openweather(&server).forecast(&Location::At(here())).await.unwrap().list.len(), 1);
}

#[tokio::test]
async fn asks_for_a_window_of_the_past_in_seconds() {
    let given = Mock::given(path("/data/2.5/air_pollution/history")).and(query_param("start", "1600000000"));
    let server = serve(given.and(query_param("end", "1600003600")), 200, &json!({ "list": [] })).await;
    let time = |second| Timestamp::from_second(second).unwrap();
    let reply =
        openweather(&server).air_pollution_history(here(), time(1_600_000_000), time(1_600_003_600)).await;
    assert_eq!(reply.unwrap().list, []);
}

#[tokio::test]
async fn finds_a_city_through_its_weather() {
    let reply = json!({ "dt": 0, "main": { "temp": 1 }, "coord": { "lat": 45.7, "lon": -121.5 } });
    let server = serve(Mock::given(path("/data/2.5/weather")), 200, &reply).await;
    assert_eq!(openweather(&server).locate("Hood River").await.unwrap(), here());
    let server =
        serve(Mock::given(path("/data/2.5/weather")), 200, &json!({ "dt": 0, "main": { "temp": 1 } })).await;
    assert_eq!(openweather(&server).locate("Hood River").await.unwrap_err().kind(), Kind::Rejected);
}

#[tokio::test]
async fn refusals_ask_for_what_helps() {
    let cases = [
        (401, json!({ "cod": 401, "message": "Invalid API key." }), Kind::Unauthorized),
        (404, json!({ "cod": "404", "message": "city not found" }), Kind::Configuration),
        (429, json!({ "cod": 429, "message": "Your account is blocked." }), Kind::RateLimited),
        (500, json!({ "cod": "500", "message": "Internal error" }), Kind::Temporary),
    ];
    for (status, body, kind) in cases {
        let server = serve(Mock::given(path("/data/2.5/weather")), status, &body).await;
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
        let server = serve(Mock::given(path("/data/2.5/weather")), 200, &body).await;
        let error = openweather(&server).current_weather(&city()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!format!("{error} {error:?}").contains("planted-key"), "{error}");
    }
}
