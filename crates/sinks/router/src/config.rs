//! The configured stores, and the choice of those to write to.

use settings::{Setting, Settings, Source};

/// The stores a program may use.
#[derive(Debug, Clone, Settings)]
pub struct Config {
    #[setting(block)]
    pub(crate) sinks: Sinks,
    #[setting(block)]
    pub(crate) influxdb: Option<sink_influxdb::Config>,
    #[setting(block)]
    pub(crate) postgres: Option<postgres_client::Config>,
    #[setting(block)]
    pub(crate) mqtt: Option<sink_mqtt::Config>,
    /// The embedded store; also where small state is kept when there is no PostgreSQL.
    #[setting(block)]
    pub sqlite: sink_sqlite::Config,
}

/// A store by its name in `SINK`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreName {
    /// `influxdb`
    Influxdb,
    /// `postgres`
    Postgres,
    /// `sqlite`
    Sqlite,
    /// `mqtt`
    Mqtt,
    /// `stdout`
    Stdout,
}

#[derive(Debug, Clone, Settings)]
#[setting(group = "stores")]
pub(crate) struct Sinks {
    /// Stores to write to instead of those found configured: `influxdb`, `postgres`, `sqlite`, `mqtt`,
    /// `stdout`; several with commas.
    #[setting(name = "SINK")]
    names: Option<StoreNames>,
}

#[derive(Debug, Clone)]
struct StoreNames(Vec<StoreName>);

impl Config {
    /// PostgreSQL, where it is configured.
    pub fn postgres(&self) -> Option<&postgres_client::Config> {
        self.postgres.as_ref()
    }

    /// InfluxDB, where it is configured.
    pub fn influxdb(&self) -> Option<&sink_influxdb::Config> {
        self.influxdb.as_ref()
    }

    /// The MQTT broker, where it is configured.
    pub fn mqtt(&self) -> Option<&sink_mqtt::Config> {
        self.mqtt.as_ref()
    }

    /// The same stores, to which the program names itself where they ask for it.
    #[must_use]
    pub fn named(self, program: &str) -> Self {
        let postgres = self.postgres.map(|postgres| postgres.named(program));
        Self { postgres, mqtt: self.mqtt.map(|mqtt| mqtt.named(program)), ..self }
    }

    /// Whether `SINK` says where records go.
    pub fn is_forced(&self) -> bool {
        self.sinks.names.is_some()
    }

    /// The stores that are meant, the preferred one first. A broker is no place to keep records, so it is meant only
    /// where `SINK` names it.
    pub fn stores(&self) -> Vec<StoreName> {
        match &self.sinks.names {
            Some(StoreNames(names)) => names.clone(),
            None => vec![StoreName::Influxdb, StoreName::Postgres, StoreName::Sqlite],
        }
    }

    /// Notes the stores that `SINK` names but nobody configured.
    pub fn check(&self, source: &mut Source) {
        let missing = [
            (
                StoreName::Influxdb,
                self.influxdb.is_none(),
                "names influxdb, which needs INFLUXDB_URL and its token",
            ),
            (StoreName::Postgres, self.postgres().is_none(), "names postgres, which needs POSTGRES_URL"),
            (StoreName::Mqtt, self.mqtt.is_none(), "names mqtt, which needs MQTT_URL"),
        ];
        for (_, _, message) in
            missing.iter().filter(|(name, is_missing, _)| *is_missing && self.is_named(*name))
        {
            source.mistake("SINK", message);
        }
    }

    fn is_named(&self, name: StoreName) -> bool {
        self.sinks.names.as_ref().is_some_and(|names| names.0.contains(&name))
    }
}

impl Setting for StoreNames {
    const TAKES: &'static str = "a list of influxdb, postgres, sqlite, mqtt and stdout";

