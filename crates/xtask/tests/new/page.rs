//! A page of `docs`, followed literally.
//!
//! The word after the language of a code block says what to do with it: `file=PATH` writes it there, `sections=PATH`
//! puts its sections in place of those of the same name, and `no-test` leaves it to the reader. A block of `sh` without
//! such a word is run, and a block of `text` is the end of its output.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use crate::workspace::{Workspace, expect_success, text};

/// A code block.
struct Block<'a> {
    language: &'a str,
    instruction: Option<&'a str>,
    body: String,
}

/// Does in a workspace what the page says.
pub(crate) fn follow(page: &str, workspace: &Workspace) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let page = fs::read_to_string(root.join("docs").join(page)).unwrap();
    let mut output = String::new();
    for block in blocks(&page) {
        match (block.language, block.instruction) {
            (_, Some("no-test")) => {}
            ("sh", None) => output = run(workspace, &block.body),
            ("text", None) => assert!(output.ends_with(&block.body), "{}\n---\n{output}", block.body),
            (language, instruction) => {
                let (verb, path) = instruction.and_then(|it| it.split_once('=')).unwrap_or_default();
                let path = workspace.root.join(path);
                match verb {
                    "file" => fs::write(path, block.body).unwrap(),
                    "sections" => {
                        let before = fs::read_to_string(&path).unwrap();
                        fs::write(path, with_sections(&before, &block.body)).unwrap();
                    }
                    _ => panic!("the page does not say what to do with {language}:\n{}", block.body),
                }
            }
        }
    }
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.by_ref().find(|line| line.starts_with("```")) {
        let mut words = line.trim_start_matches('`').split(' ');
        let (language, instruction) = (words.next().unwrap(), words.next());
        let body = lines
            .by_ref()
            .take_while(|line| *line != "```")
            .fold(String::new(), |body, line| body + line + "\n");
        blocks.push(Block { language, instruction, body });
    }
    blocks
}

/// Runs a script and returns its output.
fn run(workspace: &Workspace, script: &str) -> String {
    let manifest = workspace.root.join("crates/xtask");
    let xtask = format!("env CARGO_MANIFEST_DIR={} {}", manifest.display(), env!("CARGO_BIN_EXE_xtask"));
    let script = script.replace("cargo xtask", &xtask);
    let mut shell = workspace.inside(commands::shell());
    // Cargo looks for compilers and linkers in it.
    shell.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = shell.args(["-ec", &script]).output().unwrap();
    expect_success(&output);
    text(&output.stdout)
}

/// The text with the sections of `new` in place of its own. A section begins with a line that begins with `[` or `## `.
fn with_sections(before: &str, new: &str) -> String {
    let mut sections = sections(before);
    for (heading, body) in self::sections(new) {
        match sections.iter_mut().find(|(found, _)| *found == heading) {
            Some((_, found)) => *found = format!("{}\n\n", body.trim_end()),
            None => sections.insert(1, (heading, format!("{}\n\n", body.trim_end()))),
        }
    }
    sections.into_iter().map(|(_, body)| body).collect::<String>().trim_end().to_owned() + "\n"
}

fn sections(text: &str) -> Vec<(String, String)> {
    let mut sections = vec![(String::new(), String::new())];
    for line in text.lines() {
        if line.starts_with('[') || line.starts_with("## ") {
            sections.push((line.to_owned(), String::new()));
        }
        let (_, body) = sections.last_mut().unwrap();
        body.push_str(line);
        body.push('\n');
    }
    sections.retain(|(heading, body)| !heading.is_empty() || !body.is_empty());
    sections
}
