//! The commit that an image is made of, and the time of the commit.

use std::path::Path;

use jiff::Timestamp;
use testkit::Requirement;

/// The commit that an image is made of, and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The commit; followed by `-dirty` where files differ from it.
    pub(crate) revision: String,
    /// Time of the commit: an image has no time of its own, or it would differ from build to build.
    pub(crate) created: Timestamp,
}

impl Origin {
    /// Asks git. `SOURCE_DATE_EPOCH` goes before the time of the commit.
    /// Source: <https://reproducible-builds.org/specs/source-date-epoch/>.
    pub(crate) fn of(root: &Path) -> Result<Self, String> {
        let commit = git(root, &["rev-parse", "HEAD"])?;
        let is_dirty = !git(root, &["status", "--porcelain", "--untracked-files=no"])?.is_empty();
        let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
            Ok(seconds) => seconds,
            Err(_) => git(root, &["log", "-1", "--format=%ct"])?,
        };
        Ok(Self { revision: revision(&commit, is_dirty), created: time(&seconds)? })
    }

    /// Seconds since 1970.
    pub(super) fn seconds(&self) -> u64 {
        self.created.as_second().try_into().unwrap_or(0)
    }
}

fn revision(commit: &str, is_dirty: bool) -> String {
    if is_dirty { format!("{commit}-dirty") } else { commit.to_owned() }
}

fn time(seconds: &str) -> Result<Timestamp, String> {
    let parsed = seconds.trim().parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    parsed.ok_or_else(|| format!("`{seconds}` is no number of seconds since 1970 (SOURCE_DATE_EPOCH)"))
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Requirement::Git
        .command()
        .map_err(|missing| missing.to_string())?
        .current_dir(root)
        .args(arguments)
        .output();
    let output = output.map_err(|error| format!("git does not start: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_that_differs_from_its_commit_says_so() {
        assert_eq!(revision("0f1e", false), "0f1e");
        assert_eq!(revision("0f1e", true), "0f1e-dirty");
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        assert_eq!(time("1795331630\n").unwrap().as_second(), 1_795_331_630);
        assert!(time("yesterday").unwrap_err().contains("SOURCE_DATE_EPOCH"));
    }
}
