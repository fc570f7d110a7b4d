//! Programs of the Python package index at pinned versions, in an environment of their own.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::apt;
use super::progress::{Ended, Progress};
use crate::workspace;

/// Packages to install, as in `name==1.2.3`, including their dependencies, so that nothing changes by itself.
pub(super) struct Venv<'a> {
    /// Its purpose, in a word.
    pub(super) name: &'a str,
    pub(super) packages: &'a [&'a str],
}

/// Says that everything was installed.
const COMPLETE: &str = "complete";

impl Venv<'_> {
    /// The packages of a file that has one in each line, and comments.
    pub(super) fn requirements(text: &str) -> Vec<&str> {
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    }

    /// The folder of its programs, installed if they are not there yet.
    ///
    /// # Errors
    /// Why they cannot be installed, in a line: no Python, no network.
    pub(super) fn programs(&self, progress: &mut Progress) -> Result<PathBuf, String> {
        let folder = workspace::cache()?.join(format!("python-{}-{:016x}", self.name, self.key()));
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        // Two calls at once wait for each other, and the second one finds what the first has made.
        let lock = File::create(folder.join("lock")).map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        let environment = folder.join("environment");
        if !folder.join(COMPLETE).exists() {
            progress.say(&format!("installing {}, once", self.packages.first().unwrap_or(&self.name)));
            make(&environment, progress)?;
            self.install(&environment, progress)?;
            fs::write(folder.join(COMPLETE), self.packages.join("\n")).map_err(|error| error.to_string())?;
        }
        Ok(environment.join("bin"))
    }

    fn install(&self, environment: &Path, progress: &mut Progress) -> Result<(), String> {
        let mut pip = Command::new(environment.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        pip.args(self.packages);
        run(pip, progress).map_err(|reason| format!("pip: {reason}"))
    }

    /// Another version of anything is another environment.
    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.packages.hash(&mut hasher);
        hasher.finish()
    }
}

/// Makes an empty environment, in place of an earlier one. On Debian that is a package of its own, beside Python.
fn make(environment: &Path, progress: &mut Progress) -> Result<(), String> {
    let python = |program: &str| {
        let mut python = Command::new(program);
        python.args(["-m", "venv", "--clear"]).arg(environment);
        python
    };
    let refusal = match run(python("python3"), progress) {
        Ok(()) => return Ok(()),
        Err(refusal) => refusal,
    };
    if !apt::is_allowed() {
        return Err(format!(
            "python3 -m venv: {refusal}; to install it: {}",
            apt::by_hand(&["python3-venv"])
        ));
    }
    apt::install(&["python3-venv"], progress)?;
    run(python("/usr/bin/python3"), progress).map_err(|refusal| format!("python3 -m venv: {refusal}"))
}

fn run(command: Command, progress: &mut Progress) -> Result<(), String> {
    match progress.watch(command) {
        Ok(ended) if ended.is_ok => Ok(()),
        Ok(ended) => Err(reason(&ended)),
        Err(error) => Err(error.to_string()),
    }
}

/// The first line that says what is wrong; those after it say it again.
fn reason(ended: &Ended) -> String {
    let mut lines = ended.output.lines();
    lines.find(|line| line.starts_with("ERROR")).unwrap_or_else(|| ended.last_line()).to_owned()
}
