//! Finding a server's programs, and who may run them.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::Missing;

/// Where Debian puts servers, besides what is in `PATH`.
const SERVER_FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/local/bin", "/usr/bin", "/usr/local/sbin"];
/// Where Debian puts PostgreSQL: one folder for each version.
const POSTGRES_FOLDER: &str = "/usr/lib/postgresql";
/// Who runs PostgreSQL, which refuses to be run by root, where root runs the tests.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The path of `program`.
pub(super) fn find(program: &'static str, package: &'static str) -> Result<PathBuf, Missing> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(SERVER_FOLDERS.map(PathBuf::from));
    folders
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .ok_or(Missing::NotInstalled { program, package })
}

/// The folder with PostgreSQL's own programs, of the newest version there is.
pub(super) fn postgres_folder() -> Result<PathBuf, Missing> {
    let versions = std::fs::read_dir(POSTGRES_FOLDER).into_iter().flatten().flatten();
    let newest = versions
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("postgres").is_file())
        .max_by_key(|folder| version_number(folder));
    if let Some(folder) = newest {
        return Ok(folder);
    }
    let program = find("postgres", "postgresql")?.canonicalize().map_err(Missing::because("postgres"))?;
    Ok(program.parent().map_or_else(PathBuf::new, Path::to_owned))
}

fn version_number(bin: &Path) -> u32 {
    let version = bin.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    version.and_then(|version| version.parse().ok()).unwrap_or(0)
}

/// Whether the owner of `folder`, which this process has just made, is root.
pub(super) fn is_roots(folder: &Path) -> bool {
    std::fs::metadata(folder).is_ok_and(|metadata| metadata.uid() == 0)
}

/// User and group number of someone without privileges.
pub(super) fn unprivileged_user() -> Option<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    UNPRIVILEGED.iter().find_map(|name| ids(&users, name))
}

fn ids(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let mut numbers = line.split(':').skip(1);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_missing_with_its_package() {
        let error = find("no-such-server", "no-such-package").unwrap_err();
        assert_eq!(error.to_string(), "no-such-server is not installed (Debian package no-such-package)");
    }

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users = "postgresql:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/:/bin/bash\n";
        assert_eq!(ids(users, "postgres"), Some((101, 104)));
        assert_eq!(ids(users, "nobody"), None);
    }
}
