//! Size of the pages with ten thousand runs and a million points.

use crate::server::Server;
use crate::stage::Stage;

/// Limit of the size of any page, in bytes.
const BYTES: usize = 200_000;

#[test]
fn with_ten_thousand_runs_and_a_million_points_every_page_stays_small() {
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
        let answer = server.get(page);
        assert_eq!(answer.status, 200, "{page}");
        assert!(answer.body.len() < BYTES, "{page}: {} bytes", answer.body.len());
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
