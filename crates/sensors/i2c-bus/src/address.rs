//! The address of a bus: a device file, or a Unix socket.

use std::fmt;
use std::path::PathBuf;

use settings::Setting;

const SOCKET_PREFIX: &str = "unix:";

/// The address of a bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A device file of Linux, as in `/dev/i2c-1`.
    Device(PathBuf),
    /// A Unix socket, as in `unix:/run/sensors.socket`. The README describes its protocol.
    Socket(PathBuf),
}

impl From<&str> for Address {
    fn from(text: &str) -> Self {
        match text.strip_prefix(SOCKET_PREFIX) {
            Some(path) => Self::Socket(path.into()),
            None => Self::Device(text.into()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(path) => path.display().fmt(f),
            Self::Socket(path) => write!(f, "{SOCKET_PREFIX}{}", path.display()),
        }
    }
}

impl Setting for Address {
    const TAKES: &'static str = "a path";

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_tells_a_socket_from_a_device() {
        assert_eq!(Address::from("/dev/i2c-1"), Address::Device("/dev/i2c-1".into()));
        let socket = Address::from("unix:/run/bus");
        assert_eq!(socket, Address::Socket("/run/bus".into()));
        assert_eq!(socket.to_string(), "unix:/run/bus");
    }
}
