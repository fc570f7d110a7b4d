//! Tests of the simulated OpenWeather.

use crate::client::get;
use http_sim::services::OpenWeatherSim;
use http_sim::{Clock, Server};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

const NOON: &str = "2026-03-01T12:00:00Z";

fn server(clock: Clock) -> Server {
    Server::start(OpenWeatherSim::new("KEY").clock(clock)).unwrap()
}

fn noon() -> Clock {
    Clock::fixed(NOON.parse().unwrap())
}

fn ask(server: &Server, call: &str) -> crate::client::Response {
    get(&format!("{}/data/2.5/{call}", server.url()))
}

/// A year of weather in steps of seven hours.
fn year() -> Vec<Value> {
    let server = server(noon().stepping(SignedDuration::from_hours(7)));
    (0..1250).map(|_| ask(&server, "weather?q=Oslo&units=metric&appid=KEY").json()).collect()
}

#[test]
fn weather_of_a_city_has_the_documented_members() {
    let weather = ask(&server(noon()), "weather?q=New+York,US&units=metric&appid=KEY").json();
    assert_eq!(weather["name"], "New York");
    assert_eq!(weather["cod"], 200);
    assert_eq!(weather["dt"], NOON.parse::<Timestamp>().unwrap().as_second());
    for pointer in
        ["/coord/lat", "/main/temp", "/main/humidity", "/wind/speed", "/clouds/all", "/sys/sunrise"]
    {
        assert!(weather.pointer(pointer).is_some_and(Value::is_number), "{pointer}");
    }
    assert!(weather["weather"][0]["description"].is_string());
}

#[test]
fn rain_snow_and_gusts_are_there_only_when_there_are_any() {
    let year = year();
    let count = |member: &str| year.iter().filter(|weather| weather.pointer(member).is_some()).count();
    for member in ["/rain/1h", "/snow/1h", "/wind/gust", "/visibility"] {
        assert!((10..1249).contains(&count(member)), "{member} in {} of 1250", count(member));
    }
    assert!(year.iter().all(|weather| weather["rain"].is_null() || weather["snow"].is_null()));
}

#[test]
fn whole_values_come_as_integers() {
    let year = year();
    assert!(year.iter().any(|weather| weather["main"]["temp"].is_i64()), "no whole temperature in a year");
    assert!(year.iter().any(|weather| weather["main"]["temp"].is_f64()));
}

#[test]
fn units_are_kelvin_unless_asked_otherwise() {
    let server = server(noon());
    let temp = |units: &str| {
        ask(&server, &format!("weather?q=Paris&appid=KEY{units}")).json()["main"]["temp"].as_f64().unwrap()
    };
    let (kelvin, celsius, fahrenheit) = (temp(""), temp("&units=metric"), temp("&units=imperial"));
    assert!((kelvin - celsius - 273.15).abs() < 0.02);
    assert!((fahrenheit - celsius * 1.8 - 32.0).abs() < 0.02);
}

#[test]
fn a_forecast_has_forty_steps_of_three_hours() {
    let forecast = ask(&server(noon()), "forecast?lat=47.6&lon=-122.33&appid=KEY").json();
    assert_eq!((&forecast["cod"], &forecast["cnt"]), (&Value::from("200"), &Value::from(40)));
    assert_eq!(forecast["city"]["name"], "Seattle");
    let list = forecast["list"].as_array().unwrap();
    assert_eq!((list.len(), &list[0]["dt_txt"]), (40, &Value::from("2026-03-01 15:00:00")));
    let times: Vec<_> = list.iter().map(|step| step["dt"].as_i64().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 3 * 3600));
}

#[test]
fn air_has_an_index_and_eight_concentrations() {
    let air = ask(&server(noon()), "air_pollution?lat=52.52&lon=13.4&appid=KEY").json();
    let entry = &air["list"][0];
    assert!((1..=5).contains(&entry["main"]["aqi"].as_i64().unwrap()));
    let components = entry["components"].as_object().unwrap();
    assert_eq!(components.len(), 8);
    assert!(components.values().all(|value| value.as_f64().is_some_and(|value| value >= 0.0)));
}

#[test]
fn the_history_of_air_has_each_full_hour_up_to_now() {
    let noon = NOON.parse::<Timestamp>().unwrap().as_second();
    let (start, end) = (noon - 86_400 + 60, noon + 7200);
    let call = format!("air_pollution/history?lat=52.52&lon=13.4&start={start}&end={end}&appid=KEY");
    let history = ask(&server(self::noon()), &call).json();
    let list = history["list"].as_array().unwrap();
    assert_eq!(list.len(), 24);
    assert_eq!((list[0]["dt"].as_i64(), list[23]["dt"].as_i64()), (Some(noon - 23 * 3600), Some(noon)));
    let now = ask(&server(self::noon()), "air_pollution?lat=52.52&lon=13.4&appid=KEY").json();
    assert_eq!(now["list"][0], list[23], "the past is what the present was");
}

#[test]
fn errors_have_their_own_kind_of_cod() {
    let server = server(noon());
    let refused = |call: &str| {
        let response = ask(&server, call);
        (response.status, response.json()["cod"].clone())
    };
    assert_eq!(refused("weather?q=Oslo"), (401, 401.into()));
    assert_eq!(refused("weather?q=Oslo&appid=other"), (401, 401.into()));
    assert_eq!(refused("weather?q=Atlantis&appid=KEY"), (404, "404".into()));
    assert_eq!(refused("weather?appid=KEY"), (400, "400".into()));
    assert_eq!(refused("weather?lat=91&lon=0&appid=KEY"), (400, "400".into()));
    assert_eq!(refused("air_pollution/history?lat=1&lon=1&appid=KEY"), (400, "400".into()));
    assert_eq!(refused("storms?appid=KEY"), (404, "404".into()));
}
