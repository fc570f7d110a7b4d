//! Subscribers that discard messages.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::packet::{self, Login};
use super::rate::{Progress, Rate};

pub(super) const FILTER: &str = "zigbee2mqtt/#";
const READ_BYTES: usize = 256 * 1024;
/// Time without a message after which no more are expected.
const SILENCE: Duration = Duration::from_secs(3);

/// Subscriber that reads the length of each packet, and acknowledges it at once.
pub(super) struct Bare {
    stream: TcpStream,
}

impl Bare {
    /// Subscribes. A session that `stays` waits for the next one of its name.
    pub(super) fn subscribe(login: &Login, qos: u8, stays: bool) -> io::Result<Self> {
        let mut stream = login.connect("bare", stays)?;
        stream.write_all(&packet::subscribe(FILTER, qos))?;
        // SUBACK; messages that follow are not yet there.
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        Ok(Self { stream })
    }

    /// Goes on with the session of before.
    pub(super) fn resume(login: &Login) -> io::Result<Self> {
        Ok(Self { stream: login.connect("bare", true)? })
    }

    /// Leaves. The session stays, if it was to.
    pub(super) fn leave(mut self) -> io::Result<()> {
        self.stream.write_all(&[0xe0, 0])?;
        io::copy(&mut self.stream, &mut io::sink()).map(drop)
    }

    /// Takes so many messages, counted from `started` or from the first of them.
    pub(super) fn take(&mut self, messages: usize, started: Option<Instant>) -> io::Result<Rate> {
        self.stream.set_read_timeout(Some(SILENCE))?;
        let (mut input, mut chunk) = (Vec::new(), vec![0; READ_BYTES]);
        let mut progress = Progress::since(started);
        let mut count = 0;
        while count < messages {
            let Ok(read @ 1..) = self.stream.read(&mut chunk) else { break };
            input.extend_from_slice(chunk.get(..read).unwrap_or_default());
            let counted = packet::count(&mut input);
            self.stream.write_all(&counted.answers)?;
            count += counted.published;
            progress.see(count);
        }
        Ok(progress.rate())
    }
}

/// `mosquitto_sub`, which writes all payloads to nowhere; `None` where it is not installed.
pub(super) fn mosquitto_sub(login: &Login, qos: u8, messages: usize) -> Option<Child> {
    let port = login.port().to_string();
    let (qos, messages) = (qos.to_string(), messages.to_string());
    let mut command = Command::new("mosquitto_sub");
    command.args([
        "-p",
        &port,
        "-u",
        login.user(),
        "-P",
        login.password(),
        "-t",
        FILTER,
        "-q",
        &qos,
        "-C",
        &messages,
    ]);
    command.args(["-W", "60"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
}
