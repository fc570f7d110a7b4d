//! The settings every program has.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use alert_engine::Thresholds;
use secret::Secret;
use settings::{Settings, Source, Variable};

use crate::alerting::ChannelConfigs;
use crate::instance::InstanceConfig;
use crate::spool_config::{RemoteSpoolConfig, SpoolConfig};

/// The settings every program has, beside its own. A block that holds a mistake has its defaults, or is left out, so
/// that the mistake itself can still be reported.
#[derive(Debug, Clone)]
pub(crate) struct Common {
    pub(crate) shared: Shared,
    pub(crate) alerts: Option<alert_engine::Options>,
    pub(crate) channels: ChannelConfigs,
    pub(crate) limits: Option<RunLimits>,
    pub(crate) spool: Option<SpoolConfig>,
    pub(crate) reporting: Option<Reporting>,
}

/// The settings of the environment, which services have as well.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) instance: Option<InstanceConfig>,
    pub(crate) stores: Option<sink_router::Config>,
    pub(crate) requests: Option<Requests>,
    pub(crate) files: Option<Files>,
    pub(crate) logging: Option<Logging>,
}

/// Time limits of a run.
#[derive(Debug, Clone, Settings)]
#[setting(group = "run")]
pub(crate) struct RunLimits {
    /// Time limit of a run; of a device, one that takes one reading.
    #[setting(name = "DEADLINE_SECONDS", default = "120")]
    pub(crate) deadline: Duration,
    /// Share of it for failed attempts and the waits between them.
    #[setting(name = "RETRY_BUDGET_SECONDS", default = "30")]
    pub(crate) retry_budget: Duration,
}

/// Time limit of HTTP requests.
#[derive(Debug, Clone, Settings)]
#[setting(group = "run")]
pub(crate) struct Requests {
    /// Time limit of one HTTP request, reply included.
    #[setting(name = "HTTP_TIMEOUT_SECONDS", default = "20")]
    pub(crate) timeout: Duration,
}

/// Files a program reads and keeps.
#[derive(Debug, Clone, Settings)]
#[setting(group = "spool")]
pub(crate) struct Files {
    /// Folder for records that a store could not take; the next run delivers them.
    #[setting(name = "SPOOL_DIR", default = "data/spool")]
    pub(crate) spool: PathBuf,
    /// PEM file of authorities to trust beside the public ones.
    #[setting(name = "CA_FILE", group = "run")]
    pub(crate) ca_file: Option<PathBuf>,
}

/// Other receivers of the run report.
#[derive(Debug, Clone, Settings)]
#[setting(group = "run")]
pub(crate) struct Reporting {
    /// URL to GET after each good run or reading, as Uptime Kuma and healthchecks want it.
    #[setting(name = "HEARTBEAT_URL", also = "UPTIME_KUMA_WEBHOOK")]
    pub(crate) heartbeat: Option<Secret>,
    /// File that gets the run report, where it exists: Kubernetes shows it.
    #[setting(name = "TERMINATION_LOG", default = "/dev/termination-log")]
    pub(crate) termination_log: PathBuf,
    /// File that gets the run report, where its folder exists: Airflow hands it on.
    #[setting(name = "XCOM_FILE", default = "/airflow/xcom/return.json")]
    pub(crate) xcom: PathBuf,
}

/// The settings of the log.
#[derive(Debug, Clone, Settings)]
#[setting(group = "logs")]
pub(crate) struct Logging {
    /// Log level: `error`, `warn`, `info`, `debug` or `trace`; for parts of a program as in `info,http-client=debug`.
    #[setting(name = "LOG_LEVEL", default = "info")]
    pub(crate) level: String,
    /// Log format: `json` or `text`; without it, text on a terminal and JSON elsewhere.
    #[setting(name = "LOG_FORMAT")]
    pub(crate) format: Option<String>,
    /// Any value turns colors off.
    #[setting(name = "NO_COLOR")]
    pub(crate) no_color: Option<String>,
}

impl Common {
    pub(crate) fn read(source: &mut Source) -> Self {
        let shared = Shared::read(source);
        if let Some(stores) = &shared.stores {
            stores.check(source);
        }
        Self {
            shared,
            alerts: or_defaults(source),
            channels: ChannelConfigs::read(source),
            limits: or_defaults(source),
            spool: or_defaults(source),
            reporting: or_defaults(source),
        }
    }

    fn variables() -> Vec<Variable> {
        [
            sink_router::Config::variables(),
            ChannelConfigs::variables(),
            alert_engine::Options::variables(),
            Thresholds::variables(),
            RunLimits::variables(),
            Requests::variables(),
            Files::variables(),
            SpoolConfig::variables(),
            Reporting::variables(),
            InstanceConfig::variables(),
            Logging::variables(),
            vec![config_file()],
        ]
        .concat()
    }
}

impl Shared {
    pub(crate) fn read(source: &mut Source) -> Self {
        Self {
            instance: or_defaults(source),
            stores: sink_router::Config::read(source),
            requests: or_defaults(source),
            files: or_defaults(source),
            logging: or_defaults(source),
        }
    }

    pub(crate) fn variables() -> Vec<Variable> {
        let own = [sink_router::Config::variables(), Requests::variables(), Files::variables()].concat();
        [own, InstanceConfig::variables(), Logging::variables(), vec![config_file()]].concat()
    }
}

/// All variables of a program with settings `C`, each once: a gateway has the broker for itself and for its store.
pub(crate) fn variables<C: Settings>() -> Vec<Variable> {
    once_each([C::variables(), Common::variables()].concat())
}

/// All variables of a job with settings `C`, whose spool need not be a file.
pub(crate) fn job_variables<C: Settings>() -> Vec<Variable> {
    once_each([variables::<C>(), RemoteSpoolConfig::variables()].concat())
}

fn once_each(mut variables: Vec<Variable>) -> Vec<Variable> {
    let mut names = BTreeSet::new();
    variables.retain(|variable| names.insert(variable.name));
    variables
}

/// The one variable that is read before all others.
pub(crate) fn config_file() -> Variable {
    Variable {
        name: "CONFIG_FILE",
        also: &[],
        takes: "a path",
        required: false,
        secret: false,
        range: None,
        default: None,
        group: Some("run"),
        description: "TOML file of settings, under the same names; the environment comes first.",
    }
}

/// A block as it is set, or as it is when nothing is.
pub(crate) fn or_defaults<T: Settings>(source: &mut Source) -> Option<T> {
    T::read(source).or_else(|| T::read(&mut Source::of::<&str, &str>([])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Settings)]
    #[expect(dead_code, reason = "only what it declares is looked at")]
    struct Gateway {
        /// The embedded store, which every program has anyway.
        #[setting(name = "SQLITE_PATH", default = "own.db")]
        path: PathBuf,
    }

    #[test]
    fn a_variable_that_program_and_platform_share_is_listed_once() {
        let variables = variables::<Gateway>();
        let shared: Vec<_> = variables.iter().filter(|variable| variable.name == "SQLITE_PATH").collect();
        assert_eq!(shared.len(), 1);
        assert_eq!(shared[0].default, Some("own.db"), "the program's own comes first");
    }

    #[test]
    fn every_variable_of_the_platform_has_a_group() {
        #[derive(Settings)]
        struct Nothing {}
        let without: Vec<_> =
            job_variables::<Nothing>().into_iter().filter(|it| it.group.is_none()).collect();
        assert!(without.is_empty(), "{without:?}");
    }
}
