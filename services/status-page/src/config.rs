//! What can be set.

use std::path::PathBuf;
use std::time::Duration;

use http_server::Access;
use settings::Settings;

/// What can be set, beside the stores to read.
#[derive(Settings)]
pub struct Config {
    #[setting(block)]
    pub server: http_server::Config,
    #[setting(block)]
    pub access: Option<Access>,
    /// Folder with what programs say of themselves: the output of `--describe` of each as `<name>.json`. A program that
    /// has run needs none.
    #[setting(name = "STATUS_PROGRAMS")]
    pub programs: Option<PathBuf>,
    /// Days after its last run that a pipeline is shown for.
    #[setting(name = "STATUS_DAYS", default = "30")]
    days: u32,
}

impl Config {
    /// How far back runs are looked for.
    pub fn look_back(&self) -> Duration {
        Duration::from_hours(24 * u64::from(self.days))
    }
}
