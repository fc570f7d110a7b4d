//! Which notifications go into one message.

use alert_channel::Thread;
use alert_engine::{Event, Notification};

/// More messages than these at once are a storm: nobody reads them, and a service takes one a second.
const MESSAGES: usize = 4;

/// What one message says.
#[derive(Debug, PartialEq)]
pub(crate) struct Group {
    /// The most severe first.
    pub(crate) notifications: Vec<Notification>,
    pub(crate) thread: Option<Thread>,
}

/// What is to be said, in as few messages as are clear: what follows one first message together, what begins together,
/// what ends together.
pub(crate) fn groups(said: Vec<(Notification, Option<Thread>)>) -> Vec<Group> {
    let mut groups = gathered(said, |thread| thread);
    if groups.len() > MESSAGES {
        let all = groups.into_iter().flat_map(|group| group.notifications).map(|said| (said, None));
        groups = gathered(all.collect(), |_| None);
    }
    for group in &mut groups {
        group.notifications.sort_by_key(|said| std::cmp::Reverse(said.severity));
    }
    groups
}

fn gathered(
    said: Vec<(Notification, Option<Thread>)>,
    thread: impl Fn(Option<Thread>) -> Option<Thread>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (notification, first) in said {
        let thread = thread(first);
        let belongs = |group: &&mut Group| {
            let is_end = |said: &Notification| said.event == Event::Resolved;
            let ends = group.notifications.first().is_some_and(is_end);
            group.thread == thread && ends == is_end(&notification)
        };
        match groups.iter_mut().find(belongs) {
            Some(group) => group.notifications.push(notification),
            None => groups.push(Group { notifications: vec![notification], thread }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use alert_engine::Severity;
    use record::Timestamp;

    use super::*;

    fn said(key: &str, event: Event, thread: Option<&str>) -> (Notification, Option<Thread>) {
        let severity = if key == "fire" { Severity::Critical } else { Severity::Warning };
        let notification = Notification {
            key: key.into(),
            event,
            severity,
            concern: None,
            title: key.into(),
            detail: String::new(),
            context: String::new(),
            since: Timestamp::UNIX_EPOCH,
            at: Timestamp::UNIX_EPOCH,
            next_reminder: None,
            value: None,
            limit: None,
            unit: None,
            link: None,
            program: "p".into(),
            labels: std::collections::BTreeMap::new(),
        };
        (notification, thread.map(|thread| Thread(thread.to_owned())))
    }

    fn keys(groups: &[Group]) -> Vec<Vec<&str>> {
        groups.iter().map(|group| group.notifications.iter().map(|said| &*said.key).collect()).collect()
    }

    #[test]
    fn what_begins_together_is_one_message_and_the_worst_comes_first() {
        let groups = groups(vec![
            said("a", Event::Firing, None),
            said("fire", Event::Firing, None),
            said("b", Event::Resolved, None),
            said("c", Event::Resolved, Some("1")),
        ]);
        assert_eq!(keys(&groups), [vec!["fire", "a"], vec!["b"], vec!["c"]]);
        assert_eq!(groups.last().and_then(|group| group.thread.clone()), Some(Thread("1".into())));
    }

    #[test]
    fn a_storm_is_two_messages_at_most() {
        let threads = ["1", "2", "3", "4", "5", "6"];
        let mut all: Vec<_> = threads.map(|thread| said(thread, Event::Resolved, Some(thread))).into();
        all.push(said("fire", Event::Firing, None));
        let groups = groups(all);
        assert_eq!(keys(&groups), [threads.to_vec(), vec!["fire"]]);
        assert!(groups.iter().all(|group| group.thread.is_none()));
    }
}
