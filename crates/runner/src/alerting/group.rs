//! Groups notifications into messages.

use alert_channel::Thread;
use alert_engine::{Notification, NotificationKind};

/// Most messages at once. More are a storm: nobody reads them, and a service takes one a second.
const MESSAGES: usize = 4;

/// The content of one message.
#[derive(Debug, PartialEq)]
pub(crate) struct Group {
    /// The most severe first.
    pub(crate) notifications: Vec<Notification>,
    pub(crate) thread: Option<Thread>,
}

/// Groups notifications into as few messages as are clear: those of one thread, those that begin, those that end, and
/// events.
pub(crate) fn groups(notifications: Vec<(Notification, Option<Thread>)>) -> Vec<Group> {
    let mut groups = grouped(notifications, |thread| thread);
    if groups.len() > MESSAGES {
        let all =
            groups.into_iter().flat_map(|group| group.notifications).map(|notification| (notification, None));
        groups = grouped(all.collect(), |_| None);
    }
    for group in &mut groups {
        group.notifications.sort_by_key(|notification| std::cmp::Reverse(notification.severity));
    }
    groups
}

fn grouped(
    notifications: Vec<(Notification, Option<Thread>)>,
    thread: impl Fn(Option<Thread>) -> Option<Thread>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (notification, first) in notifications {
        let thread = thread(first);
        let belongs = |group: &&mut Group| {
            let kind = |notification: &Notification| match notification.kind {
                NotificationKind::Reminder => NotificationKind::Firing,
                kind => kind,
            };
            let is_alike =
                group.notifications.first().is_some_and(|first| kind(first) == kind(&notification));
            group.thread == thread && is_alike
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

    fn notification(
        key: &str,
        kind: NotificationKind,
        thread: Option<&str>,
    ) -> (Notification, Option<Thread>) {
        let severity = if key == "fire" { Severity::Critical } else { Severity::Warning };
        let notification = Notification {
            key: key.into(),
            kind,
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
        groups
            .iter()
            .map(|group| group.notifications.iter().map(|notification| &*notification.key).collect())
            .collect()
    }

    #[test]
    fn alerts_that_begin_together_are_one_message_and_the_most_severe_comes_first() {
        let groups = groups(vec![
            notification("a", NotificationKind::Firing, None),
            notification("fire", NotificationKind::Firing, None),
            notification("b", NotificationKind::Resolved, None),
            notification("c", NotificationKind::Resolved, Some("1")),
        ]);
        assert_eq!(keys(&groups), [vec!["fire", "a"], vec!["b"], vec!["c"]]);
        assert_eq!(groups.last().and_then(|group| group.thread.clone()), Some(Thread("1".into())));
    }

    #[test]
    fn a_storm_is_two_messages_at_most() {
        let threads = ["1", "2", "3", "4", "5", "6"];
        let mut all: Vec<_> =
            threads.map(|thread| notification(thread, NotificationKind::Resolved, Some(thread))).into();
        all.push(notification("fire", NotificationKind::Firing, None));
        let groups = groups(all);
        assert_eq!(keys(&groups), [threads.to_vec(), vec!["fire"]]);
        assert!(groups.iter().all(|group| group.thread.is_none()));
    }
}
