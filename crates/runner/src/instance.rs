//! The name of one of several copies of a program.

use settings::{Setting, Settings};

/// The name of one of several copies of a program, where it has one.
#[derive(Debug, Clone, Default, Settings)]
#[setting(group = "run")]
pub(crate) struct InstanceConfig {
    /// Name of this copy, where several copies of the program share a store or a broker: under Kubernetes often the name of the
    /// node. It is part of alerts, run reports, the MQTT client id and the name of the spool.
    #[setting(name = "INSTANCE")]
    pub(crate) instance: Option<Instance>,
}

/// A name that is safe in file names, topics and keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instance(pub(crate) String);

/// The longest name of a host, by RFC 1035.
const LONGEST: usize = 253;

impl Setting for Instance {
    const TAKES: &'static str = "a name of letters, digits, `-`, `_` and `.`, as of a host";

    fn parse(text: &str) -> Result<Self, String> {
        let name = text.trim();
        let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
        let is_name = name.len() <= LONGEST && name.starts_with(|char: char| char.is_ascii_alphanumeric());
        if is_name && name.chars().all(is_plain) {
            Ok(Self(name.to_owned()))
        } else {
            Err(format!("must be {}", Self::TAKES))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hosts_are_instances_and_paths_are_not() {
        for name in ["node-1", "pi.attic.example", "NODE_7"] {
            assert_eq!(Instance::parse(name), Ok(Instance(name.to_owned())));
        }
        for name in ["../other", "a/b", "a@b", ".hidden", "", "two words", &"x".repeat(254)] {
            assert!(Instance::parse(name).is_err(), "{name}");
        }
    }
}
