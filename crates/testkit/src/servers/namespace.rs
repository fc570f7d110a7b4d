//! A network of one's own for a program, whose cable can be pulled. It needs root.

use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU8, Ordering};

use super::Missing;
use crate::Requirement;

/// A network namespace (`ip-netns(8)`) with one cable to this machine. A program inside reaches nothing else.
///
/// Addresses are of 198.18.0.0/15, which is for tests of networks (RFC 2544).
#[derive(Debug)]
pub struct Namespace {
    ip: PathBuf,
    name: String,
    address: Ipv4Addr,
}

impl Namespace {
    /// Creates a namespace with its cable.
    ///
    /// # Errors
    /// There is no program `ip`, or this process may not make one.
    pub fn new() -> Result<Self, Missing> {
        static COUNT: AtomicU8 = AtomicU8::new(0);
        let missing = Missing::NotPermitted { what: "a network namespace" };
        let program = Requirement::Ip.find()?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let id = std::process::id();
        let [_, _, high, low] = id.to_be_bytes();
        let name = format!("tk{id}x{count}");
        let address = |host: u8| Ipv4Addr::new(198, 18 + high % 2, low, (count % 64) * 4 + host);
        let namespace = Self { ip: program, name, address: address(1) };
        let name = &namespace.name;
        let (outer, inner) = (namespace.outer(), format!("{name}i"));
        let steps = [
            format!("netns add {name}"),
            format!("link add {outer} type veth peer name {inner} netns {name}"),
            format!("addr add {}/30 dev {outer}", namespace.address),
            format!("link set {outer} up"),
            format!("-n {name} addr add {}/30 dev {inner}", address(2)),
            format!("-n {name} link set {inner} up"),
            format!("-n {name} link set lo up"),
        ];
        if steps.iter().all(|step| ip(step)) { Ok(namespace) } else { Err(missing) }
    }

    /// The address under which this machine is reached from inside.
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// Prefix of a command that runs inside.
    pub fn enter(&self) -> Vec<OsString> {
        let words = ["netns", "exec", &self.name].map(OsString::from);
        std::iter::once(self.ip.clone().into()).chain(words).collect()
    }

    /// Pulls the cable. Connections stay, without an error.
    ///
    /// # Panics
    /// Panics if the cable cannot be pulled.
    pub fn cut(&self) {
        assert!(ip(&format!("link set {} down", self.outer())), "the cable cannot be pulled");
    }

    /// Plugs it in again.
    ///
    /// # Panics
    /// Panics if the cable cannot be plugged in.
    pub fn mend(&self) {
        assert!(ip(&format!("link set {} up", self.outer())), "the cable cannot be plugged in");
    }

    fn outer(&self) -> String {
        format!("{}o", self.name)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // The cable goes with one of its ends.
        let _ = (ip(&format!("link del {}", self.outer())), ip(&format!("netns del {}", self.name)));
    }
}

/// Runs `ip`, and tells whether it succeeded.
fn ip(arguments: &str) -> bool {
    let Ok(mut command) = Requirement::Ip.command() else { return false };
    command.args(arguments.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
