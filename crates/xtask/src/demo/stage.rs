//! Commands of the programs of the demo, with their settings.

use std::path::Path;
use std::process::Command;

use super::program::Program;
use super::store::Store;

/// Placeholder in a manifest for the folder of the manifest.
pub(super) const FOLDER: &str = "{folder}";

/// Store, folder and mode of all runs of the demo.
pub(super) struct Stage<'a> {
    pub(super) store: &'a Store,
    pub(super) folder: &'a Path,
    pub(super) live: bool,
}

impl Stage<'_> {
    /// The command of a program, as its manifest says, with the address of its simulated source.
    pub(super) fn command(&self, program: &Program, address: Option<&str>) -> Command {
        let mut command = self.bare(program);
        let demo = &program.demo;
        let folder = program.folder.display().to_string();
        let settings = demo.environment.iter().map(|(name, value)| (name, value.replace(FOLDER, &folder)));
        command.envs(demo.url.as_deref().zip(address)).envs(settings).args(&demo.arguments);
        command
    }

    /// The command of a program with the settings of the demo store only. Variables of the terminal, such as another
    /// store or an alert channel, are not for a demo.
    pub(super) fn bare(&self, program: &Program) -> Command {
        let mut command = commands::built(&program.path);
        command.env_clear().current_dir(self.folder);
        command.env("SINK", "sqlite").env("SQLITE_PATH", self.store.path());
        command.env("SPOOL_DIR", self.folder.join("spool"));
        command
    }
}
