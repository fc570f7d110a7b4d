//! A pair of terminals: the sensor's end, and the path of the other one.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::pty::OpenptFlags;
use rustix::termios::OptionalActions;

/// The sensor's end of a pair of terminals.
#[derive(Debug)]
pub(crate) struct Terminal {
    sensor: OwnedFd,
    path: PathBuf,
    /// Kept open, so that the pair lives on between two programs that open it.
    _program: File,
}

impl Terminal {
    pub(crate) fn open() -> io::Result<Self> {
        let sensor = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        rustix::pty::grantpt(&sensor)?;
        rustix::pty::unlockpt(&sensor)?;
        let name = rustix::pty::ptsname(&sensor, Vec::new())?;
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let program = rustix::fs::open(name.as_c_str(), flags, Mode::empty())?;
        make_raw(&program)?;
        rustix::fs::fcntl_setfl(&sensor, rustix::fs::fcntl_getfl(&sensor)? | OFlags::NONBLOCK)?;
        let path = PathBuf::from(name.to_string_lossy().into_owned());
        Ok(Self { sensor, path, _program: program.into() })
    }

    /// The end a program opens.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads bytes sent by the program; 0 if there are none.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match rustix::io::read(&self.sensor, buffer) {
            Err(rustix::io::Errno::AGAIN) => Ok(0),
            read => Ok(read?),
        }
    }

    /// Sends to the program. Bytes that do not fit while nobody reads are lost, as on a wire.
    pub(crate) fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match rustix::io::write(&self.sensor, bytes) {
                Err(rustix::io::Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error.into()),
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            }
        }
        Ok(())
    }
}

impl AsFd for Terminal {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.sensor.as_fd()
    }
}

/// Sets raw mode. Otherwise the terminal echoes the sensor's bytes back to it until a program opens it.
fn make_raw(terminal: &OwnedFd) -> io::Result<()> {
    let mut settings = rustix::termios::tcgetattr(terminal)?;
    settings.make_raw();
    rustix::termios::tcsetattr(terminal, OptionalActions::Now, &settings)?;
    Ok(())
}
