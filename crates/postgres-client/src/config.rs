//! Settings of the database and its user: one URL, or the names of the programs this replaces.

use std::time::Duration;

use secret::{ExposeSecret, Secret};
use settings::{Settings, Source, Variable};
use tokio_postgres::config::Host;

use crate::url;

/// Time limit for one address to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Time that sent data may stay unacknowledged before the connection counts as lost.
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(30);

const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// Database and its user.
///
/// Either `POSTGRES_URL`, or `DB_HOST` with `DASHBOARD_DB` and `POSTGRES_USER`. The URL goes first. A user or password
/// that it omits is taken from `POSTGRES_USER` and `POSTGRES_PASSWORD`, so that the URL can stand where everyone may
/// read it.
#[derive(Debug, Clone)]
pub struct Config {
    // Its `Debug` leaves the password out.
    driver: tokio_postgres::Config,
}

#[derive(Settings)]
#[setting(group = "stores")]
struct Variables {
    /// The database, as `postgres://user:password@host:5432/database?sslmode=require`.
    #[setting(name = "POSTGRES_URL", also = "DATABASE_URL")]
    url: Option<Secret>,
    /// Host of the database, where no URL is set.
    #[setting(name = "DB_HOST")]
    host: Option<String>,
    /// Name of the database on `DB_HOST`.
    #[setting(name = "DASHBOARD_DB")]
    database: Option<String>,
    /// Port of the database on `DB_HOST`.
    #[setting(name = "POSTGRES_PORT", default = "5432")]
    port: u16,
    /// User of the database, where the URL names none.
    #[setting(name = "POSTGRES_USER")]
    user: Option<String>,
    /// Password of that user, where the URL has none.
    #[setting(name = "POSTGRES_PASSWORD")]
    password: Option<Secret>,
}

impl Config {
    /// The same database, to which the program names itself in `pg_stat_activity` and in the server's log, unless the
    /// URL says otherwise.
    #[must_use]
    pub fn named(mut self, program: &str) -> Self {
        if self.driver.get_application_name().is_none() {
            self.driver.application_name(program);
        }
        self
    }

    /// Database and host, for people: `data on db:5433`.
    pub fn place(&self) -> String {
        let driver = &self.driver;
        let host = driver.get_hosts().first().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        let host =
            host.or_else(|| driver.get_hostaddrs().first().map(ToString::to_string)).unwrap_or_default();
        let port = driver.get_ports().first().map_or_else(String::new, |port| format!(":{port}"));
        // Without a name, the database is that of the user.
        let database = driver.get_dbname().or_else(|| driver.get_user()).unwrap_or_default();
        format!("{database} on {host}{port}")
    }

    pub(crate) fn driver(&self) -> &tokio_postgres::Config {
        &self.driver
    }
}

impl Settings for Config {
    /// `POSTGRES_URL` counts as required, though the older names may stand for it.
    fn variables() -> Vec<Variable> {
        let required = |variable: Variable| Variable { required: variable.name == URL, ..variable };
        Variables::variables().into_iter().map(required).collect()
    }

    fn read(source: &mut Source) -> Option<Self> {
        let variables = Variables::read(source)?;
        let mut driver = match (&variables.url, &variables.host, &variables.database) {
            (Some(text), ..) => parsed(text, source)?,
            (None, None, None) => return missing(source),
            _ => assembled(&variables, source)?,
        };
        complete(&mut driver, &variables);
        has_user_and_host(&driver, source).then_some(Self { driver })
    }

    fn is_there(source: &Source) -> bool {
        let place = [URL, HOST, DATABASE];
        Variables::variables()
            .iter()
            .any(|variable| place.contains(&variable.name) && source.is_set(variable))
    }
}

const URL: &str = "POSTGRES_URL";
const HOST: &str = "DB_HOST";
const DATABASE: &str = "DASHBOARD_DB";

fn missing(source: &mut Source) -> Option<Config> {
    source.mistake(URL, "is required, or DB_HOST with DASHBOARD_DB and POSTGRES_USER");
    None
}

fn parsed(text: &Secret, source: &mut Source) -> Option<tokio_postgres::Config> {
    let driver = url::parse(text.expose_secret()).map_err(|problem| source.mistake(URL, &problem)).ok()?;
    if let Some(Ok(password)) = driver.get_password().map(std::str::from_utf8) {
        source.hide(&Secret::from(password));
    }
    Some(driver)
}

fn assembled(variables: &Variables, source: &mut Source) -> Option<tokio_postgres::Config> {
    let mut need = |value: &Option<String>, name, message| {
        if value.is_none() {
            source.mistake(name, message);
        }
        value.clone()
    };
    let host = need(&variables.host, HOST, "is required where DASHBOARD_DB is set");
    let database =
        need(&variables.database, DATABASE, "is required where DB_HOST is set: the name of the database");
    let user = need(&variables.user, "POSTGRES_USER", "is required where DB_HOST is set");
    let mut driver = tokio_postgres::Config::new();
    driver.host(host?).port(variables.port).dbname(database?).user(user?);
    Some(driver)
}

fn complete(driver: &mut tokio_postgres::Config, variables: &Variables) {
    if let (None, Some(user)) = (driver.get_user(), &variables.user) {
        driver.user(user);
    }
    if let (None, Some(password)) = (driver.get_password(), &variables.password) {
        driver.password(password.expose_secret());
    }
    if driver.get_connect_timeout().is_none() {
        driver.connect_timeout(CONNECT_TIMEOUT);
    }
    if driver.get_tcp_user_timeout().is_none() {
        driver.tcp_user_timeout(UNACKNOWLEDGED_TIMEOUT);
    }
    driver.keepalives_idle(driver.get_keepalives_idle().min(KEEPALIVE_IDLE));
}

