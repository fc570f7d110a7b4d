//! Sample data for the tests of the pages.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use record::{Record, Schema};

use crate::chart::{ChartPoint, Line};
use crate::transform;
use crate::view::{
    Alert, AlertState, Alerts, Field, FieldPage, Latest, Measurement, MeasurementPage, Overview, Pipeline,
    PipelineStatus, Range, Run, Setting,
};

/// Text with an attempt to run a script in the reader's browser.
pub const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;";

/// Weather, with the fields that the pages need.
#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    /// Time of the observation.
    #[record(time)]
    observed_at: Timestamp,
    /// The place.
    #[record(tag)]
    city: String,
    /// Air temperature.
    #[record(unit = "°C")]
    temp: f64,
    /// Rain in the last hour; absent when it is dry.
    #[record(unit = "mm")]
    rain_1h: Option<f64>,
}

/// Current time of the samples.
pub fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// A successful run that started a number of minutes ago.
pub fn run(minutes: i64) -> Run {
    Run {
        started: now() - SignedDuration::from_mins(minutes),
        duration: Duration::from_millis(420),
        worked: true,
        version: "0.1.0".to_owned(),
        run_id: "0a1b2c3d".to_owned(),
        rows_in: 2,
        rows_out: 2,
        rows_refused: 0,
        rows_spooled: 0,
        retries: 0,
        stage: "load".to_owned(),
        exit: 0,
        error: None,
    }
}

/// A failed run that started a number of minutes ago.
pub fn failed(minutes: i64, error: &str) -> Run {
    Run {
        worked: false,
        rows_in: 0,
        rows_out: 0,
        retries: 3,
        stage: "extract".to_owned(),
        exit: 75,
        error: Some(error.to_owned()),
        ..run(minutes)
    }
}

/// A pipeline with a run every 15 minutes, the last one a number of minutes ago.
pub fn status(name: &str, minutes: i64) -> PipelineStatus {
    transform::status(name, &(0..50).map(|index| run(minutes + 15 * index)).collect::<Vec<_>>(), now())
}

/// The overview, with one pipeline of each state.
pub fn overview() -> Overview {
    let mut runs: Vec<_> = (0..50).map(|index| run(7 + 15 * index)).collect();
    for (index, run) in runs.iter_mut().enumerate().filter(|(index, _)| *index < 2 || *index == 20) {
        *run = failed(
            7 + 15 * i64::try_from(index).unwrap(),
            "openweather: the service did not answer within 20 s",
        );
    }
    let mut held = status("openweather-forecast", 12);
    held.state = crate::view::State::Incomplete;
    let mut pipelines = vec![
        status("openweather-current", 4),
        transform::status("nws-hourly-forecast", &runs, now()),
        status("openweather-air-pollution", 95),
        held,
        transform::status("treasury-rates", &[], now()),
    ];
    transform::sort(&mut pipelines);
    Overview {
        at: now(),
        pipelines,
        alerts: vec![alert(AlertState::Firing)],
        complete: true,
        problems: vec![],
    }
}

/// An alert about a temperature.
pub fn alert(state: AlertState) -> Alert {
    Alert {
        key: "openweather-current/temp/below/city=Seattle".to_owned(),
        program: "openweather-current".to_owned(),
        state,
        severity: "warning".to_owned(),
        title: "temp of Seattle is below 5 °C".to_owned(),
        detail: String::new(),
        since: now() - SignedDuration::from_mins(135),
        until: (state == AlertState::Resolved).then(|| now() - SignedDuration::from_mins(20)),
        value: Some(3.2),
        limit: Some(5.0),
        unit: Some("°C".to_owned()),
        link: None,
    }
}

/// A pipeline with records of two places.
pub fn pipeline() -> Pipeline {
    let runs: Vec<_> = (0..50).map(|index| run(4 + 15 * index)).collect();
    let failure = failed(229, "openweather: the reply has no `main.temp`\n  at line 1, column 310");
    let status = PipelineStatus {
        description: Some("The current weather of one or more places, from OpenWeather.".to_owned()),
        kind: Some("job".to_owned()),
        ..transform::status("openweather-current", &runs, now())
    };
    Pipeline {
        at: now(),
        status,
        alerts: vec![alert(AlertState::Firing)],
        last_failure: Some(failure),
        range: Range::Day,
        measurements: vec![measurement()],
        runs,
        settings: settings(),
        schemas: vec![Schema::clone(Weather::schema())],
        problems: vec![],
    }
}

/// One field on its own page.
pub fn field_page() -> FieldPage {
    FieldPage {
        at: now(),
        until: now(),
        spacing: Some(900.0),
        measurement: "weather".to_owned(),
        range: Range::Day,
        field: field("temp", "°C", 8.0),
        problems: vec![],
    }
}

/// A measurement on its own page.
pub fn measurement_page() -> MeasurementPage {
    MeasurementPage { at: now(), range: Range::Week, measurement: measurement(), problems: vec![] }
}

/// An open alert, and a resolved one.
pub fn alerts() -> Alerts {
    let problems = vec!["the embedded store cannot be read".to_owned()];
    Alerts { at: now(), alerts: vec![alert(AlertState::Firing), alert(AlertState::Resolved)], problems }
}

fn measurement() -> Measurement {
    let latest = |city: &str, temp: f64| Latest {
        at: Some(now() - SignedDuration::from_mins(6)),
        label: city.to_owned(),
        tags: BTreeMap::from([("city".to_owned(), city.to_owned())]),
        values: serde_json::Map::from_iter([
            ("temp".to_owned(), temp.into()),
            ("barometric_pressure".to_owned(), 1013.into()),
            ("description".to_owned(), "light rain".into()),
            ("time_stamp".to_owned(), 1_795_348_440.into()),
        ]),
    };
    Measurement {
        name: "weather".to_owned(),
        description: "Weather at one place, as observed.".to_owned(),
        until: now(),
        spacing: Some(900.0),
        latest: vec![latest("London", 9.31), latest("Seattle", 3.2)],
        fields: vec![
            field("temp", "°C", 8.0),
            field("barometric_pressure", "hPa", 1012.0),
            field("humidity", "%", 80.0),
            field("wind", "m/s", 4.0),
            field("visibility", "m", 10_000.0),
        ],
    }
}

fn field(name: &str, unit: &str, middle: f64) -> Field {
    let line = |label: &str, phase: f64| {
        let point = |index: i32| {
            let value = (middle + 4.0 * (f64::from(index) / 10.0 + phase).sin()).min(10_000.0);
            let at = now() - SignedDuration::from_mins(6 + 15 * i64::from(95 - index));
            ChartPoint { at, value, low: value - 0.4, high: value + 0.6 }
        };
        let points: Vec<_> = (0..96).filter(|index| !(40..52).contains(index)).map(point).collect();
        Line { label: label.to_owned(), last: points.last().map(|point| point.value), points }
    };
    Field {
        name: name.to_owned(),
        description: "As observed.".to_owned(),
        unit: Some(unit.to_owned()),
        lines: vec![line("London", 0.0), line("Seattle", 1.3)],
    }
}

fn settings() -> Vec<Setting> {
    let setting = |name: &str, secret: bool, value: Option<&str>| Setting {
        name: name.to_owned(),
        set_as: secret.then(|| format!("{name}_FILE")),
        description: "What it is for.".to_owned(),
        takes: "text".to_owned(),
        is_set: Some(true),
        secret,
        value: value.map(str::to_owned),
    };
    vec![setting("OPENWEATHER_KEY", true, None), setting("CITY", false, Some("Seattle;London"))]
}
