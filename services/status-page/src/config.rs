//! Settings of the page.

use std::path::PathBuf;
use std::time::Duration;

use http_server::Access;
use settings::Settings;

/// Settings of the page, besides the stores to read.
#[derive(Settings)]
pub struct Config {
    #[setting(block)]
    pub server: http_server::Config,
    #[setting(block)]
    pub access: Option<Access>,
    /// Folder with the output of `--describe` of programs, as `<name>.json`. Programs that have run need none.
    #[setting(name = "STATUS_PROGRAMS")]
    pub programs: Option<PathBuf>,
    /// Days after its last run that a pipeline is shown.
    #[setting(name = "STATUS_DAYS", default = "30")]
    days: u32,
}

impl Config {
    /// Time for which runs are read.
    pub fn look_back(&self) -> Duration {
        Duration::from_hours(24 * u64::from(self.days))
    }
}
