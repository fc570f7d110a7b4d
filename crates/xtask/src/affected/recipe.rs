//! Inputs of images besides programs: the Dockerfile, the files it copies, and the code that builds images.

use std::path::Path;

/// The one Dockerfile of all images.
const DOCKERFILE: &str = "docker/Dockerfile";
/// The code that puts a program into an image.
const BUILDER: &str = "crates/xtask/src/image/";

/// Whether a file decides what is in every image.
///
/// Beside the Dockerfile lie files for people who run the images; only what the Dockerfile takes in counts.
pub(super) fn concerns(path: &str, root: &Path) -> bool {
    let dockerfile = std::fs::read_to_string(root.join(DOCKERFILE)).unwrap_or_default();
    path == DOCKERFILE
        || path == format!("{DOCKERFILE}.dockerignore")
        || path.starts_with(BUILDER)
        || copied(&dockerfile).any(|source| is_below(path, source))
}

/// The files and folders that a Dockerfile takes from its context.
fn copied(dockerfile: &str) -> impl Iterator<Item = &str> {
    let copies = dockerfile.lines().map(str::trim).filter_map(|line| {
        let (instruction, rest) = line.split_once(char::is_whitespace)?;
        matches!(instruction.to_ascii_uppercase().as_str(), "COPY" | "ADD").then_some(rest)
    });
    copies.filter(|rest| !rest.contains("--from=")).flat_map(|rest| {
        let words: Vec<_> = rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
        let sources = words.len().saturating_sub(1);
        words.into_iter().take(sources).collect::<Vec<_>>()
    })
}

fn is_below(path: &str, source: &str) -> bool {
    let source = source.trim_start_matches("./").trim_end_matches('/');
    // A source that a build argument names is the program itself, which the graph follows.
    !source.contains('$')
        && (path == source || path.strip_prefix(source).is_some_and(|rest| rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_copied_by_the_dockerfile_are_in_every_image() {
        let dockerfile = "FROM scratch\nARG P\nCOPY --chown=1:1 docker/root/ ./docker/x /\nCOPY $P /app\n\
                          COPY --from=build a b";
        let sources: Vec<_> = copied(dockerfile).collect();
        assert_eq!(sources, ["docker/root/", "./docker/x", "$P"]);
        assert!(is_below("docker/root/data/.keep", "docker/root/") && is_below("docker/x", "./docker/x"));
        assert!(!is_below("docker/rooted", "docker/root/") && !is_below("pipelines/a", "$P"));
    }
}
