//! Arguments of `cargo xtask image`.

use std::path::PathBuf;

use clap::error::ErrorKind;

use super::Architecture;

/// Builds programs as they ship and makes images of them.
///
/// Standard output gets a line for each image: its name, with a digest where it has been pushed.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Programs to make images of.
    #[arg(value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    programs: Vec<String>,
    /// Makes images of all programs.
    #[arg(long)]
    all: bool,
    /// Architectures, amd64 and arm64; without it, both, or the engine's own with --load.
    #[arg(long, value_name = "ARCH", value_delimiter = ',', value_parser = architecture, conflicts_with = "join")]
    arch: Vec<Architecture>,
    #[command(flatten)]
    destination: DestinationArguments,
    /// Tag in place of the version of the program; may be given again.
    #[arg(long = "tag", value_name = "TAG", value_parser = tag)]
    tags: Vec<String>,
    /// Registry in place of `registry` in [workspace.metadata.delivery] of Cargo.toml.
    #[arg(long, value_name = "PLACE")]
    registry: Option<String>,
    /// Cargo profile in place of `release`, for trials: `trial` compiles fast, and makes large programs.
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct DestinationArguments {
    /// Hands images to the Docker engine and runs each once; the default where an engine answers.
    #[arg(long)]
    load: bool,
    /// Pushes to the registry by skopeo, which uses the logins of Docker.
    ///
    /// One architecture is pushed by its digest alone, several are pushed under their tags.
    #[arg(long)]
    push: bool,
    /// Writes an image layout for each program, and a bill of materials for each image, into a folder.
    #[arg(long, value_name = "DIR")]
    oci: Option<PathBuf>,
    /// Makes tags of one program from images that have been pushed one by one.
    #[arg(long, value_name = "DIGEST", value_delimiter = ',', value_parser = digest, conflicts_with = "all")]
    join: Vec<String>,
}

/// Programs to build images of, and their destination.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// Names of the programs; `None` for all.
    pub(super) programs: Option<Vec<String>>,
    /// Empty where the call names none.
    pub(super) architectures: Vec<Architecture>,
    pub(super) destination: Destination,
    /// Empty where the call names none.
    pub(super) tags: Vec<String>,
    /// Registry in place of the one that `Cargo.toml` names.
    pub(super) registry: Option<String>,
    /// Cargo profile in place of that of programs that ship.
    pub(super) profile: Option<String>,
}

/// Destination of images.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// Into a Docker engine if one answers.
    Default,
    /// Into a Docker engine.
    Engine,
    /// Into the registry.
    Registry,
    /// Into a folder.
    Folder(PathBuf),
    /// A tag in the registry of the images that are there by these digests.
    Joined(Vec<String>),
}

impl Arguments {
    pub(super) fn call(self) -> Result<Call, clap::Error> {
        let destination = self.destination.destination();
        if matches!(destination, Destination::Joined(_)) && self.programs.len() > 1 {
            let message = "--join is for one program\n";
            return Err(clap::Error::raw(ErrorKind::ArgumentConflict, message));
        }
        let mut architectures = self.arch;
        architectures.sort();
        architectures.dedup();
        Ok(Call {
            programs: (!self.all).then_some(self.programs),
            architectures,
            destination,
            tags: self.tags,
            registry: self.registry,
            profile: self.profile,
        })
    }
}

impl DestinationArguments {
    fn destination(self) -> Destination {
        match self {
            Self { load: true, .. } => Destination::Engine,
            Self { push: true, .. } => Destination::Registry,
            Self { oci: Some(folder), .. } => Destination::Folder(folder),
            Self { join, .. } if !join.is_empty() => Destination::Joined(join),
            _ => Destination::Default,
        }
    }
}

/// The architecture of this name, or an error that lists all.
pub(crate) fn architecture(name: &str) -> Result<Architecture, String> {
    let known = Architecture::ALL.map(Architecture::name).join(" and ");
    Architecture::named(name).ok_or_else(|| format!("these are: {known}"))
}

/// Source: <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests>.
fn tag(tag: &str) -> Result<String, String> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_right = tag.len() <= 128
        && tag.starts_with(is_word)
        && tag.chars().all(|letter| is_word(letter) || letter == '.' || letter == '-');
    let form = "a tag has letters, digits and . - _, 128 at most";
    if is_right { Ok(tag.to_owned()) } else { Err(form.to_owned()) }
}

fn digest(digest: &str) -> Result<String, String> {
    let hex = digest.strip_prefix("sha256:").unwrap_or_default();
    let is_right = hex.len() == 64 && hex.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f'));
    let form = "a digest is sha256: and 64 hexadecimal digits";
    if is_right { Ok(digest.to_owned()) } else { Err(form.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn parse(line: &str) -> Result<Call, String> {
        let line = Line::try_parse_from(format!("image {line}").split_whitespace());
        line.and_then(|line| line.arguments.call()).map_err(|error| error.to_string())
    }

    #[test]
    fn programs_architectures_and_a_destination_are_distinguished() {
        let call = parse("watchdog slack-relay --arch arm64,amd64 --oci out --tag 1.2.3").unwrap();
        assert_eq!(call.programs, Some(vec!["watchdog".to_owned(), "slack-relay".to_owned()]));
        assert_eq!(call.architectures, Architecture::ALL);
        assert_eq!(call.destination, Destination::Folder("out".into()));
        assert_eq!(call.tags, ["1.2.3"]);
    }

    #[test]
    fn either_programs_are_named_or_all_are_meant() {
        assert_eq!(parse("--all").unwrap().programs, None);
        assert!(parse("").unwrap_err().contains("NAME"));
        assert!(parse("watchdog --all").unwrap_err().contains("cannot be used with"));
    }

    #[test]
    fn mistakes_are_refused_with_the_right_form() {
        assert!(parse("watchdog --arch mips").unwrap_err().contains("amd64 and arm64"));
        assert!(parse("watchdog --load --push").unwrap_err().contains("cannot be used with"));
        assert!(parse("watchdog --oci").unwrap_err().contains("a value is required"));
        assert!(parse("watchdog --sign").unwrap_err().contains("--sign"));
        assert!(parse("watchdog --tag a/b").unwrap_err().contains("a/b"));
        assert!(parse("watchdog --join sha256:0f").unwrap_err().contains("sha256:0f"));
    }

    #[test]
    fn images_of_one_program_are_joined() {
        let digests = format!("sha256:{},sha256:{}", "0".repeat(64), "f".repeat(64));
        assert!(parse(&format!("watchdog --join {digests} --tag latest")).is_ok());
        assert!(parse(&format!("a b --join {digests}")).unwrap_err().contains("one program"));
        assert!(parse(&format!("--all --join {digests}")).unwrap_err().contains("cannot be used with"));
        assert!(
            parse(&format!("a --join {digests} --arch amd64")).unwrap_err().contains("cannot be used with")
        );
    }
}
