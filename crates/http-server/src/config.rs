//! Settings of the server.

use std::net::SocketAddr;

use settings::{Setting, Settings};

/// Settings of the server.
#[derive(Debug, Clone, Settings)]
pub struct Config {
    /// Address and port to listen on; `0.0.0.0:8080` or `[::]:8080` is every address of the machine.
    #[setting(name = "LISTEN", default = "127.0.0.1:8080")]
    pub(crate) listen: Listen,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Listen(pub(crate) SocketAddr);

impl Config {
    /// Creates a configuration in code; port 0 selects a free port.
    pub fn at(address: SocketAddr) -> Self {
        Self { listen: Listen(address) }
    }
}

impl Setting for Listen {
    const TAKES: &'static str = "an IP address and a port, as in 127.0.0.1:8080";

    fn parse(text: &str) -> Result<Self, String> {
        text.trim().parse().map(Self).map_err(|_| format!("must be {}", Self::TAKES))
    }
}
