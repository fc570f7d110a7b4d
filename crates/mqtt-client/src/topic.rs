//! Validation of topic names and topic filters.
//!
//! Source: [MQTT 3.1.1, 4.7](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html).

/// Longest string of the protocol, in bytes.
const LONGEST: usize = 65_535;

/// Whether the text is a valid topic name, without wildcards.
pub(crate) fn is_name(topic: &str) -> bool {
    is_text(topic) && !topic.contains(['+', '#'])
}

/// Whether the text is a valid topic filter. `+` stands for one level, `#` for all levels that follow; either is a
/// whole level.
pub(crate) fn is_filter(filter: &str) -> bool {
    if !is_text(filter) {
        return false;
    }
    let shared = filter.strip_prefix("$share/");
    let levels = match shared.map(|rest| rest.split_once('/')) {
        None => filter,
        Some(Some((group, filter))) if !group.is_empty() && is_name(group) && !filter.is_empty() => filter,
        Some(_) => return false,
    };
    let mut levels = levels.split('/').peekable();
    while let Some(level) = levels.next() {
        let is_wild = level == "+" || (level == "#" && levels.peek().is_none());
        if !is_wild && level.contains(['+', '#']) {
            return false;
        }
    }
    true
}

fn is_text(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && !text.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_wildcards() {
        assert!(is_name("a/b") && is_name("/") && is_name("$SYS/broker"));
        for topic in ["", "a/+", "#", "a\0b", &"x".repeat(LONGEST + 1)] {
            assert!(!is_name(topic), "{topic:.10}");
        }
    }

    #[test]
    fn a_wildcard_is_a_whole_level() {
        for filter in ["#", "+", "a/+/b", "a/#", "/+", "$share/group/a/#", "$share/group//a"] {
            assert!(is_filter(filter), "{filter}");
        }
        for filter in ["", "a#", "a/#/b", "a+/b", "$share/group", "$share//a", "$share/g+/a", "$share/g/"] {
            assert!(!is_filter(filter), "{filter}");
        }
    }
}
