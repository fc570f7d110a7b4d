//! `docker/postgres/users.sh`: the programs write, Grafana reads.

use std::path::Path;
use std::process::Output;

use testkit::Requirement;
use testkit::servers::Postgres;

/// A part of the URL of a database.
fn part<'a>(url: &'a str, from: &str, to: &[char]) -> &'a str {
    let rest = url.split_once(from).unwrap().1;
    rest.split(to).next().unwrap()
}

/// A user's call of psql.
fn psql(url: &str, sql: &str) -> Output {
    Requirement::Psql
        .command()
        .unwrap()
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", sql, url])
        .output()
        .unwrap()
}

fn answer(url: &str, sql: &str) -> Result<String, String> {
    let output = psql(url, sql);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim().to_owned();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// Runs the script as the image of PostgreSQL does.
fn set_up(url: &str, secrets: &Path) {
    let database = part(url, "://", &['?']).rsplit('/').next().unwrap();
    let user = part(url, "://", &[':', '@']);
    let output = commands::shell_with(&[Requirement::Psql.find().unwrap()])
        .arg(super::path("docker/postgres/users.sh"))
        .env("SECRETS", secrets)
        .env("POSTGRES_USER", user)
        .env("POSTGRES_DB", database)
        .env("PGHOST", part(url, "@", &[':', '/']))
        .env("PGPORT", part(part(url, "@", &['/']), ":", &['/']))
        .env("PGPASSWORD", part(part(url, "://", &['@']), ":", &['@']))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn grafana_reads_tables_of_the_programs_and_writes_nothing() {
    let Some(server) = testkit::require(Postgres::start()) else { return };
    let admin = server.fresh_database("compose").unwrap();
    let secrets = tempfile::tempdir().unwrap();
    // A password may hold what SQL and shells read differently.
    for (name, password) in
        [("postgres.platform-password", "it's$1"), ("postgres.grafana-password", "b\"c d")]
    {
        std::fs::write(secrets.path().join(name), password).unwrap();
    }
    set_up(&admin, secrets.path());
    let database = part(&admin, "://", &['?']).rsplit('/').next().unwrap();
    let place = part(&admin, "@", &['/']);
    let platform = format!("postgres://platform:it's$1@{place}/{database}");
    let grafana = format!("postgres://grafana:b%22c%20d@{place}/{database}");

    answer(&platform, "CREATE TABLE weather (temp double precision); INSERT INTO weather VALUES (7.5)")
        .unwrap();
    answer(&platform, "CREATE SCHEMA other; CREATE TABLE other.levels (level int)").unwrap();
    assert_eq!(answer(&grafana, "SELECT temp FROM weather"), Ok("7.5".to_owned()));
    assert_eq!(answer(&grafana, "SELECT count(*) FROM other.levels"), Ok("0".to_owned()));
    for sql in [
        "INSERT INTO weather VALUES (1)",
        "DELETE FROM weather",
        "DROP TABLE weather",
        "CREATE TABLE mine (a int)",
    ] {
        let refusal = answer(&grafana, &format!("SET transaction_read_only = off; {sql}")).unwrap_err();
        assert!(
            refusal.contains("permission denied") || refusal.contains("must be owner"),
            "{sql}: {refusal}"
        );
    }
    let refusal = answer(&format!("postgres://platform:wrong@{place}/{database}"), "SELECT 1").unwrap_err();
    assert!(refusal.contains("password authentication failed"), "{refusal}");
}
