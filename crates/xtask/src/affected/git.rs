//! Queries of git: revisions, their files, and changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;

use testkit::Requirement;

/// A repository on disk.
pub(super) struct Repository {
    root: PathBuf,
}

/// Result of resolving a revision.
pub(super) enum Base {
    /// The commit.
    Found(String),
    /// No commit to compare with, and the reason.
    Unknown(String),
}

impl Repository {
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The commit of that name.
    ///
    /// A forced push, or a branch that is new, leaves nothing to compare with. In a clone without history the commit
    /// may well exist: to rebuild everything would hide that the workflow fetches too little.
    pub(super) fn find(&self, name: &str) -> Result<Base, String> {
        if !name.is_empty() && name.bytes().all(|byte| byte == b'0') {
            return Ok(Base::Unknown("the branch is new".to_owned()));
        }
        // With the two letters in front, a name that begins with a dash is no option.
        let wanted = format!("{name}^{{commit}}");
        let found = self.git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
        if found.status.success() {
            return Ok(Base::Found(text(&found).trim().to_owned()));
        }
        if text(&self.git(&["rev-parse", "--is-shallow-repository"])?).trim() == "true" {
            return Err(format!("{name} is not in this clone, which has no history; fetch it with depth 0"));
        }
        Ok(Base::Unknown(format!("there is no revision {name}")))
    }

    /// Every file that is not what it was at a commit, by its path below the root; those not committed included.
    pub(super) fn changed_since(&self, commit: &str) -> Result<BTreeSet<String>, String> {
        // A file that was moved is gone from one place and new at another. Each place has its own consequences.
        let changed = self.paths(&["diff", "--name-only", "--no-renames", "-z", commit, "--"])?;
        let new = self.paths(&["ls-files", "--others", "--exclude-standard", "-z"])?;
        Ok(changed.into_iter().chain(new).collect())
    }

    /// Every file of a commit.
    pub(super) fn files_at(&self, commit: &str) -> Result<Vec<String>, String> {
        self.paths(&["ls-tree", "-r", "--name-only", "-z", commit])
    }

    /// Every file of the work tree, those not committed included.
    pub(super) fn files(&self) -> Result<Vec<String>, String> {
        let known = self.paths(&["ls-files", "--cached", "--others", "--exclude-standard", "-z"])?;
        Ok(known.into_iter().filter(|path| self.root.join(path).is_file()).collect())
    }

    /// The text of a file at a commit.
    pub(super) fn text_at(&self, commit: &str, path: &str) -> Result<String, String> {
        let output = self.git(&["show", &format!("{commit}:./{path}")])?;
        checked(&output, "git show").map(|()| text(&output))
    }

    fn paths(&self, arguments: &[&str]) -> Result<Vec<String>, String> {
        let output = self.git(arguments)?;
        checked(&output, &format!("git {}", arguments.join(" ")))?;
        Ok(text(&output).split_terminator('\0').map(str::to_owned).collect())
    }

    fn git(&self, arguments: &[&str]) -> Result<Output, String> {
        let mut git = Requirement::Git.command().map_err(|missing| missing.to_string())?;
        // A workspace inside a larger repository has its paths below its own root.
        git.current_dir(&self.root).args(["-c", "diff.relative=true", "-c", "core.quotePath=false"]);
        git.args(arguments).output().map_err(|error| format!("git: {error}"))
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn checked(output: &Output, command: &str) -> Result<(), String> {
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
