//! The setting that says which bus is meant.

use std::path::PathBuf;

use settings::Settings;

use crate::{Bus, Error};

/// Which bus is meant.
#[derive(Debug, Clone, Settings)]
pub struct Config {
    /// I2C bus the sensor is on.
    #[setting(name = "I2C_BUS", default = "/dev/i2c-1")]
    pub path: PathBuf,
}

impl Config {
    /// Opens the bus. Whether a sensor is on it is not known yet.
    ///
    /// # Errors
    ///
    /// All are faults of the configuration: a bus does not come and go.
    #[cfg(target_os = "linux")]
    pub fn open(&self) -> Result<Bus, Error> {
        Bus::new(&self.path).map_err(|error| Error::open(self.path.clone(), error.into()))
    }

    /// Fails: there is no bus on this system.
    ///
    /// # Errors
    ///
    /// [`Error::NotLinux`].
    #[cfg(not(target_os = "linux"))]
    pub fn open(&self) -> Result<Bus, Error> {
        Err(Error::NotLinux)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_bus_that_is_not_there_is_a_matter_of_configuration() {
        let config = Config { path: "/nowhere/i2c-1".into() };
        let error = config.open().err().unwrap();
        assert_eq!(error.to_string(), "there is no I2C bus /nowhere/i2c-1; I2C may have to be switched on");
        assert_eq!(fault::Fault::kind(&error), fault::Kind::Configuration);
    }
}
