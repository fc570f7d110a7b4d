//! Performance with ten thousand runs and a million points.

use std::time::{Duration, Instant};

use crate::server::Server;
use crate::stage::Stage;

/// Limits of time and size of the overview.
const TIME: Duration = Duration::from_millis(50);
const BYTES: usize = 200_000;
/// Number of attempts, of which the fastest counts, since other programs use the machine, too.
const TRIES: usize = 20;

#[test]
fn with_ten_thousand_runs_and_a_million_points_the_first_page_is_fast_and_small() {
    let stage = Stage::empty();
    for pipeline in 0..20 {
        stage.write(&stage.every(15, 500, &format!("pipeline-{pipeline}"), 3));
    }
    stage.write(&stage.weather()[..2]);
    million(&stage);
    let server = Server::start(stage, &[]);
    let pages = [
        "/",
        "/alerts",
        "/pipelines/pipeline-7",
        "/records",
        "/records/weather",
        "/records/weather?range=30d",
    ];
    for page in pages {
        let answers = (0..TRIES).map(|_| {
            let started = Instant::now();
            let answer = server.get(page);
            assert_eq!(answer.status, 200);
            (started.elapsed(), answer.body.len())
        });
        let (time, bytes) = answers.min().unwrap();
        println!("{page}: {time:?}, {bytes} bytes");
        if page == "/" {
            assert!(time < TIME && bytes < BYTES, "{page}: {time:?}, {bytes} bytes");
        }
    }
}

/// Two years of weather in ten places, an observation about every ten minutes.
fn million(stage: &Stage) {
    let sql = "
        WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999)
        INSERT INTO weather (time, city, description, temp, barometric_pressure, humidity, wind, time_stamp)
        SELECT strftime('%Y-%m-%dT%H:%M:%f000Z', ?1 - i / 10 * 600, 'unixepoch'), 'city ' || (i % 10), 'clouds',
            i % 37, 1000 + i % 31, i % 100, i % 17, ?1 - i / 10 * 600 FROM n";
    let connection = rusqlite::Connection::open(stage.path()).unwrap();
    let inserted = connection.execute(sql, [stage.now.as_second() - 300]).unwrap();
    assert_eq!(inserted, 1_000_000);
}