    fn parse(text: &str) -> Result<Self, String> {
        let mut names = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let name = match name.to_ascii_lowercase().as_str() {
                "influxdb" => StoreName::Influxdb,
                "postgres" | "postgresql" => StoreName::Postgres,
                "sqlite" => StoreName::Sqlite,
                "mqtt" => StoreName::Mqtt,
                "stdout" => StoreName::Stdout,
                _ => return Err(format!("must be {}", Self::TAKES)),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(Self(names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_client::Client;
    use record::{Schema, Shape, WriteMode};
    use sink::Sink;

    use crate::StoreRouter;

    const INFLUXDB: [(&str, &str); 4] =
        [("INFLUX_URL", "http://i"), ("INFLUX_KEY", "t"), ("INFLUX_ORG", "o"), ("BUCKET", "b")];
    const POSTGRES: (&str, &str) = ("POSTGRES_URL", "postgres://user@db/name");

    fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
        let mut source = Source::of(variables.iter().copied());
        let config = Config::read(&mut source);
        if let Some(config) = &config {
            config.check(&mut source);
        }
        source.finish().map_err(|mistakes| mistakes.to_string())?;
        config.ok_or_else(|| "nothing read and no mistake".to_owned())
    }

    fn routes(variables: &[(&str, &str)], shape: Shape) -> Vec<&'static str> {
        let tls = tls::client_config(None).unwrap();
        let http = Client::new(http_client::Options::new("test", "0", tls.clone())).unwrap();
        let router = StoreRouter::new(&read(variables).unwrap(), &http, &tls);
        let schema = Schema {
            name: "x".into(),
            description: "".into(),
            shape,
            event: false,
            columns: [].as_slice().into(),
        };
        router.stores_for(&schema).map(Sink::name).collect()
    }

    #[test]
    fn a_measurement_goes_to_the_best_store_there_is() {
        let both = [&INFLUXDB[..], &[POSTGRES]].concat();
        assert_eq!(routes(&both, Shape::Measurement), ["influxdb"]);
        assert_eq!(routes(&[POSTGRES], Shape::Measurement), ["postgres"]);
        assert_eq!(routes(&[], Shape::Measurement), ["sqlite"]);
    }

    #[test]
    fn a_table_never_goes_to_influxdb() {
        let table = Shape::Table(WriteMode::Upsert);
        let both = [&INFLUXDB[..], &[POSTGRES]].concat();
        assert_eq!(routes(&both, table), ["postgres"]);
        assert_eq!(routes(&INFLUXDB, table), ["sqlite"]);
        assert_eq!(routes(&[&INFLUXDB[..], &[("SINK", "influxdb,stdout")]].concat(), table), ["stdout"]);
    }

    #[test]
    fn sink_names_the_stores_instead() {
        let variables = [&INFLUXDB[..], &[("SINK", "sqlite, influxdb")]].concat();
        assert_eq!(routes(&variables, Shape::Measurement), ["sqlite", "influxdb"]);
    }

    #[test]
    fn a_broker_gets_records_only_where_it_is_named() {
        let broker = ("MQTT_URL", "mqtt://broker");
        assert_eq!(routes(&[broker], Shape::Measurement), ["sqlite"]);
        assert_eq!(routes(&[broker, ("SINK", "mqtt")], Shape::Measurement), ["mqtt"]);
        assert_eq!(
            routes(&[broker, ("SINK", "sqlite,mqtt")], Shape::Table(WriteMode::Upsert)),
            ["sqlite", "mqtt"]
        );
        assert_eq!(read(&[("SINK", "mqtt")]).unwrap_err(), "SINK names mqtt, which needs MQTT_URL");
    }

    #[test]
    fn a_store_that_is_named_has_to_be_configured() {
        let problem = "SINK names influxdb, which needs INFLUXDB_URL and its token";
        assert_eq!(read(&[("SINK", "influxdb")]).unwrap_err(), problem);
        let problem = "SINK must be a list of influxdb, postgres, sqlite, mqtt and stdout";
        assert_eq!(read(&[("SINK", "oracle")]).unwrap_err(), problem);
    }
}
