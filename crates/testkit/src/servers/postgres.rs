//! PostgreSQL, plain and with TLS.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use super::certificates::Certificates;
use super::process::{Launch, Process, password, with_free_port};
use super::{Missing, user};
use crate::requirement::{self, Requirement};

const PROGRAM: &str = "postgres";
const USER: &str = "postgres";

/// A PostgreSQL server of one's own.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    instance: Instance,
}

/// State that outlives the running server. It is dropped after the process, with its folder.
#[derive(Debug)]
struct Instance {
    programs: PathBuf,
    folder: TempDir,
    /// User of the server, if different from the user of the test.
    runs_as: Option<(u32, u32)>,
    setpriv: PathBuf,
    password: String,
    authority: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts a server.
    ///
    /// # Errors
    /// Fails if PostgreSQL is not installed or does not start.
    pub fn start() -> Result<Self, Missing> {
        let mut instance = Instance::create()?;
        let (process, port) = with_free_port(PROGRAM, |port| instance.launch(port))?;
        instance.port = port;
        Ok(Self { process, instance })
    }

    /// The server all tests of this program share.
    ///
    /// # Errors
    /// Fails if PostgreSQL is not installed or does not start.
    pub fn shared() -> Result<&'static Self, Missing> {
        static SHARED: OnceLock<Result<Postgres, Missing>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref().map_err(Clone::clone)
    }

    /// `postgres://…` of the database `postgres`, without TLS.
    pub fn url(&self) -> String {
        self.database_url(USER, "disable")
    }

    /// The same with `sslmode=require`. The certificate names `localhost`, 127.0.0.1 and `postgres`.
    pub fn tls_url(&self) -> String {
        self.database_url(USER, "require")
    }

    /// The authority that signed the server's certificate, as PEM.
    pub fn ca_file(&self) -> &Path {
        &self.instance.authority
    }

    /// Creates an empty database, dropping one of this name first, and gives its URL, without TLS.
    ///
    /// The name is made of letters, digits and underscores.
    ///
    /// # Errors
    /// The error of PostgreSQL.
    pub fn fresh_database(&self, name: &str) -> Result<String, String> {
        self.execute(USER, &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"))?;
        self.execute(USER, &format!("CREATE DATABASE \"{name}\" TEMPLATE template0"))?;
        Ok(self.database_url(name, "disable"))
    }

    /// Runs SQL in `database` and gives its rows: unaligned text, a line each, columns parted by `|`.
    ///
    /// # Errors
    /// The error of PostgreSQL.
    pub fn execute(&self, database: &str, sql: &str) -> Result<String, String> {
        self.instance.psql(self.instance.port, database, sql)
    }

    /// Stops the server; its data stay.
    pub fn stop(&mut self) {
        self.process.stop();
    }

    /// Starts the server again on the same port, after stopping it if it runs.
    ///
    /// # Errors
    /// Fails if it does not start.
    pub fn restart(&mut self) -> Result<(), Missing> {
        self.process.stop();
        self.process = self.instance.launch(self.instance.port)?;
        Ok(())
    }

    fn database_url(&self, database: &str, sslmode: &str) -> String {
        let Instance { password, port, .. } = &self.instance;
        format!("postgres://{USER}:{password}@127.0.0.1:{port}/{database}?sslmode={sslmode}")
    }
}

impl Instance {
    /// A fresh data folder with certificates in it.
    fn create() -> Result<Self, Missing> {
        let server = Requirement::Postgres.find()?.canonicalize().map_err(Missing::because(PROGRAM))?;
        let programs = server.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let folder = TempDir::with_prefix("postgres-").map_err(Missing::because(PROGRAM))?;
        let runs_as = user::is_roots(folder.path()).then(user::unprivileged).flatten();
        let authority = folder.path().join("authority.pem");
        let setpriv = Requirement::Setpriv.find()?;
        let instance = Self { programs, folder, runs_as, setpriv, password: password(), authority, port: 0 };
        instance.write_files().map_err(Missing::because(PROGRAM))?;
        instance.initialize()?;
        Ok(instance)
    }

    fn write_files(&self) -> io::Result<()> {
        let certificates = Certificates::generate().map_err(io::Error::other)?;
        let files = [
            ("authority.pem", &certificates.authority),
            ("server.pem", &certificates.certificate),
            ("server.key", &certificates.key),
            ("password", &self.password),
        ];
        for (name, text) in files {
            let path = self.folder.path().join(name);
            fs::write(&path, text)?;
            // The server refuses a key that others may read.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            self.give_away(&path)?;
        }
        self.give_away(self.folder.path())
    }

    fn give_away(&self, path: &Path) -> io::Result<()> {
        self.runs_as.map_or(Ok(()), |(user, group)| chown(path, Some(user), Some(group)))
    }

    fn initialize(&self) -> Result<(), Missing> {
        let mut words =
            self.command("initdb", &["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256"]);
        words.extend(["-U", USER, "-D"].map(OsString::from));
        words.push(self.path("data"));
        words.push("--pwfile".into());
        words.push(self.path("password"));
        run(words, None).map(drop).map_err(Missing::because("initdb"))
    }

    fn launch(&self, port: u16) -> Result<Process, Missing> {
        let mut command = self.command("postgres", &["-D"]);
        command.push(self.path("data"));
        let file = |name| self.path(name).to_string_lossy().into_owned();
        let settings = [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".into(),
            "unix_socket_directories=".into(),
            "ssl=on".into(),
            format!("ssl_cert_file={}", file("server.pem")),
            format!("ssl_key_file={}", file("server.key")),
            // Data of tests need not survive a crash of the machine.
            "fsync=off".into(),
        ];
        command.extend(settings.iter().flat_map(|setting| ["-c", setting]).map(OsString::from));
        // INT is the fast shutdown: it does not wait for clients.
        let launch = Launch { program: PROGRAM, command, folder: self.folder.path(), signal: "INT" };
        Process::start(&launch, || self.psql(port, USER, "SELECT 1").is_ok())
    }

    /// One of PostgreSQL's programs with arguments, run by someone it accepts.
    fn command(&self, program: &str, arguments: &[&str]) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        if let Some((user, group)) = self.runs_as {
            words.push(self.setpriv.clone().into());
            words.extend([format!("--reuid={user}"), format!("--regid={group}")].map(OsString::from));
            words.extend(["--clear-groups", "--"].map(OsString::from));
        }
        words.push(self.programs.join(program).into());
        words.extend(arguments.iter().map(OsString::from));
        words
    }

    fn path(&self, name: &str) -> OsString {
        self.folder.path().join(name).into()
    }

    fn psql(&self, port: u16, database: &str, sql: &str) -> Result<String, String> {
        let mut words = vec![self.programs.join("psql").into()];
        let options = "-X -A -t -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -U postgres";
        words.extend(options.split(' ').map(OsString::from));
        words.extend(["-p", &port.to_string(), "-d", database, "-c", sql].map(OsString::from));
        run(words, Some(&self.password))
    }
}

/// Runs a program to its end and gives what it wrote to stdout, or else to stderr.
fn run(words: Vec<OsString>, password: Option<&str>) -> Result<String, String> {
    let mut words = words.into_iter();
    let mut command = requirement::at(words.next().unwrap_or_default());
    // A folder the test's user sees and the server's user does not would be complained about.
    command.args(words).current_dir("/").envs(password.map(|password| ("PGPASSWORD", password)));
    let output = command.output().map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}
