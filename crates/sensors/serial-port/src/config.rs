//! The settings of the port.

use std::fmt;
use std::path::{Path, PathBuf};

use serial2_tokio::SerialPort;
use settings::{Settings, Source, Variable};

use crate::{Error, UsbId, adapter};

/// The configured port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Config {
    /// The one of this name.
    Path(PathBuf),
    /// The one on this USB adapter.
    Usb(UsbId),
}

#[derive(Settings)]
struct Written {
    /// Serial port, as in `/dev/ttyUSB0` or `/dev/serial0`. This, or `SERIAL_USB`, is required.
    #[setting(name = "SERIAL_PORT", also = "USB_ADDRESS")]
    port: Option<PathBuf>,
    /// USB adapter whose port is used, wherever it is plugged in, as `lsusb` shows it: `1a86:7523`. Of several alike,
    /// the one with a serial number (`1a86:7523:0001`) or in a socket (`1a86:7523:1-1.2`).
    #[setting(name = "SERIAL_USB")]
    usb: Option<UsbId>,
}

impl Config {
    /// Opens the port at `baud`, with 8 data bits, no parity, 1 stop bit. Needs the runtime of tokio.
    ///
    /// # Errors
    ///
    /// A missing port is temporary; missing permission is a fault of the configuration.
    pub fn open(&self, baud: u32) -> Result<SerialPort, Error> {
        let path = self.path()?;
        SerialPort::open(&path, baud).map_err(|source| Error::open(path, source))
    }

    /// Present path of the port.
    ///
    /// # Errors
    ///
    /// [`Error::NotPlugged`] and [`Error::Several`], where it is named by its adapter.
    pub fn path(&self) -> Result<PathBuf, Error> {
        match self {
            Self::Path(path) => Ok(path.clone()),
            Self::Usb(id) => adapter::port_of(id, Path::new("/sys"), Path::new("/dev")),
        }
    }
}

/// Description for people.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Usb(id) => write!(f, "USB adapter {id}"),
        }
    }
}

impl Settings for Config {
    fn variables() -> Vec<Variable> {
        Written::variables()
    }

    fn read(source: &mut Source) -> Option<Self> {
        match Written::read(source)? {
            Written { port: Some(_), usb: Some(_) } => {
                source.mistake("SERIAL_PORT", "and SERIAL_USB exclude each other");
                None
            }
            Written { port: Some(path), .. } => Some(Self::Path(path)),
            Written { usb: Some(id), .. } => Some(Self::Usb(id)),
            Written { .. } => {
                source.mistake("SERIAL_PORT", "or SERIAL_USB is required: the port the sensor is on");
                None
            }
        }
    }

    fn is_there(source: &Source) -> bool {
        Written::variables().iter().any(|variable| source.is_set(variable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
        let mut source = Source::of(variables.iter().copied());
        let config = Config::read(&mut source);
        source.finish().map_err(|mistakes| mistakes.to_string())?;
        config.ok_or_else(|| "no config and no mistake".to_owned())
    }

    #[test]
    fn a_port_is_named_by_its_path_or_by_its_adapter() {
        assert_eq!(read(&[("SERIAL_PORT", "/dev/ttyS1")]).unwrap(), Config::Path("/dev/ttyS1".into()));
        assert_eq!(
            read(&[("SERIAL_USB", "1A86:7523:1-1.2")]).unwrap().to_string(),
            "USB adapter 1a86:7523:1-1.2"
        );
    }

    #[test]
    fn one_of_the_two_is_required() {
        assert_eq!(
            read(&[]).unwrap_err(),
            "SERIAL_PORT or SERIAL_USB is required: the port the sensor is on"
        );
        let both = read(&[("SERIAL_PORT", "/dev/ttyS1"), ("SERIAL_USB", "1a86:7523")]);
        assert_eq!(both.unwrap_err(), "SERIAL_PORT and SERIAL_USB exclude each other");
    }

    #[test]
    fn a_mistake_does_not_show_the_value() {
        let mistake = read(&[("SERIAL_USB", "p4ssw0rd")]).unwrap_err();
        assert!(mistake.starts_with("SERIAL_USB must be vendor and product"), "{mistake}");
        assert!(!mistake.contains("p4ssw0rd"));
    }
}
