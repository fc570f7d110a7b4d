//! Generated files: their text, their places, and the drift of the files on the disk.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

/// The first line of a generated file.
const MADE_BY: &str = "Made by `cargo xtask generate`";

/// A file that is generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// Path from the root of the workspace.
    pub(super) path: String,
    pub(super) text: String,
}

/// A difference between the disk and the generated files.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Drift {
    Missing(String),
    Differs(String),
    /// It is in a place of generated files, and no generator makes it.
    Left(String),
}

/// The file with the patterns, by which reviews fold generated files.
const LIST: &str = ".gitattributes";
const MARK: &str = " linguist-generated=true";

/// The places of generated files. Every generated file is in one of them, and no file written by hand is: a file here that
/// no generator makes is removed. A star stands for a part of a name.
const PATTERNS: [&str; 18] = [
    LIST,
    "deploy/ecs/*.yaml",
    "deploy/ecs/jobs/*.conf",
    "docker/.env.example",
    "docker/compose.pipelines.yaml",
    "docker/timers/*.timer",
    "docs/catalogue.md",
    "k8s/airflow/pools.json",
    "k8s/argo/*.yaml",
    "k8s/argo/pod-died/workflow-template.yaml",
    "k8s/cronjobs/*.yaml",
    "k8s/devices/*.yaml",
    "k8s/grafana/dashboards/influxdb/*",
    "k8s/grafana/dashboards/postgres/*",
    "k8s/platform/*.yaml",
    "k8s/services/*.yaml",
    "monitoring/prometheus/kubernetes.yaml",
    "monitoring/prometheus/prometheus.yaml",
];

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
    pub(super) fn bare(path: impl Into<String>, text: &str) -> Self {
        Self { path: path.into(), text: tidy(text) }
    }
}

/// Ends with one line break, with none before it.
fn tidy(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

/// Adds the list of the patterns, sorts the files, and refuses two of the same path and one outside of the patterns.
pub(super) fn complete(mut files: Vec<File>) -> Result<Vec<File>, String> {
    let lines: Vec<_> = PATTERNS.iter().map(|pattern| format!("/{pattern}{MARK}")).collect();
    files.push(File::with_hash(LIST, "PATTERNS in crates/xtask/src/generate/file.rs", &lines.join("\n")));
    let mut paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    if let Some(twice) = paths.windows(2).find(|pair| pair.first() == pair.last()) {
        return Err(format!("two generators make {}", twice.concat()));
    }
    if let Some(path) = paths.iter().find(|path| !PATTERNS.iter().any(|pattern| matches(pattern, path))) {
        return Err(format!("{path} is in no pattern of PATTERNS in crates/xtask/src/generate/file.rs"));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The differences below `root`.
pub(super) fn drift(root: &Path, files: &[File]) -> Vec<Drift> {
    let left = left(root, files).into_iter().map(Drift::Left);
    let differs = files.iter().filter_map(|file| match fs::read_to_string(root.join(&file.path)) {
        Ok(text) if text == file.text => None,
        Ok(_) => Some(Drift::Differs(file.path.clone())),
        Err(_) => Some(Drift::Missing(file.path.clone())),
    });
    differs.chain(left).collect()
}

/// Writes the files below `root` and returns the differences there were.
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

/// Whether a path is in the place that a pattern describes: the same folder, and a name with the same beginning and end.
fn matches(pattern: &str, path: &str) -> bool {
    let split = |path| -> (&str, &str) { str::rsplit_once(path, '/').unwrap_or(("", path)) };
    let ((folder, pattern), (place, name)) = (split(pattern), split(path));
    let is_named = match pattern.split_once('*') {
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| rest.ends_with(after)),
        None => name == pattern,
    };
    folder == place && is_named
}

/// The files on the disk in a place of generated files that no generator makes.
fn left(root: &Path, files: &[File]) -> Vec<String> {
    let made: BTreeSet<_> = files.iter().map(|file| file.path.as_str()).collect();
    let mut left: Vec<_> = PATTERNS
        .iter()
        .flat_map(|pattern| {
            let folder = pattern.rsplit_once('/').map_or("", |(folder, _)| folder);
            let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
            let files = entries.filter(|entry| entry.path().is_file());
            let names = files.filter_map(|entry| entry.file_name().into_string().ok());
            let paths =
                names.map(move |name| if folder.is_empty() { name } else { format!("{folder}/{name}") });
            paths.filter(|path| matches(pattern, path)).collect::<Vec<_>>()
        })
        .filter(|path| !made.contains(path.as_str()))
        .collect();
    left.sort();
    left
}

impl Drift {
    fn path(&self) -> &str {
        let (Self::Missing(path) | Self::Differs(path) | Self::Left(path)) = self;
        path
    }

    /// A line for a person.
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

    const JOB: &str = "k8s/cronjobs/tides.yaml";
    const PAGE: &str = "docs/catalogue.md";

    #[test]
    fn written_files_have_no_drift() {
        let root = tempfile::tempdir().unwrap();
        let files = files(&[JOB, PAGE]);
        assert_eq!(write(root.path(), &files).unwrap().len(), 3);
        assert_eq!(drift(root.path(), &files), []);
        let text = fs::read_to_string(root.path().join(JOB)).unwrap();
        assert_eq!(text, "# Made by `cargo xtask generate`.\n# To change it, change the test.\nkind: Job\n");
    }

    #[test]
    fn an_edit_by_hand_is_a_drift() {
        let root = tempfile::tempdir().unwrap();
        let files = files(&[JOB, PAGE]);
        write(root.path(), &files).unwrap();
        fs::write(root.path().join(PAGE), "mine\n").unwrap();
        fs::remove_file(root.path().join(JOB)).unwrap();
        let expected = [Drift::Differs(PAGE.to_owned()), Drift::Missing(JOB.to_owned())];
        assert_eq!(drift(root.path(), &files), expected);
    }

    #[test]
    fn the_files_of_a_removed_program_are_removed() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), &files(&["k8s/services/page.yaml", JOB])).unwrap();
        fs::write(root.path().join("k8s/own.yaml"), "by hand").unwrap();
        let now = files(&[JOB]);
        assert!(drift(root.path(), &now).contains(&Drift::Left("k8s/services/page.yaml".to_owned())));
        write(root.path(), &now).unwrap();
        assert!(!root.path().join("k8s/services").exists());
        assert!(root.path().join("k8s/own.yaml").exists());
        assert_eq!(drift(root.path(), &now), []);
    }

    #[test]
    fn a_generated_file_outside_of_the_patterns_is_refused() {
        let file = File::bare("k8s/overlays/home.yaml", "");
        assert!(complete(vec![file]).unwrap_err().starts_with("k8s/overlays/home.yaml is in no pattern"));
    }

    #[test]
    fn a_star_stands_for_a_part_of_a_name_and_not_for_a_folder() {
        assert!(matches("k8s/argo/*.yaml", "k8s/argo/tides.yaml"));
        assert!(!matches("k8s/argo/*.yaml", "k8s/argo/executor/role.yaml"));
        assert!(!matches("docs/catalogue.md", "docs/manifest.md"));
    }

    #[test]
    fn two_generators_cannot_make_the_same_file() {
        let twice = vec![File::bare(PAGE, "{}"), File::bare(PAGE, "[]")];
        assert!(complete(twice).unwrap_err().starts_with("two generators make docs/catalogue.md"));
    }
}
