//! A generated file: what it holds, and whether what is on the disk is the same.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

/// Who made a file, for its first line.
const MADE_BY: &str = "Made by `cargo xtask generate`";

/// A file that is generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// From the root of the workspace.
    pub(super) path: String,
    pub(super) text: String,
}

/// How what is on the disk differs from what should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Drift {
    Missing(String),
    Differs(String),
    /// It was generated once and is no longer.
    Left(String),
}

/// The file that lists all generated ones. Tools that read it fold them in reviews; this program finds in it those
/// that it made before and no longer makes.
const LIST: &str = ".gitattributes";
const MARK: &str = " linguist-generated=true";

impl File {
    /// A file whose format knows comments that begin with `#`; `origin` is what a person changes instead of it.
    pub(super) fn with_hash(path: impl Into<String>, origin: &str, text: &str) -> Self {
        Self {
            path: path.into(),
            text: tidy(&format!("# {MADE_BY}.\n# To change it, change {origin}.\n{text}")),
        }
    }

    /// A page.
    pub(super) fn page(path: impl Into<String>, origin: &str, text: &str) -> Self {
        Self {
            path: path.into(),
            text: tidy(&format!("<!-- {MADE_BY}. To change it, change {origin}. -->\n\n{text}")),
        }
    }

    /// A file whose format knows no comments, such as JSON.
    #[allow(dead_code, reason = "part of what a generator may ask for")]
    pub(super) fn bare(path: impl Into<String>, text: &str) -> Self {
        Self { path: path.into(), text: tidy(text) }
    }
}

/// Ends with one line break, with none before it.
fn tidy(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

/// Adds the list of all of them, sorts them, and refuses two of the same path.
pub(super) fn complete(mut files: Vec<File>) -> Result<Vec<File>, String> {
    let mut paths: Vec<_> = files.iter().map(|file| file.path.as_str()).chain([LIST]).collect();
    paths.sort_unstable();
    if let Some(twice) = paths.windows(2).find(|pair| pair.first() == pair.last()) {
        return Err(format!("two generators make {}", twice.concat()));
    }
    let lines: Vec<_> = paths.iter().map(|path| format!("/{path}{MARK}")).collect();
    files.push(File::with_hash(LIST, "what is generated", &lines.join("\n")));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// What differs below `root`.
pub(super) fn drift(root: &Path, files: &[File]) -> Vec<Drift> {
    let left = left(root, files).into_iter().map(Drift::Left);
    let differs = files.iter().filter_map(|file| match fs::read_to_string(root.join(&file.path)) {
        Ok(text) if text == file.text => None,
        Ok(_) => Some(Drift::Differs(file.path.clone())),
        Err(_) => Some(Drift::Missing(file.path.clone())),
    });
    differs.chain(left).collect()
}

/// Makes what is below `root` the same, and tells what differed.
pub(super) fn write(root: &Path, files: &[File]) -> Result<Vec<Drift>, String> {
    let drift = drift(root, files);
    for change in &drift {
        let path = root.join(change.path());
        let file = files.iter().find(|file| file.path == change.path());
        file.map_or_else(|| remove(root, &path), |file| put(&path, &file.text))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(drift)
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

/// Removes a file, and the folders that are empty then.
fn remove(root: &Path, path: &Path) -> io::Result<()> {
    fs::remove_file(path)?;
    let folders = path.ancestors().skip(1).take_while(|folder| *folder != root);
    // A folder that holds something else stays, and so do those above it.
    let _ = folders.map(fs::remove_dir).find(Result::is_err);
    Ok(())
}

/// The files that were made before, are there still, and are not made now.
fn left(root: &Path, files: &[File]) -> Vec<String> {
    let list = fs::read_to_string(root.join(LIST)).unwrap_or_default();
    let listed = list.lines().filter_map(|line| line.strip_prefix('/')?.strip_suffix(MARK));
    let made: BTreeSet<_> = files.iter().map(|file| file.path.as_str()).collect();
    let is_below = |path: &&str| !path.split('/').any(|part| part == "..");
    let left = listed.filter(is_below).filter(|path| !made.contains(path) && root.join(path).is_file());
    left.map(str::to_owned).collect()
}

impl Drift {
    fn path(&self) -> &str {
        let (Self::Missing(path) | Self::Differs(path) | Self::Left(path)) = self;
        path
    }

    /// For a person: what is, and what became or should become of it.
    pub(super) fn line(&self) -> String {
        match self {
            Self::Missing(path) => format!("  new      {path}"),
            Self::Differs(path) => format!("  changed  {path}"),
            Self::Left(path) => format!("  removed  {path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str]) -> Vec<File> {
        complete(paths.iter().map(|path| File::with_hash(*path, "the test", "kind: Job\n\n")).collect())
            .unwrap()
    }

    #[test]
    fn what_was_written_has_no_drift() {
        let root = tempfile::tempdir().unwrap();
        let files = files(&["k8s/a/job.yaml", "docs/b.md"]);
        assert_eq!(write(root.path(), &files).unwrap().len(), 3);
        assert_eq!(drift(root.path(), &files), []);
        let text = fs::read_to_string(root.path().join("k8s/a/job.yaml")).unwrap();
        assert_eq!(text, "# Made by `cargo xtask generate`.\n# To change it, change the test.\nkind: Job\n");
    }

    #[test]
    fn an_edit_by_hand_is_a_drift() {
        let root = tempfile::tempdir().unwrap();
        let files = files(&["a.yaml", "b.yaml"]);
        write(root.path(), &files).unwrap();
        fs::write(root.path().join("a.yaml"), "kind: Pod\n").unwrap();
        fs::remove_file(root.path().join("b.yaml")).unwrap();
        let expected = [Drift::Differs("a.yaml".to_owned()), Drift::Missing("b.yaml".to_owned())];
        assert_eq!(drift(root.path(), &files), expected);
    }

    #[test]
    fn what_is_no_longer_made_is_removed_with_its_folder() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), &files(&["k8s/gone/a.yaml", "k8s/stays/b.yaml"])).unwrap();
        fs::write(root.path().join("k8s/own.yaml"), "by hand").unwrap();
        let now = files(&["k8s/stays/b.yaml"]);
        assert!(drift(root.path(), &now).contains(&Drift::Left("k8s/gone/a.yaml".to_owned())));
        write(root.path(), &now).unwrap();
        assert!(!root.path().join("k8s/gone").exists());
        assert!(root.path().join("k8s/own.yaml").exists());
        assert_eq!(drift(root.path(), &now), []);
    }

    #[test]
    fn a_list_that_leads_out_of_the_workspace_removes_nothing() {
        let root = tempfile::tempdir().unwrap();
        let inside = root.path().join("inside");
        fs::create_dir(&inside).unwrap();
        fs::write(root.path().join("outside"), "mine").unwrap();
        fs::write(inside.join(LIST), format!("/../outside{MARK}\n")).unwrap();
        assert_eq!(left(&inside, &[]), [""; 0]);
    }

    #[test]
    fn two_generators_cannot_make_the_same_file() {
        let twice = vec![File::bare("a.json", "{}"), File::bare("a.json", "[]")];
        assert!(complete(twice).unwrap_err().starts_with("two generators make a.json"));
    }
}
