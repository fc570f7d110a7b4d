//! Tags of releases: `v` and the version of the programs.

/// Refuses a tag of another version, so that nothing is published under a name that it does not report.
pub(crate) fn check(tag: &str, version: &str) -> Result<(), String> {
    if tag.strip_prefix('v') == Some(version) {
        Ok(())
    } else {
        Err(format!("the tag {tag} is for another version than {version}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tag_of_the_version_is_taken() {
        assert_eq!(check("v1.2.3", "1.2.3"), Ok(()));
        for tag in ["v1.2.4", "1.2.3", "v1.2.3-rc.1", "v1.2", ""] {
            assert!(check(tag, "1.2.3").unwrap_err().contains("another version than 1.2.3"), "{tag}");
        }
    }
}
