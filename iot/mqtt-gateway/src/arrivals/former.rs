//! What was taken on former connections, and which of it comes again.
//!
//! A broker sends the messages that are not acknowledged in the order in which it sent them before
//! ([MQTT 3.1.1, 4.6](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html)). So once the first is
//! found, the next one is the next. That tells messages with the same text apart.

use std::time::Duration;

use record::Timestamp;

use super::journal::Record;

/// An acknowledgement that was sent so long before the end of what was noted has arrived.
const ON_ITS_WAY: Duration = Duration::from_secs(10);

/// A digest that no message has.
const USED: u64 = 0;

/// Messages that may come again, in their order.
#[derive(Debug, Default)]
pub(super) struct Former {
    taken: Vec<Taken>,
    /// Where the next is expected: at first, at the oldest that is not acknowledged.
    next: usize,
}

#[derive(Debug)]
struct Taken {
    digest: u64,
    arrival: Timestamp,
    acknowledged: Option<Timestamp>,
}

impl Former {
    /// What may come again of what was noted.
    pub(super) fn of(records: impl Iterator<Item = Record>) -> Self {
        let mut taken: Vec<Taken> = Vec::new();
        let (mut oldest, mut newest) = (0, Timestamp::UNIX_EPOCH);
        for record in records {
            match record {
                Record::Taken { digest, arrival } => {
                    newest = arrival;
                    taken.push(Taken { digest, arrival, acknowledged: None });
                }
                Record::Acknowledged { left, at } => {
                    newest = at;
                    let left = usize::try_from(left).unwrap_or(usize::MAX);
                    let end = taken.len().saturating_sub(left).max(oldest);
                    for taken in taken.get_mut(oldest..end).unwrap_or_default() {
                        taken.acknowledged = Some(at);
                    }
                    oldest = end;
                }
            }
        }
        taken.retain(|taken| taken.acknowledged.is_none_or(|at| is_on_its_way(at, newest)));
        let next = taken.iter().position(|taken| taken.acknowledged.is_none()).unwrap_or(taken.len());
        taken.shrink_to_fit();
        Self { taken, next }
    }

    /// When a message that comes again came first, if it is known. Each is found once.
    pub(super) fn find(&mut self, digest: u64) -> Option<Timestamp> {
        let is_it = |taken: &Taken| taken.digest == digest;
        let (before, after) = self.taken.split_at_checked(self.next)?;
        let at = if after.first().is_some_and(is_it) {
            self.next
        } else {
            let later = || Some(self.next + after.iter().position(is_it)?);
            before.iter().rposition(is_it).or_else(later)?
        };
        let found = self.taken.get_mut(at)?;
        found.digest = USED;
        self.next = at + 1;
        Some(found.arrival)
    }
}

fn is_on_its_way(acknowledged: Timestamp, newest: Timestamp) -> bool {
    Duration::try_from(newest.duration_since(acknowledged)).is_ok_and(|since| since <= ON_ITS_WAY)
        || acknowledged > newest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn taken(digest: u64, second: i64) -> Record {
        Record::Taken { digest, arrival: at(second) }
    }

    fn found(former: &mut Former, digests: &[u64]) -> Vec<Option<i64>> {
        digests.iter().map(|digest| former.find(*digest).map(Timestamp::as_second)).collect()
    }

    #[test]
    fn what_is_not_acknowledged_has_its_former_time() {
        let noted = [taken(1, 10), taken(2, 11), taken(3, 12), Record::Acknowledged { left: 2, at: at(60) }];
        let mut former = Former::of(noted.into_iter());
        assert_eq!(found(&mut former, &[2, 3, 4]), [Some(11), Some(12), None]);
    }

    #[test]
    fn messages_with_the_same_text_are_told_apart_by_their_order() {
        let noted = [taken(1, 10), taken(1, 11), taken(1, 12), Record::Acknowledged { left: 2, at: at(12) }];
        let mut former = Former::of(noted.into_iter());
        assert_eq!(found(&mut former, &[1, 1]), [Some(11), Some(12)]);
    }

    #[test]
    fn an_acknowledgement_that_did_not_arrive_makes_no_other_point() {
        let noted = [taken(1, 10), taken(2, 10), taken(3, 11), Record::Acknowledged { left: 1, at: at(12) }];
        let mut former = Former::of(noted.into_iter());
        assert_eq!(found(&mut former, &[2, 3]), [Some(10), Some(11)]);
    }

    #[test]
    fn a_message_like_one_of_long_ago_is_another_one() {
        let noted = [
            taken(1, 10),
            Record::Acknowledged { left: 0, at: at(10) },
            taken(2, 70),
            Record::Acknowledged { left: 0, at: at(70) },
        ];
        let mut former = Former::of(noted.into_iter());
        assert_eq!(found(&mut former, &[1, 2, 2]), [None, Some(70), None]);
    }

    #[test]
    fn what_came_again_only_in_part_is_found_in_both_places() {
        let noted = [taken(1, 10), taken(2, 11), taken(3, 12), taken(1, 10)];
        let noted = noted.into_iter().chain([Record::Acknowledged { left: 0, at: at(13) }]);
        let mut former = Former::of(noted);
        assert_eq!(found(&mut former, &[2, 3]), [Some(11), Some(12)]);
    }

    #[test]
    fn a_count_that_does_not_fit_is_no_harm() {
        let noted = [Record::Acknowledged { left: 9, at: at(1) }, taken(1, 2)];
        assert_eq!(found(&mut Former::of(noted.into_iter()), &[1]), [Some(2)]);
    }
}
