//! Claims that hold for every store.

use std::collections::BTreeMap;

use history::{ColumnKind, Dataset, History, Query, Series};

use crate::world::{World, at, copy_run, run, weather};

pub(crate) async fn a_store_without_data_is_empty(world: &World) {
    let history = world.history();
    assert!(history.pipelines(at(0), 50).await.unwrap().is_empty());
    assert!(history.runs("weather", 50).await.unwrap().is_empty());
    assert!(history.last_error("weather").await.unwrap().is_none());
    assert!(history.datasets().await.unwrap().is_empty());
    assert!(history.state("").await.unwrap().is_empty());
}

pub(crate) async fn the_newest_runs_of_every_program_are_listed(world: &World) {
    let often: Vec<_> = (0..300).map(|second| run("often", second, None)).collect();
    world.write(&often).await;
    world
        .write(&[run("seldom", 20, None), run("seldom", 10, Some("away")), run("long ago", -500, None)])
        .await;

    let history = world.history();
    let pipelines = history.pipelines(at(0), 50).await.unwrap();
    let names: Vec<_> =
        pipelines.iter().map(|pipeline| (pipeline.name.as_str(), pipeline.runs.len())).collect();
    assert_eq!(names, [("often", 50), ("seldom", 2)]);
    let newest: Vec<_> = pipelines[0].runs.iter().take(2).map(|run| run.started).collect();
    assert_eq!(newest, [at(299), at(298)]);

    let runs = history.runs("seldom", 50).await.unwrap();
    assert_eq!(runs, pipelines[1].runs);
    assert!(runs[0].is_ok() && !runs[1].is_ok());
    let failed = &runs[1];
    assert_eq!((failed.run_id.as_str(), failed.version.as_str()), ("seldom-10", "0.1.0"));
    assert_eq!((failed.duration, failed.exit, failed.stage.as_str()), (1.5, 75, "extract"));
    let counts = [failed.rows_in, failed.rows_out, failed.rows_refused, failed.rows_spooled, failed.retries];
    assert_eq!((counts, failed.error.as_deref()), ([3, 2, 1, 4, 5], Some("away")));
}

pub(crate) async fn the_last_failure_and_the_last_success_are_found(world: &World) {
    let runs = [(1, None), (2, Some("first")), (3, None), (4, Some("second")), (5, Some("third"))];
    world.write(&runs.map(|(second, error)| run("weather", second, error))).await;
    world.write(&[run("other", 9, None)]).await;
    let history = world.history();
    assert_eq!(history.last_error("weather").await.unwrap().unwrap().error.as_deref(), Some("third"));
    assert_eq!(history.last_success("weather").await.unwrap().unwrap().started, at(3));
    assert!(history.last_error("other").await.unwrap().is_none());
}

pub(crate) async fn copies_of_a_program_are_listed_apart(world: &World) {
    // Reports of a version that had no copies.
    world.write(&[run("weather", 1, None)]).await;
    let copies: Vec<_> = (2..100).map(|second| copy_run("weather", Some("north"), second, "ok")).collect();
    world.write(&copies).await;
    let others = [
        copy_run("weather", Some("south"), 5, "failed"),
        copy_run("weather", None, 6, "ok"),
        copy_run("weather", Some("south"), 7, "ok"),
    ];
    world.write(&others).await;

    let history = world.history();
    let pipelines = history.pipelines(at(0), 50).await.unwrap();
    let names: Vec<_> =
        pipelines.iter().map(|pipeline| (pipeline.name.as_str(), pipeline.runs.len())).collect();
    assert_eq!(names, [("weather", 2), ("weather@north", 50), ("weather@south", 2)]);
    let started = async |name: &str| {
        let runs = history.runs(name, 2).await.unwrap();
        runs.iter().map(|run| run.started).collect::<Vec<_>>()
    };
    assert_eq!(started("weather").await, [at(6), at(1)]);
    assert_eq!(started("weather@south").await, [at(7), at(5)]);
    assert_eq!(history.last_error("weather@south").await.unwrap().unwrap().started, at(5));
    assert!(history.last_error("weather@north").await.unwrap().is_none());
}

