//! The Mosquitto MQTT broker.

use std::cell::Cell;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;

use super::certificates::Certificates;
use super::process::{Launch, Process, free_port, password, with_free_port};
use super::{Missing, user};
use crate::Requirement;

const PROGRAM: &str = "mosquitto";
const USER: &str = "test";

/// An MQTT broker of one's own. It wants user and password.
#[derive(Debug)]
pub struct Mosquitto {
    process: Process,
    instance: Instance,
}

/// Settings of a broker.
#[derive(Debug, Clone, Default)]
pub struct MosquittoSetup {
    /// Lines added to `mosquitto.conf`, such as `max_inflight_messages 1000`.
    pub configuration: String,
    /// The access list, such as `pattern read public/#`. Without one, everything is allowed.
    pub access: String,
}

/// State that outlives the running broker.
#[derive(Debug)]
struct Instance {
    program: PathBuf,
    folder: TempDir,
    password: String,
    setup: MosquittoSetup,
    ports: Ports,
}

#[derive(Debug, Clone, Copy, Default)]
struct Ports {
    plain: u16,
    tls: u16,
    mutual_tls: u16,
}

impl Mosquitto {
    /// Starts a broker.
    ///
    /// # Errors
    /// Fails if Mosquitto is not installed or does not start.
    pub fn start() -> Result<Self, Missing> {
        Self::start_with(MosquittoSetup::default())
    }

    /// Starts a broker with settings.
    ///
    /// # Errors
    /// Fails if Mosquitto is not installed or does not start, as with an unknown line of configuration.
    pub fn start_with(setup: MosquittoSetup) -> Result<Self, Missing> {
        let program = Requirement::Mosquitto.find()?;
        let folder = TempDir::with_prefix("mosquitto-").map_err(Missing::because(PROGRAM))?;
        let ports = Ports::default();
        let mut instance = Instance { program, folder, password: password(), setup, ports };
        instance.write_password()?;
        instance.write_certificates().map_err(Missing::because(PROGRAM))?;
        let taken = Cell::new(ports);
        let (process, _) = with_free_port(PROGRAM, |plain| {
            let free = || free_port().map_err(Missing::because(PROGRAM));
            taken.set(Ports { plain, tls: free()?, mutual_tls: free()? });
            instance.launch(taken.get())
        })?;
        instance.ports = taken.get();
        Ok(Self { process, instance })
    }

    /// The broker all tests of this program share.
    ///
    /// # Errors
    /// Fails if Mosquitto is not installed or does not start.
    pub fn shared() -> Result<&'static Self, Missing> {
        static SHARED: OnceLock<Result<Mosquitto, Missing>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref().map_err(Clone::clone)
    }

    /// `mqtt://USER:PASSWORD@127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.url_at("mqtt", self.instance.ports.plain)
    }

    /// `mqtts://USER:PASSWORD@127.0.0.1:PORT`, signed by the authority of [`Mosquitto::ca_file`].
    pub fn tls_url(&self) -> String {
        self.url_at("mqtts", self.instance.ports.tls)
    }

    /// The same where the client has to show a certificate as well: the one of [`Mosquitto::certificate_file`].
    pub fn mutual_tls_url(&self) -> String {
        self.url_at("mqtts", self.instance.ports.mutual_tls)
    }

    /// The authority of the broker's certificates, as PEM.
    pub fn ca_file(&self) -> PathBuf {
        self.instance.folder.path().join("authority.pem")
    }

    /// A certificate of that authority, as PEM.
    pub fn certificate_file(&self) -> PathBuf {
        self.instance.folder.path().join("certificate.pem")
    }

    /// The key of that certificate, as PEM.
    pub fn key_file(&self) -> PathBuf {
        self.instance.folder.path().join("key.pem")
    }

    fn url_at(&self, scheme: &str, port: u16) -> String {
        format!("{scheme}://{USER}:{}@127.0.0.1:{port}", self.instance.password)
    }

    /// Stops the broker; sessions and retained messages stay.
    pub fn stop(&mut self) {
        self.process.stop();
    }

    /// Starts the broker again at the same URL, after stopping it if it runs.
    ///
    /// # Errors
    /// Fails if it does not start.
    pub fn restart(&mut self) -> Result<(), Missing> {
        self.process.stop();
        self.process = self.instance.launch(self.instance.ports)?;
        Ok(())
    }
}

impl Instance {
    fn write_password(&self) -> Result<(), Missing> {
        let mut command = Requirement::MosquittoPasswd.command()?;
        command.args(["-b", "-c"]).arg(self.folder.path().join("passwords")).args([USER, &self.password]);
        let output = command.output().map_err(Missing::because("mosquitto_passwd"))?;
        if output.status.success() {
            Ok(())
        } else {
            Err(Missing::because("mosquitto_passwd")(String::from_utf8_lossy(&output.stderr)))
        }
    }

    fn write_certificates(&self) -> io::Result<()> {
        let certificates = Certificates::generate().map_err(io::Error::other)?;
        let files = [
            ("authority.pem", certificates.authority),
            ("certificate.pem", certificates.certificate),
            ("key.pem", certificates.key),
            ("access", self.setup.access.clone()),
        ];
        files.iter().try_for_each(|(name, text)| fs::write(self.folder.path().join(name), text))
    }

    fn launch(&self, ports: Ports) -> Result<Process, Missing> {
        let folder = self.folder.path();
        let path = folder.join("mosquitto.conf");
        fs::write(&path, self.configuration(ports)).map_err(Missing::because(PROGRAM))?;
        let command = vec![self.program.clone().into(), "-c".into(), path.into()];
        let launch = Launch { program: PROGRAM, command, folder, signal: "TERM" };
        Process::start(&launch, || accepts(ports.plain, &self.password).unwrap_or(false))
    }

    fn configuration(&self, ports: Ports) -> String {
        let folder = self.folder.path().to_string_lossy();
        // Run by root it would change to a user who may not read the folder.
        let user = if user::is_roots(self.folder.path()) { "user root\n" } else { "" };
        let access =
            if self.setup.access.is_empty() { String::new() } else { format!("acl_file {folder}/access\n") };
        let tls = format!(
            "cafile {folder}/authority.pem\n\
             certfile {folder}/certificate.pem\n\
             keyfile {folder}/key.pem\n"
        );
        let Ports { plain, tls: tls_port, mutual_tls } = ports;
        let more = &self.setup.configuration;
        format!(
            "{user}allow_anonymous false\n\
             password_file {folder}/passwords\n\
             {access}\
             persistence true\n\
             persistence_location {folder}/\n\
             log_dest stderr\n\
             {more}\n\
             listener {plain} 127.0.0.1\n\
             listener {tls_port} 127.0.0.1\n{tls}\
             listener {mutual_tls} 127.0.0.1\n{tls}require_certificate true\n"
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
