//! A bus behind a Unix socket. The README of this crate describes the protocol.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource, Operation};

use crate::TransferError;

const TRANSACTION: u8 = b'T';
const WAIT: u8 = b'W';
const WRITE: u8 = 0;
const READ: u8 = 1;
const DONE: u8 = 0;
const NOT_ACKNOWLEDGED: u8 = 1;

/// Time limit of each read and write on the socket.
const TIMEOUT: Duration = Duration::from_secs(1);

/// A connection to the process that answers for the sensors. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Socket(Arc<Mutex<UnixStream>>);

impl Socket {
    pub(crate) fn connect(path: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(Self(Arc::new(Mutex::new(stream))))
    }

    pub(crate) fn transaction(
        &self,
        address: u8,
        operations: &mut [Operation<'_>],
    ) -> Result<(), TransferError> {
        let request = request(address, operations)?;
        match self.exchange(&request, operations) {
            Ok(DONE) => Ok(()),
            Ok(NOT_ACKNOWLEDGED) => {
                let kind = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Unknown);
                Err(TransferError::new(kind, "NoAcknowledge"))
            }
            Ok(status) => Err(TransferError::new(ErrorKind::Bus, format!("status {status}"))),
            Err(error) => Err(TransferError::new(ErrorKind::Other, error.to_string())),
        }
    }

    /// Asks the sensors to let time pass. False where their time is ours, or the connection is broken.
    pub(crate) fn has_waited(&self, duration: Duration) -> bool {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let request = [&[WAIT][..], &nanoseconds.to_be_bytes()].concat();
        self.exchange(&request, &mut []).is_ok_and(|status| status == DONE)
    }

    /// Sends a request; returns the status and, where that is [`DONE`], fills the buffers of the reads.
    fn exchange(&self, request: &[u8], operations: &mut [Operation<'_>]) -> io::Result<u8> {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stream.write_all(request)?;
        let mut status = [0];
        stream.read_exact(&mut status)?;
        let [status] = status;
        if status == DONE {
            for operation in operations {
                if let Operation::Read(buffer) = operation {
                    stream.read_exact(buffer)?;
                }
            }
        }
        Ok(status)
    }
}

/// The bytes of a transaction.
fn request(address: u8, operations: &[Operation<'_>]) -> Result<Vec<u8>, TransferError> {
    let too_long = |_| TransferError::new(ErrorKind::Other, "the transaction is too long");
    let count = u8::try_from(operations.len()).map_err(too_long)?;
    let mut request = vec![TRANSACTION, address, count];
    for operation in operations {
        let (kind, length) = match operation {
            Operation::Write(bytes) => (WRITE, bytes.len()),
            Operation::Read(buffer) => (READ, buffer.len()),
        };
        request.push(kind);
        request.extend(u16::try_from(length).map_err(too_long)?.to_be_bytes());
        if let Operation::Write(bytes) = operation {
            request.extend_from_slice(bytes);
        }
    }
    Ok(request)
}