pub(crate) async fn a_measurement_is_described(world: &World) {
    world.write(&[weather("Oslo", 1, 2.5)]).await;
    world.write(&[run("weather", 1, None)]).await;
    let datasets = world.history().datasets().await.unwrap();
    let names: Vec<_> = datasets.iter().map(|dataset| dataset.name.as_str()).collect();
    assert_eq!(names, ["pipeline_runs", "weather"]);
    let weather = &datasets[1];
    assert_eq!(weather.time.as_deref(), Some("time"));
    assert_eq!(weather.tags.first().unwrap(), "city");
    let kind = |name: &str| weather.fields.iter().find(|field| field.name == name).map(|field| field.kind);
    assert_eq!([kind("temp"), kind("clouds")], [Some(ColumnKind::Number); 2]);
    assert_eq!(kind("conditions"), Some(ColumnKind::Text));
    // The embedded store keeps a boolean as a number.
    assert!(matches!(kind("is_day"), Some(ColumnKind::Boolean | ColumnKind::Number)));
    assert_eq!((kind("city"), kind("time")), (None, None));
}

pub(crate) async fn a_series_is_made_for_each_set_of_tags(world: &World) {
    let mut at_fornebu = weather("Oslo", 20, 9.0);
    at_fornebu.station = Some("Fornebu".to_owned());
    world.write(&[weather("Oslo", 0, 2.0), weather("Oslo", 600, 4.0), weather("Bergen", 30, 7.0)]).await;
    world.write(&[at_fornebu, weather("Oslo", 86_400, 99.0), weather("Oslo", -1, 99.0)]).await;

    let history = world.history();
    let query = Query { max_points: 1000, ..query(&["temp", "clouds"]) };
    let series = series(&history, "weather", &query).await;
    let found: Vec<_> =
        series.iter().map(|series| (series.field.as_str(), tags(series), means(series))).collect();
    assert_eq!(
        found,
        [
            ("temp", "city=Bergen".to_owned(), vec![7.0]),
            ("temp", "city=Oslo".to_owned(), vec![2.0, 4.0]),
            ("temp", "city=Oslo,station=Fornebu".to_owned(), vec![9.0]),
            ("clouds", "city=Bergen".to_owned(), vec![40.0]),
            ("clouds", "city=Oslo".to_owned(), vec![40.0, 40.0]),
            ("clouds", "city=Oslo,station=Fornebu".to_owned(), vec![40.0]),
        ]
    );
    assert!(series[1].points[1].time.as_second() - at(600).as_second() <= 0);

    let of_bergen = Query { tags: [("city".to_owned(), "Bergen".to_owned())].into(), ..query.clone() };
    assert_eq!(self::series(&history, "weather", &of_bergen).await.len(), 2);
    let of_nobody = Query { tags: [("planet".to_owned(), "Mars".to_owned())].into(), ..query };
    assert!(self::series(&history, "weather", &of_nobody).await.is_empty());
}

pub(crate) async fn a_long_series_is_reduced_without_losing_its_peaks(world: &World) {
    // One reading in 20 s for a day, rising from 0 by 1, and one peak in it.
    let mut readings: Vec<_> = (0..4320).map(|n| weather("Oslo", 20 * i64::from(n), f64::from(n))).collect();
    readings[1000].temp = 1e6;
    world.write(&readings).await;

    let series = series(&world.history(), "weather", &query(&["temp"])).await;
    let points = &series[0].points;
    assert_eq!((series.len(), points.len()), (1, 48), "half an hour each");
    assert_eq!(points.iter().map(|point| point.count).sum::<i64>(), 4320);
    assert_eq!((points[0].time, points[1].time), (at(0), at(1800)));
    let Some(first) = points.first() else { panic!("no points") };
    assert_eq!((first.min, first.max, first.mean, first.count), (0.0, 89.0, 44.5, 90));
    assert_eq!(points.iter().map(|point| point.max).reduce(f64::max), Some(1e6));
}

