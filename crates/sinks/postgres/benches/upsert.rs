//! Benchmark of writes to a real PostgreSQL: 100,000 new rows, the same again, and one changed in ten.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and fails by panicking")]

use std::time::Instant;

use record::{Batch, Record, Timestamp};
use settings::{Settings as _, Source};
use sink::Sink as _;
use sink_postgres::PostgresSink;
use testkit::servers::Postgres;

const ROWS: i64 = 100_000;

#[derive(Record)]
#[record(table = "readings")]
struct Reading {
    #[record(key)]
    id: i64,
    at: Timestamp,
    place: String,
    value: f64,
    note: Option<String>,
}

fn main() {
    let server = match Postgres::start() {
        Ok(server) => server,
        Err(missing) => return println!("postgres: {missing}"),
    };
    let url = server.fresh_database("bench").expect("a database");
    let mut source = Source::of([("POSTGRES_URL", url)]);
    let config = postgres_client::Config::read(&mut source).expect("a URL");
    let sink = PostgresSink::new(config, tls::client_config(None).expect("public authorities"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");

    let mut rows: Vec<_> = (0..ROWS).map(reading).collect();
    let measure = |what: &str, rows: &[Reading]| {
        let started = Instant::now();
        let written = runtime.block_on(sink.write(&Batch::of(rows))).expect("a write");
        let took = started.elapsed();
        assert!(written.refused.is_empty(), "rows were refused");
        #[expect(clippy::cast_precision_loss, reason = "a rate to read")]
        let rate = ROWS as f64 / took.as_secs_f64();
        println!("{what:<28} {:>6} ms   {rate:>9.0} rows/s", took.as_millis());
    };
    println!("{ROWS} rows of 5 columns, upsert by key, one statement");
    measure("new", &rows);
    measure("the same again", &rows);
    rows.iter_mut().step_by(10).for_each(|row| row.value += 1.0);
    measure("one in ten changed", &rows);
}

fn reading(id: i64) -> Reading {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let value = id as f64 / 7.0;
    let at = Timestamp::from_second(1_795_000_000 + id).expect("within range");
    Reading { id, at, place: format!("place {}", id % 50), value, note: None }
}
