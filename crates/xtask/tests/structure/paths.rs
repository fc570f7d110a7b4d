//! Every path of the repository that a page names is there.

use std::fs;
use std::path::Path;

use crate::workspace::{Package, hold, packages, pages, root, text};

/// Pages on what their reader makes, and on what once was.
const ON_OTHER_FILES: [&str; 4] =
    ["docs/adding-a-pipeline.md", "docs/adding-a-device.md", "docs/decisions/scaffold.md", "CHANGELOG.md"];

/// Files that are in no checkout: those of the operator, which pages tell to make, and the outputs that `.gitignore` has.
const UNTRACKED: [&str; 5] = ["docker/secrets", "docker/.env", "k8s/overlays/home", "target/", "data/"];

/// Pages that lead through the folders of all orchestrators, and these folders.
const OVERVIEWS: [&str; 3] = ["docs/deploying.md", "docs/migrating.md", "docs/raspberry-pi.md"];
const ORCHESTRATORS: [&str; 5] = ["k8s", "k8s/airflow", "docker", "deploy/ecs", "systemd"];

#[test]
fn every_path_that_a_page_names_is_there() {
    let pages = pages().iter().filter(|page| !ON_OTHER_FILES.contains(&page.as_str()));
    let absent = pages.flat_map(|page| {
        let absent = absent(&text(page), &places(page));
        absent.into_iter().map(move |path| format!("{page}: {path}"))
    });
    hold("Name the file as it is now (`<program>` stands for a program, NAME and … for anything):", absent);
}

#[test]
fn a_path_that_is_gone_is_found_in_text_and_in_code() {
    let found = |text: &str| absent(text, &["", "k8s/airflow"]);
    let here =
        "`docs/deploying.md`, `dags/jobs.py`, `k8s/cronjobs/<program>.yaml`, `crates/NAME/Cargo.toml`\n";
    assert_eq!(found(here), [""; 0]);
    assert_eq!(found("`docs/deploy.md` has more"), ["docs/deploy.md"]);
    assert_eq!(found("`dags/<program>.py`"), ["dags/<program>.py"], "of no program");
    assert_eq!(found("`crates/NAME/Cargo.yaml`"), ["crates/NAME/Cargo.yaml"]);
    assert_eq!(found("```sh\nrun --file=deploy/ecs/gone.yaml\n```\n"), ["deploy/ecs/gone.yaml"]);
    let elsewhere =
        "docs/deploy.md without quotes, `sensors/attic`, `/k8s/none`, `https://k8s/none`, `k8s/$name`";
    assert_eq!(found(elsewhere), [""; 0]);
}

/// The folders that the paths of a page are meant from.
fn places(page: &str) -> Vec<&str> {
    let own = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let others = ORCHESTRATORS.into_iter().filter(|_| OVERVIEWS.contains(&page));
    ["", own].into_iter().chain(others).collect()
}

/// The paths in quoted text and code that begin with a folder of one of `places`, and are in none.
fn absent(text: &str, places: &[&str]) -> Vec<String> {
    let is_path = |word: &&str| {
        let is_outside = word.contains("://") || word.contains('$') || word.starts_with(['/', '~', '-', '<']);
        word.contains('/') && !is_outside && !UNTRACKED.iter().any(|it| word.starts_with(it))
    };
    let begins_here = |word: &&str| {
        let first = word.split('/').next().unwrap_or_default();
        places.iter().any(|place| root().join(place).join(first).is_dir())
    };
    let is_absent = |word: &&str| {
        let parts: Vec<_> = word.split('/').filter(|part| !part.is_empty()).collect();
        !places.iter().any(|place| is_there(&root().join(place), &parts))
    };
    let words = words(text).into_iter().filter(is_path).filter(begins_here);
    words.filter(is_absent).map(str::to_owned).collect()
}

/// The words of quoted text and of blocks of code.
fn words(text: &str) -> Vec<&str> {
    let separators = |letter: char| letter.is_whitespace() || "='\",()|;`".contains(letter);
    let mut words = Vec::new();
    for (number, part) in text.split("```").enumerate() {
        let is_code = number % 2 == 1;
        // The first line of a block of code names its language.
        let code = part.split_once('\n').filter(|_| is_code).map(|(_, code)| code);
        let quoted = part.split('`').skip(1).step_by(2).filter(|_| !is_code);
        let texts = code.into_iter().chain(quoted);
        let found = texts.flat_map(|text| text.split(separators));
        words.extend(found.map(|word| word.trim_start_matches("./").trim_end_matches(['.', ':'])));
    }
    words
}

fn is_there(folder: &Path, parts: &[&str]) -> bool {
    let Some((part, rest)) = parts.split_first() else { return folder.exists() };
    if !has_placeholder(part) {
        return is_there(&folder.join(part), rest);
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut fitting = entries.filter(|entry| fits(part, &entry.file_name().to_string_lossy()));
    fitting.any(|entry| is_there(&entry.path(), rest))
}

const PROGRAM: &str = "<program>";
const ANYTHING: [&str; 5] = ["NAME", "PROGRAM", "{program}", "…", "*"];

fn has_placeholder(part: &str) -> bool {
    part.contains(PROGRAM) || ANYTHING.iter().any(|it| part.contains(it))
}

/// Whether a part of a path can stand for the name of a file.
fn fits(part: &str, name: &str) -> bool {
    if part.contains(PROGRAM) {
        let mut programs = packages().iter().filter(|package| package.is_program());
        return programs.any(|Package { name: program, .. }| part.replace(PROGRAM, program) == name);
    }
    let around = ANYTHING.iter().find_map(|it| part.split_once(it));
    around.is_some_and(|(before, after)| {
        // A second one stands for the same as the first.
        let after = ANYTHING.iter().find_map(|it| after.rsplit_once(it)).map_or(after, |(_, after)| after);
        name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
    })
}