pub(crate) async fn fields_that_are_not_numeric_have_no_series(world: &World) {
    world.write(&[weather("Oslo", 1, 2.5), weather("Oslo", 2, 2.5)]).await;
    let history = world.history();
    let fields = ["conditions", "is_day", "rain", "city", "nothing", "temp"];
    let series = series(&history, "weather", &query(&fields)).await;
    let found: Vec<_> = series.iter().map(|series| series.field.as_str()).collect();
    // InfluxDB does not aggregate booleans.
    assert!(found == ["is_day", "temp"] || found == ["temp"], "{found:?}");
}

pub(crate) async fn the_newest_row_of_each_series_is_listed(world: &World) {
    let rows = [("Oslo", 1, 1.0), ("Oslo", 9, 9.0), ("Bergen", 5, 5.0), ("Bergen", 3, 3.0)];
    world.write(&rows.map(|(city, second, temp)| weather(city, second, temp))).await;
    let history = world.history();
    let dataset = dataset(&history, "weather").await;
    let latest = history.latest(&dataset, at(3600), 10).await.unwrap();
    let found: Vec<_> =
        latest.iter().map(|row| (row["city"].as_str().unwrap(), row["temp"].as_f64().unwrap())).collect();
    assert_eq!(found, [("Oslo", 9.0), ("Bergen", 5.0)]);
    let time: jiff::Timestamp =
        latest[0][dataset.time.as_deref().unwrap()].as_str().unwrap().parse().unwrap();
    assert_eq!(time, at(9));
    assert!(!latest[0].contains_key("rain"), "what is absent is left out");
    assert_eq!(history.latest(&dataset, at(3600), 1).await.unwrap().len(), 1);
}

pub(crate) async fn a_forecast_does_not_hide_the_current_row(world: &World) {
    world.write(&[weather("Oslo", 10, 1.0), weather("Oslo", 20, 2.0), weather("Oslo", 30, 3.0)]).await;
    let history = world.history();
    let dataset = dataset(&history, "weather").await;
    let latest = history.latest(&dataset, at(20), 10).await.unwrap();
    assert_eq!(latest[0]["temp"].as_f64(), Some(2.0));
    assert!(history.latest(&dataset, at(9), 10).await.unwrap().is_empty());
}

pub(crate) async fn names_and_values_cannot_inject_a_query(world: &World) {
    let name = "w\"; DROP it's";
    let city = "O'slo\" OR 'a' = 'a";
    world.write_as(name, &[weather(city, 1, 2.5), weather("Bergen", 1, 7.0)]).await;
    let history = world.history();
    let query = Query { tags: [("city".to_owned(), city.to_owned())].into(), ..query(&["temp"]) };
    let series = series(&history, name, &query).await;
    assert_eq!((series.len(), series[0].tags["city"].as_str()), (1, city));
    assert_eq!(history.latest(&dataset(&history, name).await, at(3600), 9).await.unwrap().len(), 2);
    assert!(history.runs(city, 10).await.unwrap().is_empty());
}

/// Query for a day, in at most fifty points.
fn query(fields: &[&str]) -> Query {
    let fields = fields.iter().map(ToString::to_string).collect();
    Query { fields, tags: BTreeMap::new(), since: at(0), until: at(86_400), max_points: 50 }
}

async fn dataset(history: &History, name: &str) -> Dataset {
    let datasets = history.datasets().await.unwrap();
    datasets.into_iter().find(|dataset| dataset.name == name).unwrap()
}

async fn series(history: &History, name: &str, query: &Query) -> Vec<Series> {
    history.series(&dataset(history, name).await, query).await.unwrap()
}

fn tags(series: &Series) -> String {
    series.tags.iter().map(|(tag, value)| format!("{tag}={value}")).collect::<Vec<_>>().join(",")
}

fn means(series: &Series) -> Vec<f64> {
    series.points.iter().map(|point| point.mean).collect()
}
