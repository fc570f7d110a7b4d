//! State, tables, and read-only files.

use record::Record;
use state::State;

use crate::check;
use crate::world::{World, at, run};

/// Record of a table, with a key and no time.
#[derive(Record)]
#[record(table = "stations", write = "upsert")]
struct Station {
    #[record(key)]
    code: String,
    height: i64,
}

async fn state_is_found_by_the_prefix_of_its_key(world: &World, of: impl Fn(&str) -> State) {
    of("weather").set("alert/weather/run/extract", "{}").await.unwrap();
    of("weather").set("describe", "{\"name\":\"weather\"}").await.unwrap();
    of("air").set("alert/air%_", "[]").await.unwrap();
    let history = world.history();
    let entries = history.state("alert/").await.unwrap();
    let keys: Vec<_> = entries.iter().map(|entry| (entry.program.as_str(), entry.key.as_str())).collect();
    assert_eq!(keys, [("air", "alert/air%_"), ("weather", "alert/weather/run/extract")]);
    assert!(entries[0].updated_at > at(-100_000_000) && entries[0].value == "[]");
    assert_eq!(history.state("describe").await.unwrap().len(), 1);
    assert!(history.state("alert/air%%").await.unwrap().is_empty());
    assert!(history.datasets().await.unwrap().is_empty(), "state is no table of records");
}

#[test]
fn state_in_sqlite_is_found() {
    check(Some(World::sqlite()), async |world| {
        let path = world.config.sqlite.path.clone();
        state_is_found_by_the_prefix_of_its_key(world, |program| State::sqlite(&path, program)).await;
    });
}

#[test]
fn state_in_postgres_is_found() {
    check(World::postgres("state_in_postgres_is_found"), async |world| {
        let postgres = world.config.postgres().unwrap();
        let of = |program: &str| State::postgres(postgres.clone(), world.tls.clone(), program);
        state_is_found_by_the_prefix_of_its_key(world, of).await;
    });
}

async fn a_table_has_rows_and_no_series(world: &World) {
    let station = |code: &str, height| Station { code: code.to_owned(), height };
    world.write(&[station("OSL", 208), station("BGO", 50)]).await;
    let history = world.history();
    let tables = history.datasets().await.unwrap();
    assert_eq!((tables.len(), tables[0].is_measurement()), (1, false));
    assert_eq!(tables[0].tags, ["code"]);
    let rows = history.latest(&tables[0], at(0), 10).await.unwrap();
    assert_eq!((rows[0]["code"].as_str(), rows[1]["height"].as_i64()), (Some("BGO"), Some(208)));
}

#[test]
fn a_table_in_sqlite_has_rows_and_no_series() {
    check(Some(World::sqlite()), a_table_has_rows_and_no_series);
}

#[test]
fn a_table_in_postgres_has_rows_and_no_series() {
    check(World::postgres("a_table_in_postgres_has_rows"), a_table_has_rows_and_no_series);
}

#[test]
fn reading_neither_makes_nor_changes_a_file() {
    check(Some(World::sqlite()), async |world| {
        assert!(world.history().runs("weather", 1).await.unwrap().is_empty());
        assert_eq!(std::fs::read_dir(world.folder()).unwrap().count(), 0);
        world.write(&[run("weather", 1, None)]).await;
        let before = std::fs::read(&world.config.sqlite.path).unwrap();
        assert_eq!(world.history().runs("weather", 1).await.unwrap().len(), 1);
        assert_eq!(std::fs::read(&world.config.sqlite.path).unwrap(), before);
    });
}

#[test]
fn later_writes_are_seen() {
    check(Some(World::sqlite()), async |world| {
        let history = world.history();
        for second in 1..4 {
            world.write(&[run("weather", second, None)]).await;
            assert_eq!(history.runs("weather", 1).await.unwrap()[0].started, at(second));
        }
    });
}

#[test]
fn a_file_that_is_not_a_database_is_an_error() {
    check(Some(World::sqlite()), async |world| {
        std::fs::write(&world.config.sqlite.path, "not a database, but text that is long enough").unwrap();
        let error = world.history().runs("weather", 1).await.unwrap_err();
        assert!(
            fault::chain(&error).contains("is damaged or is not an SQLite file"),
            "{}",
            fault::chain(&error)
        );
    });
}
