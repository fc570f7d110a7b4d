//! The Mosquitto MQTT broker.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;

use super::process::{Launch, Process, password, with_free_port};
use super::{Missing, program};

const PROGRAM: &str = "mosquitto";
const PACKAGE: &str = "mosquitto";
const USER: &str = "test";

/// An MQTT broker of one's own. It wants user and password.
#[derive(Debug)]
pub struct Mosquitto {
    process: Process,
    instance: Instance,
}

/// What stays when the broker is stopped.
#[derive(Debug)]
struct Instance {
    program: PathBuf,
    folder: TempDir,
    password: String,
    port: u16,
}

impl Mosquitto {
    /// Starts a broker.
    ///
    /// # Errors
    /// When Mosquitto is not installed or does not start.
    pub fn start() -> Result<Self, Missing> {
        let program = program::find(PROGRAM, PACKAGE)?;
        let folder = TempDir::with_prefix("mosquitto-").map_err(Missing::because(PROGRAM))?;
        let mut instance = Instance { program, folder, password: password(), port: 0 };
        instance.write_password()?;
        let (process, port) = with_free_port(PROGRAM, |port| instance.launch(port))?;
        instance.port = port;
        Ok(Self { process, instance })
    }

    /// The broker all tests of this program share.
    ///
    /// # Errors
    /// When Mosquitto is not installed or does not start.
    pub fn shared() -> Result<&'static Self, Missing> {
        static SHARED: OnceLock<Result<Mosquitto, Missing>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref().map_err(Clone::clone)
    }

    /// `mqtt://USER:PASSWORD@127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("mqtt://{USER}:{}@127.0.0.1:{}", self.instance.password, self.instance.port)
    }

    /// Stops the broker; sessions and retained messages stay.
    pub fn stop(&mut self) {
        self.process.stop();
    }

    /// Starts the broker again at the same URL, after stopping it if it runs.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<(), Missing> {
        self.process.stop();
        self.process = self.instance.launch(self.instance.port)?;
        Ok(())
    }
}

impl Instance {
    fn write_password(&self) -> Result<(), Missing> {
        let mut command = Command::new(program::find("mosquitto_passwd", PACKAGE)?);
        command.args(["-b", "-c"]).arg(self.folder.path().join("passwords")).args([USER, &self.password]);
        let output = command.output().map_err(Missing::because("mosquitto_passwd"))?;
        if output.status.success() {
            Ok(())
        } else {
            Err(Missing::because("mosquitto_passwd")(String::from_utf8_lossy(&output.stderr)))
        }
    }

    fn launch(&self, port: u16) -> Result<Process, Missing> {
        let folder = self.folder.path();
        let path = folder.join("mosquitto.conf");
        fs::write(&path, self.configuration(port)).map_err(Missing::because(PROGRAM))?;
        let command = vec![self.program.clone().into(), "-c".into(), path.into()];
        let launch = Launch { program: PROGRAM, command, folder, signal: "TERM" };
        Process::start(&launch, || accepts(port, &self.password).unwrap_or(false))
    }

    fn configuration(&self, port: u16) -> String {
        let folder = self.folder.path().to_string_lossy();
        // Run by root it would change to a user who may not read the folder.
        let user = if program::is_roots(self.folder.path()) { "user root\n" } else { "" };
        format!(
            "{user}listener {port} 127.0.0.1\n\
             allow_anonymous false\n\
             password_file {folder}/passwords\n\
             persistence true\n\
             persistence_location {folder}/\n\
             log_dest stderr\n"
        )
    }
}

/// Whether a broker on this port accepts the password: CONNECT is answered by CONNACK with 0.
///
/// Source: MQTT 3.1.1, sections 3.1 and 3.2.
fn accepts(port: u16, password: &str) -> io::Result<bool> {
    const CLEAN_SESSION_WITH_USER_AND_PASSWORD: u8 = 0b1100_0010;
    const KEEP_ALIVE_SECONDS: [u8; 2] = [0, 10];
    let mut body = text("MQTT");
    body.extend([4, CLEAN_SESSION_WITH_USER_AND_PASSWORD]);
    body.extend(KEEP_ALIVE_SECONDS);
    body.extend(["readiness", USER, password].into_iter().flat_map(text));
    let mut packet = vec![0x10, u8::try_from(body.len()).unwrap_or(u8::MAX)];
    packet.append(&mut body);
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(&packet)?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer)?;
    Ok(answer == [0x20, 2, 0, 0])
}

/// A text with its length before it.
fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [length.to_be_bytes().as_slice(), text.as_bytes()].concat()
}
