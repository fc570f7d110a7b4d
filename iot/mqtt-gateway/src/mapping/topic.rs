//! Topic patterns: MQTT wildcards with names for levels.

/// A topic pattern. Besides `+` and `#`, `+name` matches one level and `#name` all levels that follow, and captures
/// them under that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    levels: Vec<Level>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Level {
    Same(Box<str>),
    One(Option<Box<str>>),
    Rest(Option<Box<str>>),
}

/// Captured levels of a topic, by name.
pub type Captured<'a> = Vec<(&'a str, &'a str)>;

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// The mistake.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.contains('\0') || text.len() > 65_535 {
            return Err("is longer than 65,535 bytes, or contains NUL");
        }
        if text.starts_with("$share/") {
            return Err("must not be a shared filter; set MQTT_SHARE to share all topics");
        }
        let levels = text.split('/').map(level).collect::<Result<Vec<_>, _>>()?;
        let rest = levels.iter().position(|level| matches!(level, Level::Rest(_)));
        if rest.is_some_and(|at| at + 1 < levels.len()) {
            return Err("has levels after `#`");
        }
        let pattern = Self { levels };
        let mut names: Vec<_> = pattern.names().collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        if names.len() < before { Err("gives two levels the same name") } else { Ok(pattern) }
    }

    /// Names of its levels.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.levels.iter().filter_map(|level| match level {
            Level::One(name) | Level::Rest(name) => name.as_deref(),
            Level::Same(_) => None,
        })
    }

    /// MQTT filter of the pattern.
    pub fn filter(&self) -> String {
        let levels = self.levels.iter().map(|level| match level {
            Level::Same(text) => text,
            Level::One(_) => "+",
            Level::Rest(_) => "#",
        });
        levels.collect::<Vec<_>>().join("/")
    }

    /// Matches a topic, and returns the captured levels.
    ///
    /// As in MQTT, `a/#` matches `a` as well, and a wildcard at the start does not match a topic that starts with `$`.
    pub fn captures<'a>(&'a self, topic: &'a str) -> Option<Captured<'a>> {
        if topic.starts_with('$') && !matches!(self.levels.first(), Some(Level::Same(_))) {
            return None;
        }
        let mut captured = Vec::new();
        let mut rest = Some(topic);
        for level in &self.levels {
            if let Level::Rest(name) = level {
                captured.extend(name.as_deref().map(|name| (name, rest.unwrap_or_default())));
                return Some(captured);
            }
            let (here, after) = match rest?.split_once('/') {
                Some((here, after)) => (here, Some(after)),
                None => (rest?, None),
            };
            match level {
                Level::Same(text) if **text != *here => return None,
                Level::One(Some(name)) => captured.push((name, here)),
                _ => {}
            }
            rest = after;
        }
        rest.is_none().then_some(captured)
    }
}

/// Whether `wide` matches all topics that `narrow` matches.
pub fn covers(wide: &str, narrow: &str) -> bool {
    if narrow.starts_with('$') && !wide.starts_with('$') {
        return false;
    }
    let (mut wide, mut narrow) = (wide.split('/'), narrow.split('/'));
    loop {
        match (wide.next(), narrow.next()) {
            (Some("#"), _) | (None, None) => return true,
            (Some("+"), Some(level)) if level != "#" => {}
            (Some(wide), Some(narrow)) if wide == narrow => {}
            _ => return false,
        }
    }
}

fn level(text: &str) -> Result<Level, &'static str> {
    let name = |name: &str| match name {
        "" => Ok(None),
        _ if name.contains(['+', '#']) => Err("has a wildcard inside of a level"),
        _ => Ok(Some(name.into())),
    };
    match (text.strip_prefix('+'), text.strip_prefix('#')) {
        (Some(rest), _) => name(rest).map(Level::One),
        (_, Some(rest)) => name(rest).map(Level::Rest),
        _ if text.contains(['+', '#']) => Err("has a wildcard inside of a level"),
        _ => Ok(Level::Same(text.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captures<'a>(pattern: &'a Pattern, topic: &'a str) -> Option<Captured<'a>> {
        pattern.captures(topic)
    }

    #[test]
    fn named_levels_are_captured() {
        let pattern = Pattern::parse("sensors/+room/dht22").unwrap();
        assert_eq!(pattern.filter(), "sensors/+/dht22");
        assert_eq!(captures(&pattern, "sensors/attic/dht22"), Some(vec![("room", "attic")]));
        assert_eq!(captures(&pattern, "sensors/attic/dht22/raw"), None);
        assert_eq!(captures(&pattern, "sensors/attic"), None);
        let pattern = Pattern::parse("meters/#path").unwrap();
        assert_eq!(captures(&pattern, "meters/gas/1"), Some(vec![("path", "gas/1")]));
        assert_eq!(captures(&pattern, "meters"), Some(vec![("path", "")]));
    }

    #[test]
    fn topics_of_the_broker_are_asked_for_by_name() {
        assert_eq!(captures(&Pattern::parse("#").unwrap(), "$SYS/uptime"), None);
        assert_eq!(captures(&Pattern::parse("$SYS/#").unwrap(), "$SYS/uptime"), Some(vec![]));
    }

    #[test]
    fn a_wildcard_is_a_whole_level() {
        for pattern in ["a#", "a/b+/c", "a/#/b", "+a/+a", "a/+b+"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn one_filter_covers_another() {
        for (wide, narrow) in [("#", "a/+"), ("a/#", "a"), ("a/+/c", "a/b/c"), ("a/+", "a/+"), ("a/#", "a/#")]
        {
            assert!(covers(wide, narrow), "{wide} {narrow}");
        }
        for (wide, narrow) in
            [("a/+", "a/#"), ("a/b", "a/+"), ("a/+", "+/b"), ("a/+", "a/b/c"), ("a", "a/b"), ("#", "$SYS/#")]
        {
            assert!(!covers(wide, narrow), "{wide} {narrow}");
        }
    }
}
