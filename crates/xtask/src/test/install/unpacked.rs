//! A package of another release of Debian, unpacked without a change to what is installed here.

use std::fs;
use std::path::Path;

use commands::Essential;
use testkit::requirement::Unpacked;

use super::{apt, clear, run};
use crate::test::progress::Progress;

const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Takes the package from the archive that this machine uses.
pub(super) fn install(package: Unpacked, folder: &Path, progress: &mut Progress) -> Result<(), String> {
    let mirror = apt::mirror().ok_or("no archive of Debian is known here")?;
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    clear(&folder.join("packages"))?;
    for part in ["lists/partial", "cache/archives/partial", "packages"] {
        fs::create_dir_all(folder.join(part)).map_err(failed)?;
    }
    let source = format!("deb [signed-by={KEYS}] {mirror} {} main\n", package.release);
    fs::write(folder.join("sources.list"), source).map_err(failed)?;
    fs::write(folder.join("apt.conf"), configuration(folder)).map_err(failed)?;
    for arguments in [&["update"][..], &["download", package.package]] {
        let mut apt = Essential::AptGet.command();
        apt.arg("--quiet")
            .args(arguments)
            .env("APT_CONFIG", folder.join("apt.conf"))
            .current_dir(folder.join("packages"));
        run(apt, progress)?;
    }
    for package in fs::read_dir(folder.join("packages")).map_err(failed)?.flatten() {
        let mut dpkg = Essential::DpkgDeb.command();
        dpkg.arg("--extract").arg(package.path()).arg(folder.join("root"));
        run(dpkg, progress)?;
    }
    // The lists are larger than the program.
    clear(&folder.join("lists"))?;
    clear(&folder.join("packages"))
}

fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "Dir::State::Lists \"{folder}/lists\";\nDir::Cache \"{folder}/cache\";\nDir::Etc::SourceList \"{folder}/sources.list\";\n\
         Dir::Etc::SourceParts \"/dev/null\";\nDir::State::status \"/dev/null\";\n"
    )
}