/// The driver would ask the operating system for a user, and an empty image has none.
fn has_user_and_host(driver: &tokio_postgres::Config, source: &mut Source) -> bool {
    let is_named = |host: &Host| !matches!(host, Host::Tcp(name) if name.is_empty());
    let has_host = driver.get_hosts().iter().any(is_named) || !driver.get_hostaddrs().is_empty();
    if !has_host {
        source.mistake(URL, "names no host");
    }
    let has_user = driver.get_user().is_some_and(|user| !user.is_empty());
    if !has_user {
        source.mistake(URL, "names no user, and POSTGRES_USER is not set");
    }
    has_host && has_user
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::SslMode;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<Config>, String> {
        let mut source = Source::of(variables.iter().copied());
        let config = Option::<Config>::read(&mut source);
        source.finish().map_err(|mistakes| mistakes.to_string())?;
        Ok(config.flatten())
    }

    fn driver(variables: &[(&str, &str)]) -> tokio_postgres::Config {
        read(variables).unwrap().unwrap().driver
    }

    #[test]
    fn nothing_set_is_no_database() {
        assert!(read(&[("POSTGRES_USER", "me"), ("POSTGRES_PASSWORD", "secret")]).unwrap().is_none());
    }

    #[test]
    fn both_schemes_and_both_names_are_understood() {
        for (name, scheme) in [("POSTGRES_URL", "postgres"), ("DATABASE_URL", "postgresql")] {
            let driver = driver(&[(name, &format!("{scheme}://me:p%40ss@db:5433/data"))]);
            assert_eq!(driver.get_user(), Some("me"));
            assert_eq!(driver.get_password(), Some(&b"p@ss"[..]));
            assert_eq!((driver.get_dbname(), driver.get_ports()), (Some("data"), &[5433][..]));
        }
    }

    #[test]
    fn the_place_is_told_without_user_and_password() {
        let place = |url| read(&[("POSTGRES_URL", url)]).unwrap().unwrap().place();
        assert_eq!(place("postgres://me:hunter22@db:5433/data"), "data on db:5433");
        assert_eq!(place("postgres://me:hunter22@db"), "me on db:5432");
    }

    #[test]
    fn the_older_names_make_a_database() {
        let older = [
            ("DB_HOST", "db"),
            ("DASHBOARD_DB", "data"),
            ("POSTGRES_USER", "me"),
            ("POSTGRES_PASSWORD", "pw"),
        ];
        let driver = driver(&older);
        assert_eq!(driver.get_hosts(), [Host::Tcp("db".to_owned())]);
        assert_eq!((driver.get_dbname(), driver.get_ports()), (Some("data"), &[5432][..]));
        assert_eq!((driver.get_user(), driver.get_password()), (Some("me"), Some(&b"pw"[..])));
    }

    #[test]
    fn missing_older_variables_are_reported_at_once() {
        let mistakes = read(&[("DB_HOST", "db")]).unwrap_err();
        assert!(
            mistakes.contains("DASHBOARD_DB is required") && mistakes.contains("POSTGRES_USER is required")
        );
        let mistakes = read(&[("DASHBOARD_DB", "data"), ("POSTGRES_USER", "me")]).unwrap_err();
        assert_eq!(mistakes, "DB_HOST is required where DASHBOARD_DB is set");
    }

    #[test]
    fn a_url_without_a_password_takes_it_from_its_own_variable() {
        let driver = driver(&[("POSTGRES_URL", "postgres://me@db/data"), ("POSTGRES_PASSWORD", "pw")]);
        assert_eq!(driver.get_password(), Some(&b"pw"[..]));
    }

    #[test]
    fn a_url_without_user_or_host_is_a_mistake() {
        let mistakes = read(&[("POSTGRES_URL", "postgres:///data")]).unwrap_err();
        assert!(mistakes.contains("names no host") && mistakes.contains("names no user"));
    }

    #[test]
    fn a_mistake_shows_no_part_of_the_url() {
        let mistakes = read(&[("POSTGRES_URL", "mysql://me:hunter22@db/data")]).unwrap_err();
        assert!(mistakes.starts_with("POSTGRES_URL ") && !mistakes.contains("hunter22"), "{mistakes}");
    }

    #[test]
    fn a_configuration_does_not_print_its_password() {
        let config = read(&[("POSTGRES_URL", "postgres://me:hunter22@db/data")]).unwrap();
        assert!(!format!("{config:?}").contains("hunter22"));
    }

    #[test]
    fn connecting_is_bounded_unless_the_url_says_otherwise() {
        let timeout = |url| driver(&[("POSTGRES_URL", url)]).get_connect_timeout().copied();
        assert_eq!(timeout("postgres://me@db/data"), Some(CONNECT_TIMEOUT));
        assert_eq!(timeout("postgres://me@db/data?connect_timeout=9"), Some(Duration::from_secs(9)));
    }

    #[test]
    fn the_program_names_itself_once() {
        let config = read(&[("POSTGRES_URL", "postgres://me@db/data")]).unwrap().unwrap();
        let config = config.named("weather").named("other");
        assert_eq!(config.driver.get_application_name(), Some("weather"));
    }

    #[test]
    fn tls_follows_the_url() {
        let mode = |url| driver(&[("POSTGRES_URL", url)]).get_ssl_mode();
        assert_eq!(mode("postgres://me@db/data"), SslMode::Prefer);
        assert_eq!(mode("postgres://me@db/data?sslmode=verify-full"), SslMode::Require);
    }
}
