//! Merging of overlapping filters: a broker may deliver a message once for each filter that matches it.
//!
//! Source: [MQTT 3.1.1, 3.3.5](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html).

/// Returns filters that match at least the same topics, and of which no two match the same topic. Overlapping ones are
/// replaced by a wider one, which may match more than both.
pub(super) fn disjoint(filters: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for filter in filters {
        let mut wide = filter;
        // The wider filter may overlap earlier ones, too.
        while let Some(at) = kept.iter().position(|other| overlap(other, &wide)) {
            wide = wider(&kept.remove(at), &wide);
        }
        kept.push(wide);
    }
    kept
}

/// Whether some topic matches both filters.
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

/// Filter that matches all topics of two overlapping filters.
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
        disjoint(filters.iter().map(ToString::to_string))
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
