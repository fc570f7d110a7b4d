//! The setting that names the bus.

use std::fmt;

use settings::Settings;

#[cfg(unix)]
use crate::socket::Socket;
use crate::{Address, Bus, Error, Timer};

/// The bus a sensor is on.
#[derive(Debug, Clone, Settings)]
pub struct Config {
    /// I2C bus the sensor is on, as in `/dev/i2c-1`; or `unix:` and the path of a socket, as `i2c-sim` makes one.
    #[setting(name = "I2C_BUS", default = "/dev/i2c-1")]
    pub address: Address,
}

impl Config {
    /// Opens the bus, with the timer that belongs to it. Whether a sensor is on it is not known yet.
    ///
    /// # Errors
    ///
    /// All are faults of the configuration: a bus does not come and go.
    pub fn open(&self) -> Result<(Bus, Timer), Error> {
        match &self.address {
            Address::Device(path) => open_device(path),
            Address::Socket(path) => open_socket(path),
        }
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

#[cfg(target_os = "linux")]
fn open_device(path: &std::path::Path) -> Result<(Bus, Timer), Error> {
    let device = linux_embedded_hal::I2cdev::new(path);
    let device = device.map_err(|error| Error::open(path.to_owned(), error.into()))?;
    Ok((Bus::new(crate::bus::Carrier::Device(device)), Timer::default()))
}

#[cfg(not(target_os = "linux"))]
fn open_device(_: &std::path::Path) -> Result<(Bus, Timer), Error> {
    Err(Error::NotLinux)
}

#[cfg(unix)]
fn open_socket(path: &std::path::Path) -> Result<(Bus, Timer), Error> {
    let socket = Socket::connect(path).map_err(|source| Error::NoSocket { path: path.to_owned(), source })?;
    Ok((Bus::new(crate::bus::Carrier::Socket(socket.clone())), Timer::of(socket)))
}

#[cfg(not(unix))]
fn open_socket(_: &std::path::Path) -> Result<(Bus, Timer), Error> {
    Err(Error::NotLinux)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_missing_bus_is_a_fault_of_the_configuration() {
        for (address, message) in [
            ("/nowhere/i2c-1", "there is no I2C bus /nowhere/i2c-1; I2C may have to be switched on"),
            ("unix:/nowhere/bus", "no I2C bus answers on the socket /nowhere/bus"),
        ] {
            let error = Config { address: address.into() }.open().unwrap_err();
            assert_eq!(error.to_string(), message);
            assert_eq!(fault::Fault::kind(&error), fault::Kind::Configuration);
        }
    }
}
