//! A way from a network of containers to a server that listens on the loopback address, and so is open to nobody else.
//!
//! This file is also a program of its own, which runs in a container: `door PORT SOCKET` takes connections to a port
//! and hands them to a Unix socket in a mounted folder. At the other end of the socket the test hands them on.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::thread;

pub fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().and_then(|port| port.parse().ok()).unwrap_or_default();
    let socket = arguments.next().unwrap_or_default();
    for caller in TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?.incoming() {
        // Without anybody at the other end the connection is closed, as by a server that has ended.
        if let (Ok(caller), Ok(server)) = (caller, UnixStream::connect(&socket)) {
            thread::spawn(move || join(caller, server));
        }
    }
    Ok(())
}

/// Carries bytes both ways until both have ended.
pub fn join(tcp: TcpStream, unix: UnixStream) -> io::Result<()> {
    let (from_tcp, to_unix) = (tcp.try_clone()?, unix.try_clone()?);
    let onward = thread::spawn(move || {
        carry(from_tcp, &to_unix);
        to_unix.shutdown(Shutdown::Write)
    });
    carry(unix, &tcp);
    // The peer may be gone already.
    let _ = tcp.shutdown(Shutdown::Write);
    let _ = onward.join();
    Ok(())
}

/// A connection that breaks has ended.
fn carry(mut from: impl Read, mut to: impl Write) {
    let _ = io::copy(&mut from, &mut to);
}
