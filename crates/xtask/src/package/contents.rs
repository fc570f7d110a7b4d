//! The files of a package, and their places.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::{Compression, GzBuilder};

use super::tree::{EXECUTABLE, READABLE, Tree};
use super::{control, manual};
use crate::generate::systemd::Unit;
use crate::image::{Architecture, Origin};

/// The command for operators; `data-platform` of each package is a link to it.
const COMMAND: &str = "systemd/data-platform";

/// Facts of a package that are not the program's.
pub(super) struct Package<'a> {
    pub(super) version: &'a str,
    pub(super) architecture: Architecture,
    /// The commit and its time.
    pub(super) origin: &'a Origin,
    /// URL of the project.
    pub(super) homepage: &'a str,
    /// The workspace.
    pub(super) root: &'a Path,
}

impl Package<'_> {
    /// All files of the Debian package, the control files included.
    pub(super) fn debian(&self, unit: &Unit, program: &Path) -> Result<Tree, String> {
        let mut tree = self.installed(unit, program)?;
        let kibibytes = tree.kibibytes();
        tree.add("DEBIAN/control", READABLE, control::control(self, unit, kibibytes)?);
        for (script, text) in control::scripts(unit, control::priority(self.version))? {
            tree.add(format!("DEBIAN/{script}"), EXECUTABLE, text);
        }
        Ok(tree)
    }

    /// The files of the archive, for a machine without dpkg: one folder with everything and a script that installs it.
    pub(super) fn archive(&self, unit: &Unit, program: &Path) -> Result<Tree, String> {
        let name = &unit.name;
        let mut tree = Tree::default();
        tree.add(name.clone(), EXECUTABLE, read(program)?);
        tree.add(format!("{name}.service"), READABLE, unit.service.as_str());
        if let Some(timer) = &unit.timer {
            tree.add(format!("{name}.timer"), READABLE, timer.as_str());
        }
        for (file, text) in &unit.settings {
            tree.add(format!("settings/{file}"), READABLE, text.as_str());
        }
        tree.add(format!("{name}.1"), READABLE, manual::page(self, unit)?);
        tree.add("README.md", READABLE, read(&self.root.join(&unit.folder).join("README.md"))?);
        for license in LICENSES {
            tree.add(license, READABLE, read(&self.root.join(license))?);
        }
        for (file, mode) in [
            ("data-platform", EXECUTABLE),
            ("install.sh", EXECUTABLE),
            ("data-platform.sysusers", READABLE),
            ("data-platform.tmpfiles", READABLE),
        ] {
            tree.add(file, mode, read(&self.root.join("systemd").join(file))?);
        }
        Ok(tree)
    }

    /// The files that dpkg unpacks.
    fn installed(&self, unit: &Unit, program: &Path) -> Result<Tree, String> {
        let name = &unit.name;
        let documents = format!("usr/share/doc/{name}");
        let mut tree = Tree::default();
        tree.add(format!("usr/bin/{name}"), EXECUTABLE, read(program)?);
        tree.add(format!("usr/lib/{name}/data-platform"), EXECUTABLE, read(&self.root.join(COMMAND))?);
        tree.add(format!("usr/lib/systemd/system/{name}.service"), READABLE, unit.service.as_str());
        if let Some(timer) = &unit.timer {
            tree.add(format!("usr/lib/systemd/system/{name}.timer"), READABLE, timer.as_str());
        }
        for (folder, kind) in [("sysusers.d", "sysusers"), ("tmpfiles.d", "tmpfiles")] {
            let text = read(&self.root.join(format!("systemd/data-platform.{kind}")))?;
            tree.add(format!("usr/lib/{folder}/{name}.conf"), READABLE, text);
        }
        for (file, text) in &unit.settings {
            tree.add(format!("{documents}/examples/{file}"), READABLE, text.as_str());
        }
        tree.add(format!("usr/share/man/man1/{name}.1.gz"), READABLE, gzip(&manual::page(self, unit)?)?);
        let readme = read(&self.root.join(&unit.folder).join("README.md"))?;
        tree.add(format!("{documents}/README.md"), READABLE, readme);
        let changes = read(&self.root.join("CHANGELOG.md"))?;
        tree.add(format!("{documents}/changelog.gz"), READABLE, gzip(&String::from_utf8_lossy(&changes))?);
        tree.add(format!("{documents}/copyright"), READABLE, self.copyright()?);
        Ok(tree)
    }

    /// Source: <https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/>.
    fn copyright(&self) -> Result<Vec<u8>, String> {
        let mut text =
            format!("Source: {}\nLicense: MIT or Apache-2.0, at your choice\n", self.homepage).into_bytes();
        for license in LICENSES {
            text.extend_from_slice(b"\n----\n\n");
            text.extend(read(&self.root.join(license))?);
        }
        Ok(text)
    }
}

const LICENSES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Compresses text without a time or a name in it.
fn gzip(text: &str) -> Result<Vec<u8>, String> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use crate::package::sample::{package, tides};

    fn root() -> std::path::PathBuf {
        crate::workspace::root()
    }

    #[test]
    fn a_package_holds_program_unit_timer_and_settings() {
        let program = root().join("LICENSE-MIT");
        let tree = package(&root()).debian(&tides(), &program).unwrap();
        let paths: Vec<_> = tree.paths().collect();
        for path in [
            "DEBIAN/control",
            "DEBIAN/postinst",
            "usr/bin/tides",
            "usr/lib/systemd/system/tides.service",
            "usr/lib/systemd/system/tides.timer",
            "usr/lib/sysusers.d/tides.conf",
            "usr/share/doc/tides/copyright",
            "usr/share/doc/tides/examples/tides.env",
            "usr/share/man/man1/tides.1.gz",
        ] {
            assert!(paths.contains(&path), "{path} is missing from {paths:?}");
        }
        // Two packages cannot hold the same file, so each file is below a name of the program.
        assert!(paths.iter().all(|path| path.starts_with("DEBIAN/") || path.contains("tides")), "{paths:?}");
        assert!(tree.text("DEBIAN/control").unwrap().contains("Package: tides\nVersion: 1.2.3\n"));
    }

    #[test]
    fn an_archive_installs_itself_without_dpkg() {
        let tree = package(&root()).archive(&tides(), &root().join("LICENSE-MIT")).unwrap();
        let paths: Vec<_> = tree.paths().collect();
        for path in
            ["tides", "tides.service", "tides.timer", "settings/tides.env", "install.sh", "LICENSE-MIT"]
        {
            assert!(paths.contains(&path), "{path} is missing from {paths:?}");
        }
    }
}
