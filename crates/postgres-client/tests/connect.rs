//! Connections to a real server, and the error of each failure.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::TcpListener;
use std::path::Path;

use fault::{Fault as _, Kind};
use postgres_client::{Client, Config, Connector, Error, connect};
use settings::{Settings as _, Source};
use testkit::servers::Postgres;

/// Whether the connection is encrypted, and the name it goes by.
const IS_TLS: &str = "SELECT concat(ssl, ' ', application_name) FROM pg_stat_ssl \
    JOIN pg_stat_activity USING (pid) WHERE pid = pg_backend_pid()";

fn config(url: &str) -> Config {
    Config::read(&mut Source::of([("POSTGRES_URL", url)])).unwrap().named("a test")
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn reach(url: &str, ca_file: Option<&Path>) -> Result<Client, Error> {
    connect(&config(url), &tls::client_config(ca_file).unwrap()).await
}

async fn ask(client: &Client, question: &str) -> String {
    client.query_typed_one(question, &[]).await.unwrap().get(0)
}

fn failure(url: &str) -> (Kind, String) {
    let error = run(reach(url, None)).err().unwrap();
    (error.kind(), fault::chain(&error))
}

#[test]
fn a_server_is_reached_with_and_without_tls() {
    let Some(server) = testkit::require(Postgres::shared()) else { return };
    let full = server.tls_url().replace("require", "verify-full");
    for (url, expected) in [(server.url(), "f a test"), (server.tls_url(), "t a test"), (full, "t a test")] {
        run(async {
            let client = reach(&url, Some(server.ca_file())).await.unwrap();
            assert_eq!(ask(&client, IS_TLS).await, expected);
        });
    }
}

#[test]
fn a_certificate_that_is_not_trusted_is_a_matter_of_configuration() {
    let Some(server) = testkit::require(Postgres::shared()) else { return };
    let (kind, message) = failure(&server.tls_url());
    assert_eq!(kind, Kind::Configuration);
    assert!(message.contains("TLS") && message.contains("certificate"), "{message}");
}

#[test]
fn with_prefer_an_untrusted_server_is_reached_without_tls() {
    let Some(server) = testkit::require(Postgres::shared()) else { return };
    let url = server.tls_url().replace("require", "prefer");
    run(async {
        let client = reach(&url, None).await.unwrap();
        let question = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        assert_eq!(ask(&client, question).await, "false");
    });
}

#[test]
fn a_wrong_login_is_unauthorized_and_shows_no_password() {
    let Some(server) = testkit::require(Postgres::shared()) else { return };
    let url = server.url();
    let (head, place) = url.split_once('@').unwrap();
    let user = head.rsplit_once(':').unwrap().0;
    let (kind, message) = failure(&format!("{user}:hunter22@{place}"));
    assert_eq!(kind, Kind::Unauthorized);
    assert!(message.contains("28P01") && !message.contains("hunter22"), "{message}");
    let (kind, message) = failure(&format!("{user}@{place}"));
    assert_eq!(kind, Kind::Unauthorized, "{message}");
    assert!(message.contains("password"), "{message}");
}

#[test]
fn an_unknown_database_is_a_matter_of_configuration() {
    let Some(server) = testkit::require(Postgres::shared()) else { return };
    let (kind, message) = failure(&server.url().replace("/postgres?", "/nowhere?"));
    assert_eq!(kind, Kind::Configuration);
    assert!(message.contains("nowhere") && message.contains("3D000"), "{message}");
}

#[test]
fn a_server_that_is_away_is_temporary() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (kind, message) = failure(&format!("postgres://me:hunter22@127.0.0.1:{port}/data"));
    assert_eq!(
        (kind, message.as_str()),
        (Kind::Temporary, "PostgreSQL cannot be reached: connection refused")
    );
}

#[test]
fn a_host_that_does_not_exist_is_temporary() {
    let (kind, message) = failure("postgres://me:hunter22@nowhere.invalid/data");
    assert_eq!(kind, Kind::Temporary, "{message}");
    assert!(!message.contains("hunter22"), "{message}");
}

#[test]
fn a_server_that_ends_the_exchange_is_temporary() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || drop(listener.accept().unwrap()));
    let (kind, message) = failure(&format!("postgres://me@127.0.0.1:{port}/data?sslmode=disable"));
    assert_eq!(kind, Kind::Temporary, "{message}");
    server.join().unwrap();
}

#[test]
fn a_server_without_tls_is_reported_where_tls_is_required() {
    use std::io::{Read as _, Write as _};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 8]).unwrap();
        stream.write_all(b"N").unwrap();
    });
    let (kind, message) = failure(&format!("postgres://me@127.0.0.1:{port}/data?sslmode=require"));
    assert_eq!(kind, Kind::Configuration, "{message}");
    assert!(message.contains("does not support TLS"), "{message}");
    server.join().unwrap();
}

#[test]
fn a_connection_is_used_again_until_it_is_lost() {
    let Some(server) = testkit::require(Postgres::shared()) else { return };
    let connector = Connector::new(config(&server.url()), tls::client_config(None).unwrap());
    run(async {
        let pid = async |client: &Client| ask(client, "SELECT pg_backend_pid()::text").await;
        let client = connector.client().await.unwrap();
        let first = pid(&client).await;
        connector.put_back(client);
        let client = connector.client().await.unwrap();
        assert_eq!(pid(&client).await, first);

        let killed =
            client.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())").await.map_err(Error::from);
        assert_eq!(killed.unwrap_err().kind(), Kind::Temporary);
        let lost = client.batch_execute("SELECT 1").await.map_err(Error::from).unwrap_err();
        assert_eq!(lost.kind(), Kind::Temporary);
        connector.put_back(client);
        let client = connector.client().await.unwrap();
        assert_ne!(pid(&client).await, first);
    });
}
