//! Keeps filters apart: a broker may deliver a message once for each filter that fits it.
//!
//! Source: [MQTT 3.1.1, 3.3.5](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html).

/// Filters that fit whatever the given ones fit, and of which no two fit the same topic. Two that do are replaced by a
/// wider one, which may fit more than both.
pub(super) fn apart(filters: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for filter in filters {
        let mut wide = filter;
        // What became wider may fit topics of those before it as well.
        while let Some(at) = kept.iter().position(|other| overlap(other, &wide)) {
            wide = wider(&kept.remove(at), &wide);
        }
        kept.push(wide);
    }
    kept
}

/// Whether there are topics that both fit.
fn overlap(one: &str, other: &str) -> bool {
    if one.starts_with('$') != other.starts_with('$') {
        return false;
    }
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (Some("#"), _) | (_, Some("#")) | (None, None) => return true,
            (Some(one), Some(other)) if one == "+" || other == "+" || one == other => {}
            _ => return false,
        }
    }
}

/// A filter that fits whatever either of two that overlap fits.
fn wider(one: &str, other: &str) -> String {
    let mut levels = Vec::new();
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (None, None) => break,
            (Some(one), Some(other)) if one == other => levels.push(one),
            (Some(one), Some(other)) if one != "#" && other != "#" => levels.push("+"),
            _ => {
                levels.push("#");
                break;
            }
        }
    }
    levels.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(filters: &[&str]) -> Vec<String> {
        apart(filters.iter().map(ToString::to_string))
    }

    #[test]
    fn filters_that_have_no_topic_together_stay_as_they_are() {
        let filters = ["+/sensor/+/state", "+/status", "zigbee2mqtt/a/b/c/d", "$SYS/#"];
        assert_eq!(kept(&filters), filters);
    }

    #[test]
    fn filters_that_fit_the_same_topics_become_one() {
        assert_eq!(kept(&["a/b", "a/+", "a/#"]), ["a/#"]);
        assert_eq!(kept(&["a/#", "a"]), ["a/#"]);
        assert_eq!(kept(&["a/+", "x", "+/b"]), ["x", "+/+"]);
        assert_eq!(kept(&["a/b/#", "a/+/c", "a/d/c/e"]), ["a/+/#"]);
    }
}
