//! What `cargo xtask image` was asked for.

use std::path::PathBuf;

use super::Architecture;

/// What to make images of, and where they go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// `None` where all are meant.
    pub(super) programs: Option<Vec<String>>,
    /// Empty where the call names none.
    pub(super) architectures: Vec<Architecture>,
    pub(super) destination: Destination,
    /// Empty where the call names none.
    pub(super) tags: Vec<String>,
    /// Instead of the one that `Cargo.toml` names.
    pub(super) registry: Option<String>,
}

/// Where images go.
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
    /// They are in the registry by these digests, and become one tag there.
    Joined(Vec<String>),
}

impl Call {
    /// Reads arguments; `None` where they ask for help.
    pub(super) fn parse(arguments: &[String]) -> Result<Option<Self>, String> {
        let (mut names, mut all) = (Vec::new(), false);
        let mut call = Self {
            programs: None,
            architectures: Vec::new(),
            destination: Destination::Default,
            tags: Vec::new(),
            registry: None,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().cloned().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--help" | "-h" => return Ok(None),
                "--all" => all = true,
                "--arch" => call.architectures = architectures(&value()?)?,
                "--tag" => call.tags.push(tag(value()?)?),
                "--registry" => call.registry = Some(value()?),
                "--load" => call.go(Destination::Engine)?,
                "--push" => call.go(Destination::Registry)?,
                "--oci" => call.go(Destination::Folder(value()?.into()))?,
                "--join" => call.go(Destination::Joined(digests(&value()?)?))?,
                option if option.starts_with('-') => return Err(format!("there is no option `{option}`")),
                name => names.push(name.to_owned()),
            }
        }
        match (all, names.is_empty()) {
            (true, true) => {}
            (false, false) => call.programs = Some(names),
            (true, false) => return Err("either programs or --all".to_owned()),
            (false, true) => return Err("which program? Or --all".to_owned()),
        }
        call.check()?;
        Ok(Some(call))
    }

    fn go(&mut self, destination: Destination) -> Result<(), String> {
        if self.destination != Destination::Default {
            return Err("only one of --load, --push, --oci and --join".to_owned());
        }
        self.destination = destination;
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        let is_one = self.programs.as_ref().is_some_and(|names| names.len() == 1);
        match &self.destination {
            Destination::Joined(_) if !is_one => Err("--join is for one program".to_owned()),
            Destination::Joined(_) if !self.architectures.is_empty() => {
                Err("--join takes its architectures from the images".to_owned())
            }
            _ => Ok(()),
        }
    }
}

fn architectures(list: &str) -> Result<Vec<Architecture>, String> {
    let known = Architecture::ALL.map(Architecture::name).join(" and ");
    let named = |name: &str| {
        Architecture::named(name)
            .ok_or_else(|| format!("there is no architecture `{name}`; these are: {known}"))
    };
    let mut architectures = list.split(',').map(named).collect::<Result<Vec<_>, _>>()?;
    architectures.sort();
    architectures.dedup();
    Ok(architectures)
}

/// Source: <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests>.
fn tag(tag: String) -> Result<String, String> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_right = tag.len() <= 128
        && tag.starts_with(is_word)
        && tag.chars().all(|letter| is_word(letter) || letter == '.' || letter == '-');
    if is_right { Ok(tag) } else { Err(format!("`{tag}` is no tag")) }
}

fn digests(list: &str) -> Result<Vec<String>, String> {
    let digest = |digest: &str| {
        let hex = digest.strip_prefix("sha256:").unwrap_or_default();
        let is_right = hex.len() == 64 && hex.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f'));
        if is_right { Ok(digest.to_owned()) } else { Err(format!("`{digest}` is no digest")) }
    };
    list.split(',').map(digest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Call>, String> {
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        Call::parse(&words)
    }

    #[test]
    fn programs_architectures_and_a_destination_are_told_apart() {
        let call = parse("watchdog slack-relay --arch arm64,amd64 --oci out --tag 1.2.3").unwrap().unwrap();
        assert_eq!(call.programs, Some(vec!["watchdog".to_owned(), "slack-relay".to_owned()]));
        assert_eq!(call.architectures, Architecture::ALL);
        assert_eq!(call.destination, Destination::Folder("out".into()));
        assert_eq!(call.tags, ["1.2.3"]);
    }

    #[test]
    fn either_programs_are_named_or_all_are_meant() {
        assert_eq!(parse("--all").unwrap().unwrap().programs, None);
        assert!(parse("").unwrap_err().contains("which program"));
        assert!(parse("watchdog --all").unwrap_err().contains("either"));
        assert_eq!(parse("--help"), Ok(None));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_would() {
        assert!(parse("watchdog --arch mips").unwrap_err().contains("amd64 and arm64"));
        assert!(parse("watchdog --load --push").unwrap_err().contains("only one"));
        assert!(parse("watchdog --oci").unwrap_err().contains("needs a value"));
        assert!(parse("watchdog --sign").unwrap_err().contains("--sign"));
        assert!(parse("watchdog --tag a/b").unwrap_err().contains("a/b"));
        assert!(parse("watchdog --join sha256:0f").unwrap_err().contains("sha256:0f"));
    }

    #[test]
    fn images_of_one_program_are_joined() {
        let digests = format!("sha256:{},sha256:{}", "0".repeat(64), "f".repeat(64));
        assert!(parse(&format!("watchdog --join {digests} --tag latest")).is_ok());
        assert!(parse(&format!("--all --join {digests}")).unwrap_err().contains("one program"));
        assert!(parse(&format!("a --join {digests} --arch amd64")).unwrap_err().contains("architectures"));
    }
}
