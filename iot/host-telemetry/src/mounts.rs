//! The disks to look at, as a person writes them in a setting.

use settings::Setting;

/// Paths of the machine, each on a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mounts(Vec<String>);

impl Mounts {
    /// The paths.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Setting for Mounts {
    const TAKES: &'static str = "absolute paths, separated by commas";

    fn parse(text: &str) -> Result<Self, String> {
        let mut mounts: Vec<String> = Vec::new();
        for path in text.split(',').map(str::trim).filter(|path| !path.is_empty()) {
            // A path that goes up would lead out of the machine's own files.
            if !path.starts_with('/') || path.split('/').any(|part| part == "..") {
                return Err(format!("must be {}", Self::TAKES));
            }
            if !mounts.iter().any(|mount| mount == path) {
                mounts.push(path.to_owned());
            }
        }
        Ok(Self(mounts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_absolute_and_each_counts_once() {
        let mounts = Mounts::parse("/, /data,,/data").unwrap();
        assert_eq!(mounts.iter().collect::<Vec<_>>(), ["/", "/data"]);
        assert!(Mounts::parse("data").is_err() && Mounts::parse("/data/../etc").is_err());
    }
}
