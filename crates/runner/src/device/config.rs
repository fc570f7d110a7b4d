//! The settings every device has, beside those that every program has.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use settings::{Setting, Settings, Source, Variable};

use crate::Program;
use crate::config;

/// The period of a device where the program has none.
const INTERVAL: Duration = Duration::from_mins(1);

/// The settings every device has.
#[derive(Debug, Clone)]
pub(crate) struct DeviceSettings {
    pub(crate) interval: Duration,
    pub(crate) watching: Watching,
}

/// The alerts, the reports and the endpoints of a device.
#[derive(Debug, Clone, Settings)]
#[setting(group = "device")]
pub(crate) struct Watching {
    /// Number of failed readings in a row before an alert.
    #[setting(name = "FAILURES_BEFORE_ALERT", default = "3")]
    pub(crate) failures_before_alert: NonZeroU32,
    /// Number of identical readings in a row after which a sensor counts as stuck, in place of the program's own; 0 for
    /// never.
    #[setting(name = "STALE_AFTER_READINGS")]
    pub(crate) stale_after: Option<u32>,
    /// Time from one run report of the device to the next.
    #[setting(name = "REPORT_INTERVAL_SECONDS", default = "300")]
    pub(crate) report_interval: Duration,
    /// Address and port for `/healthz`, `/readyz` and `/metrics`, as in `0.0.0.0:9100`; without it there are none.
    #[setting(name = "METRICS_ADDR")]
    pub(crate) metrics: Option<Address>,
}

/// An address to listen on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address(pub(crate) SocketAddr);

impl DeviceSettings {
    /// Reads the settings; mistakes go to `source`.
    pub(crate) fn read(program: &Program, source: &mut Source) -> Option<Self> {
        let interval = match interval_variable(program) {
            Some(variable) => source.setting(&variable).unwrap_or(INTERVAL),
            None => INTERVAL,
        };
        Some(Self { interval, watching: config::or_defaults(source)? })
    }

    pub(crate) fn variables(program: &Program) -> Vec<Variable> {
        interval_variable(program).into_iter().chain(Watching::variables()).collect()
    }
}

fn interval_variable(program: &Program) -> Option<Variable> {
    program.interval.map(|default| Variable {
        name: "INTERVAL_SECONDS",
        also: &["INTERVAL"],
        takes: <Duration as Setting>::TAKES,
        required: false,
        secret: false,
        range: None,
        default: Some(default),
        group: None,
        description: "Interval between readings.",
    })
}

impl Setting for Address {
    const TAKES: &'static str = "an IP address and a port, as in 127.0.0.1:9100";

    fn parse(text: &str) -> Result<Self, String> {
        text.trim().parse().map(Self).map_err(|_| format!("must be {}", Self::TAKES))
    }
}
