//! The architectures that images are made for.

/// An architecture, as images and orchestrators name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Architecture {
    Amd64,
    Arm64,
}

impl Architecture {
    pub(crate) const ALL: [Self; 2] = [Self::Amd64, Self::Arm64];

    /// The architecture that this program was built for, if images are made for it.
    pub(crate) fn host() -> Option<Self> {
        Self::ALL.into_iter().find(|architecture| architecture.machine() == std::env::consts::ARCH)
    }

    /// The architecture of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|architecture| architecture.name() == name)
    }

    /// Name in `platform.architecture` of an image index.
    /// Source: <https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md>.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// Rust target.
    pub(crate) fn target(self) -> String {
        format!("{}-unknown-linux-gnu", self.machine())
    }

    /// The C compiler that builds and links for it on another machine.
    pub(crate) fn cross_compiler(self) -> String {
        format!("{}-linux-gnu-gcc", self.machine())
    }

    /// Name in the kernel and in compilers.
    fn machine(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64",
            Self::Arm64 => "aarch64",
        }
    }
}
