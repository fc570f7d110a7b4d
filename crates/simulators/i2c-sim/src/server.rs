//! A bus behind a Unix socket, for programs that are tested or shown as they ship.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use embedded_hal::i2c::{I2c as _, Operation};
use tempfile::TempDir;

use crate::{Bus, Clock};

const TRANSACTION: u8 = b'T';
const WAIT: u8 = b'W';
const WRITE: u8 = 0;
const READ: u8 = 1;
const DONE: u8 = 0;
const NOT_ACKNOWLEDGED: u8 = 1;
const NOT_WAITED: u8 = 2;

/// A bus that programs reach by the address `unix:PATH`. Dropping it ends it.
///
/// The protocol is described by the README of `i2c-bus`. A wait of a program moves a manual clock.
#[derive(Debug)]
pub struct BusServer {
    path: PathBuf,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    /// Removed with the server.
    folder: Option<TempDir>,
}

impl BusServer {
    /// Serves `bus` on a socket in a new folder, which goes with the server.
    ///
    /// # Errors
    /// There is no folder, no socket or no thread.
    pub fn start(bus: Bus, clock: Clock) -> io::Result<Self> {
        let folder = TempDir::with_prefix("i2c-sim-")?;
        let mut server = Self::start_at(&folder.path().join("bus"), bus, clock)?;
        server.folder = Some(folder);
        Ok(server)
    }

    /// Serves `bus` on a socket at `path`.
    ///
    /// # Errors
    /// There is something at the path already, or no thread.
    pub fn start_at(path: &Path, bus: Bus, clock: Clock) -> io::Result<Self> {
        let listener = UnixListener::bind(path)?;
        let ends = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new().name("i2c-sim".into());
        let seen = Arc::clone(&ends);
        let thread = thread.spawn(move || serve(&listener, &seen, &bus, &clock))?;
        Ok(Self { path: path.to_owned(), ends, thread: Some(thread), folder: None })
    }

    /// The address for a program: `unix:` and the path of the socket.
    pub fn address(&self) -> String {
        format!("unix:{}", self.path.display())
    }
}

impl Drop for BusServer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // A last connection wakes the thread that accepts them.
        let _ = UnixStream::connect(&self.path);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Serves each connection on a thread of its own, until the end.
fn serve(listener: &UnixListener, ends: &AtomicBool, bus: &Bus, clock: &Clock) {
    std::thread::scope(|scope| {
        let mut open = Vec::new();
        for stream in listener.incoming().flatten() {
            if ends.load(Ordering::Relaxed) {
                break;
            }
            let Ok(handle) = stream.try_clone() else { continue };
            open.push(handle);
            let (bus, clock) = (bus.clone(), clock.clone());
            // A connection ends with an error when its program does.
            scope.spawn(move || Connection { stream, bus, clock }.serve());
        }
        for stream in open {
            let _ = stream.shutdown(Shutdown::Both);
        }
    });
}

/// One program on the bus.
struct Connection {
    stream: UnixStream,
    bus: Bus,
    clock: Clock,
}

/// One operation of a transaction, with the bytes that are written or the room for those that are read.
struct Part {
    is_read: bool,
    bytes: Vec<u8>,
}

impl Connection {
    fn serve(mut self) -> io::Result<()> {
        loop {
            let answer = match self.byte()? {
                TRANSACTION => self.transaction()?,
                WAIT => self.wait()?,
                _ => return Err(io::ErrorKind::InvalidData.into()),
            };
            self.stream.write_all(&answer)?;
        }
    }

    fn transaction(&mut self) -> io::Result<Vec<u8>> {
        let [address, count] = self.bytes()?;
        let mut parts = (0..count).map(|_| self.part()).collect::<io::Result<Vec<_>>>()?;
        let mut operations: Vec<_> = parts.iter_mut().map(Part::operation).collect();
        if self.bus.transaction(address, &mut operations).is_err() {
            return Ok(vec![NOT_ACKNOWLEDGED]);
        }
        let read = parts.into_iter().filter(|part| part.is_read).flat_map(|part| part.bytes);
        Ok(std::iter::once(DONE).chain(read).collect())
    }

    fn part(&mut self) -> io::Result<Part> {
        let kind = self.byte()?;
        if !matches!(kind, READ | WRITE) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; u16::from_be_bytes(self.bytes()?).into()];
        let is_read = kind == READ;
        if !is_read {
            self.stream.read_exact(&mut bytes)?;
        }
        Ok(Part { is_read, bytes })
    }

    fn wait(&mut self) -> io::Result<Vec<u8>> {
        let duration = Duration::from_nanos(u64::from_be_bytes(self.bytes()?));
        if self.clock.runs() {
            return Ok(vec![NOT_WAITED]);
        }
        self.clock.advance(duration);
        Ok(vec![DONE])
    }

    fn byte(&mut self) -> io::Result<u8> {
        self.bytes().map(|[byte]| byte)
    }

    fn bytes<const LENGTH: usize>(&mut self) -> io::Result<[u8; LENGTH]> {
        let mut bytes = [0; LENGTH];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Part {
    fn operation(&mut self) -> Operation<'_> {
        if self.is_read { Operation::Read(&mut self.bytes) } else { Operation::Write(&self.bytes) }
    }
}
