//! The folders that images are made from and in.

use std::path::{Path, PathBuf};

use crate::workspace;

/// The folders that images are made from and in.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The workspace.
    pub(crate) root: PathBuf,
    /// Target folder of cargo.
    pub(crate) target: PathBuf,
    /// Folder in which cargo keeps the sources of dependencies.
    pub(super) cargo_home: PathBuf,
}

impl Places {
    /// The folders of this workspace.
    pub(crate) fn here() -> Result<Self, String> {
        let (target, cargo_home) = (workspace::target()?, workspace::cargo_home()?);
        Ok(Self { root: workspace::root(), target, cargo_home })
    }

    /// The same workspace in another folder, built somewhere else.
    pub(crate) fn elsewhere(&self, root: &Path, target: &Path) -> Self {
        Self { root: root.to_owned(), target: target.to_owned(), cargo_home: self.cargo_home.clone() }
    }

    /// Folder of images without another destination, and of their bills of materials.
    pub(crate) fn layouts(&self) -> PathBuf {
        self.images().join("oci")
    }

    /// The context that `docker/Dockerfile` is for.
    pub(crate) fn context(&self) -> PathBuf {
        self.images().join("context")
    }

    /// Target folder of a compiler of this version.
    pub(super) fn builds(&self, compiler: &str) -> PathBuf {
        self.images().join(format!("rust-{compiler}"))
    }

    fn images(&self) -> PathBuf {
        self.target.join("images")
    }
}
