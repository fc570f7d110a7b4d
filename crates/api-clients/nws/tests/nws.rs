//! The National Weather Service as it answers.
#![expect(clippy::unwrap_used, reason = "a test")]

use fault::{Fault as _, Kind, Retry};
use http_client::{Client, Options};
use http_sim::{Reply, Request, Server};
use nws::{Config, Forecast, Grid, Nws};
use place::Coordinates;
use serde_json::{Value, json};

fn nws(server: &Server, contact: Option<&str>) -> Nws {
    let tls = tls::client_config(None).unwrap();
    let options = Options { retry: Retry::never(), ..Options::new("nws-test", "1.2.3", tls) };
    let config = Config { contact: contact.map(str::to_owned), url: server.url().parse().unwrap() };
    Nws::new(&config, &Client::new(options).unwrap())
}

/// A service that has a reply at one path for those who ask for its own kind of JSON.
fn serve(at: &str, status: u16, body: &Value) -> Server {
    let (at, reply) = (at.to_owned(), Reply::new(status, "application/geo+json", body.to_string()));
    let answer = move |request: &Request| {
        let is_expected = request.method == "GET" && request.path == at;
        let is_understood = request.header("accept") == Some("application/geo+json");
        if is_expected && is_understood { reply.clone() } else { Reply::empty(404) }
    };
    Server::start(answer).unwrap()
}

fn somewhere() -> Coordinates {
    Coordinates::new(47.606_21, -122.332_07).unwrap()
}

fn grid(forecast_hourly: &str) -> Grid {
    Grid { office: "SEW".into(), x: 125, y: 68, forecast_hourly: forecast_hourly.into() }
}

fn forecast() -> Value {
    json!({ "properties": {
        "updateTime": "2026-11-22T04:10:00+00:00",
        "periods": [{
            "startTime": "2026-11-21T20:00:00-08:00",
            "isDaytime": false,
            "temperature": 41,
            "temperatureUnit": "F",
            "probabilityOfPrecipitation": { "unitCode": "wmoUnit:percent", "value": null },
            "windSpeed": "5 to 10 mph",
            "windDirection": "SSW",
        }],
    } })
}

fn periods(forecast: &Forecast) -> Vec<(String, Option<f64>, Option<f64>)> {
    let summary = |period: &nws::Period| {
        (period.start_time.unwrap().to_string(), period.temperature.value, period.wind_speed.max)
    };
    forecast.periods.iter().map(summary).collect()
}

#[tokio::test]
async fn asks_for_a_point_with_four_decimals_and_names_a_contact() {
    let reply =
        json!({ "properties": { "gridId": "SEW", "gridX": 125, "gridY": 68, "forecastHourly": "x" } });
    let server = serve("/points/47.6062,-122.3321", 200, &reply);
    let found = nws(&server, Some("ops@example.org")).grid(somewhere()).await.unwrap();
    assert_eq!(found, grid("x"));
    let request = &server.requests()[0];
    assert_eq!(request.header("user-agent"), Some("nws-test/1.2.3 (ops@example.org)"));
}

#[tokio::test]
async fn follows_the_link_to_the_forecast_wherever_it_points() {
    let at = "/gridpoints/SEW/125,68/forecast/hourly";
    let server = serve(at, 200, &forecast());
    for link in [format!("https://api.weather.gov{at}"), format!("{}{at}", server.url()), at.to_owned()] {
        let forecast = nws(&server, None).hourly_forecast(&grid(&link)).await.unwrap();
        assert_eq!(periods(&forecast), [("2026-11-22T04:00:00Z".to_owned(), Some(41.0), Some(10.0))]);
    }
}

#[tokio::test]
async fn does_not_follow_a_link_to_someone_else() {
    let server = serve("/", 200, &forecast());
    let error = nws(&server, None).hourly_forecast(&grid("https://example.org/forecast")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Rejected);
    assert_eq!(error.to_string(), "nws hourly forecast: the reply leads to a foreign address");
}

#[tokio::test]
async fn a_point_outside_of_the_covered_area_is_a_fault_of_the_configuration() {
    let problem = json!({ "title": "Data Unavailable", "detail": "No data for 0,0", "status": 404 });
    let server = serve("/points/47.6062,-122.3321", 404, &problem);
    let error = nws(&server, None).grid(somewhere()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
    assert_eq!(error.to_string(), "nws points: 404 Not Found: No data for 0,0");
}

#[tokio::test]
async fn a_grid_that_is_being_renewed_is_a_passing_fault() {
    let problem =
        json!({ "title": "Forecast Grid Expired", "detail": "The grid has expired.", "status": 503 });
    let server = serve("/hourly", 503, &problem);
    let error = nws(&server, None).hourly_forecast(&grid("/hourly")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Temporary);
}

#[tokio::test]
async fn an_unreadable_field_is_named_by_its_path() {
    let mut reply = forecast();
    reply["properties"]["periods"][0]["temperature"] = "warm".into();
    let server = serve("/hourly", 200, &reply);
    let error = nws(&server, None).hourly_forecast(&grid("/hourly")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Rejected);
    assert!(error.to_string().contains("`properties.periods[0].temperature`"), "{error}");
}
