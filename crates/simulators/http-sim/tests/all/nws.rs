//! Tests of the simulated National Weather Service.

use crate::client::{get, request};
use http_sim::services::{NwsSim, Paths};
use http_sim::{Clock, Server};
use serde_json::Value;

fn server(now: &str) -> Server {
    Server::start(NwsSim::new().clock(Clock::fixed(now.parse().unwrap()))).unwrap()
}

fn at(server: &Server, path: &str) -> crate::client::Response {
    get(&format!("{}{path}", server.url()))
}

#[test]
fn a_point_links_to_its_hourly_forecast() {
    let server = Server::start(Paths::new().mount("/nws", NwsSim::new())).unwrap();
    let point = at(&server, "/nws/points/39.7456,-97.0892").json();
    assert_eq!(point["properties"]["gridId"], "TOP");
    assert_eq!(point["properties"]["timeZone"], "America/Chicago");
    let link = point["properties"]["forecastHourly"].as_str().unwrap();
    assert!(link.starts_with(server.url()), "{link}");
    let forecast = get(link);
    assert_eq!(forecast.header("content-type"), Some("application/geo+json"));
    assert_eq!(forecast.json()["properties"]["periods"].as_array().unwrap().len(), 156);
}

fn periods(now: &str, point: &str, query: &str) -> Vec<Value> {
    let server = server(now);
    let point = at(&server, &format!("/points/{point}")).json();
    let link = point["properties"]["forecastHourly"].as_str().unwrap();
    get(&format!("{link}{query}")).json()["properties"]["periods"].as_array().unwrap().clone()
}

#[test]
fn periods_follow_one_another_in_local_time() {
    let periods = periods("2026-03-07T23:59:10Z", "40.7128,-74.006", "");
    assert_eq!(periods[0]["startTime"], "2026-03-07T18:00:00-05:00");
    assert!(periods.windows(2).all(|pair| pair[0]["endTime"] == pair[1]["startTime"]));
    let offsets: Vec<_> =
        periods.iter().map(|period| period["startTime"].as_str().unwrap()[19..].to_owned()).collect();
    assert!(offsets.contains(&"-04:00".to_owned()), "the clocks go forward on 2026-03-08");
}

#[test]
fn a_period_has_the_units_and_gaps_of_the_real_one() {
    let periods = periods("2026-07-01T12:00:00Z", "45.52,-122.68", "");
    let first = &periods[0];
    assert!(first["temperature"].is_i64() && first["temperatureUnit"] == "F");
    assert_eq!(first["dewpoint"]["unitCode"], "wmoUnit:degC");
    assert!(first["windSpeed"].as_str().unwrap().ends_with(" mph"));
    assert!(first["temperatureTrend"].is_null());
    let missing = |name: &str| periods.iter().filter(|period| period[name]["value"].is_null()).count();
    assert!((1..20).contains(&missing("probabilityOfPrecipitation")));
    assert!((1..20).contains(&missing("relativeHumidity")));
    assert!(
        periods.iter().any(|period| period["windSpeed"].as_str().unwrap().contains(" to ")),
        "never gusty"
    );
}

#[test]
fn si_units_change_temperature_and_wind() {
    let hour = |query| periods("2026-07-01T12:00:00Z", "45.52,-122.68", query).swap_remove(0);
    let (us, si) = (hour(""), hour("?units=si"));
    assert!(us["temperature"].as_i64() > si["temperature"].as_i64());
    assert_eq!((&si["temperatureUnit"], &us["dewpoint"]), (&Value::from("C"), &si["dewpoint"]));
    assert!(si["windSpeed"].as_str().unwrap().ends_with(" km/h"));
}

#[test]
fn a_point_outside_the_united_states_is_a_problem() {
    let response = at(&server("2026-01-01T00:00:00Z"), "/points/52.52,13.405");
    assert_eq!((response.status, response.header("content-type")), (404, Some("application/problem+json")));
    let problem = response.json();
    assert_eq!(problem["type"], "https://api.weather.gov/problems/InvalidPoint");
    assert_eq!(problem["detail"], "Unable to provide data for requested point 52.52,13.405");
}

#[test]
fn more_than_four_decimals_are_redirected() {
    let server = server("2026-01-01T00:00:00Z");
    let response = at(&server, "/points/39.745612,-97.0892");
    assert_eq!(response.status, 301);
    assert_eq!(
        response.header("location"),
        Some(format!("{}/points/39.7456,-97.0892", server.url()).as_str())
    );
}

#[test]
fn a_caller_without_a_name_is_forbidden() {
    let server = server("2026-01-01T00:00:00Z");
    let url = format!("{}/points/39.7456,-97.0892", server.url());
    assert_eq!(request("GET", &url, &[], b"").status, 403);
}

#[test]
fn unknown_paths_and_parameters_are_problems() {
    let server = server("2026-01-01T00:00:00Z");
    assert_eq!(at(&server, "/gridpoints/XXX/1,2/forecast/hourly").status, 404);
    assert_eq!(at(&server, "/weather").status, 404);
    assert_eq!(at(&server, "/points/39.7456,-97.0892?now=1").status, 400);
}
