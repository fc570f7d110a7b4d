//! The files of procfs and sysfs below a root. A file that cannot be read has no value.

use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A folder with the files of a machine.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    root: PathBuf,
}

impl Tree {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    /// The text of a file without the white space and the NUL that end it; none if it is empty or cannot be read.
    ///
    /// A sensor that is asleep, busy or gone answers a read with EAGAIN, EINVAL or ENODATA. That is no failure of the
    /// machine: it has no value this time.
    pub(crate) fn text(&self, file: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.path(file)).ok()?;
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The number in a file.
    pub(crate) fn number<T: FromStr>(&self, file: &str) -> Option<T> {
        self.text(file)?.parse().ok()
    }

    /// The entries of a folder that are `prefix`, a number and `suffix`, in the order of the numbers.
    pub(crate) fn numbered(&self, folder: &str, prefix: &str, suffix: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut found: Vec<(u32, String)> = entries
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let number = name.strip_prefix(prefix)?.strip_suffix(suffix)?.parse().ok()?;
                Some((number, name))
            })
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, name)| name).collect()
    }

    /// Last component of a link's target.
    pub(crate) fn link(&self, file: &str) -> Option<String> {
        std::fs::read_link(self.path(file)).ok()?.file_name()?.to_str().map(str::to_owned)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A folder with these files.
    pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn unreadable_files_count_as_absent() {
        let folder = folder(&[("model", "Board 3\0"), ("empty", "\n"), ("word", "low\n"), ("a/b", "1")]);
        let tree = Tree::new(folder.path());
        assert_eq!(tree.text("model").as_deref(), Some("Board 3"));
        assert_eq!((tree.text("empty"), tree.text("absent"), tree.text("a")), (None, None, None));
        assert_eq!(tree.number::<i64>("word"), None);
    }

    #[test]
    fn entries_come_in_the_order_of_their_numbers() {
        let folder =
            folder(&[("zone10/t", ""), ("zone9/t", ""), ("zone/t", ""), ("zones", ""), ("zone1_x", "")]);
        assert_eq!(Tree::new(folder.path()).numbered("", "zone", ""), ["zone9", "zone10"]);
    }
}
