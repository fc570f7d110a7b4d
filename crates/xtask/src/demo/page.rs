//! The status page over what the demo stored.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use super::screen::{self, Screen};
use super::store::Store;

/// The program that serves it.
pub(super) const NAME: &str = "status-page";
/// The port of the page, if it is free.
const PORT: u16 = 8080;

/// Replaces this process by the program that serves the page, so that Ctrl-C ends it. Returns only if the
/// program does not start.
pub(super) fn serve(screen: &Screen, program: &Path, store: &Store) -> Result<(), String> {
    let address = free_address().map_err(|error| format!("no port is free: {error}"))?;
    screen::print([format!("\n{} http://{address} (Ctrl-C ends it)", screen.bold("To look at it:"))]);
    let error = commands::built(program)
        .env("SQLITE_PATH", store.path())
        .env("SINK", "sqlite")
        .env("LISTEN", &address)
        .env("LOG_LEVEL", "warn")
        .exec();
    Err(format!("{}: {error}", program.display()))
}

fn free_address() -> std::io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, PORT))
        .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    listener.local_addr().map(|address| address.to_string())
}
