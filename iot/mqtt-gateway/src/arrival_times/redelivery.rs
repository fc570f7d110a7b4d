//! Recognition of messages that the broker sends again after a lost connection.
//!
//! A broker sends unacknowledged messages again in their original order ([MQTT 3.1.1,
//! 4.6](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html)). So once one is recognized, the next one
//! is expected after it. That distinguishes messages with the same content.

use std::time::Duration;

use record::Timestamp;

use super::journal::JournalEntry;

/// Acknowledgements older than this, counted from the last entry, have certainly arrived.
const ACK_IN_TRANSIT: Duration = Duration::from_secs(10);

/// Digest of a candidate that has been matched; no message has it.
const MATCHED: u64 = 0;

/// Messages of earlier connections that may be sent again, in their order.
#[derive(Debug, Default)]
pub(super) struct RedeliveryMatcher {
    candidates: Vec<Candidate>,
    /// Index of the next expected one; at first, of the oldest without an acknowledgement.
    next: usize,
}

#[derive(Debug)]
struct Candidate {
    digest: u64,
    arrival: Timestamp,
    acknowledged: Option<Timestamp>,
}

impl RedeliveryMatcher {
    /// Selects the messages that may be sent again from the entries of the journal.
    pub(super) fn of(entries: impl Iterator<Item = JournalEntry>) -> Self {
        let mut candidates: Vec<Candidate> = Vec::new();
        let (mut oldest, mut newest) = (0, Timestamp::UNIX_EPOCH);
        for entry in entries {
            match entry {
                JournalEntry::Received { digest, arrival } => {
                    newest = arrival;
                    candidates.push(Candidate { digest, arrival, acknowledged: None });
                }
                JournalEntry::Acknowledged { left, at } => {
                    newest = at;
                    let left = usize::try_from(left).unwrap_or(usize::MAX);
                    let end = candidates.len().saturating_sub(left).max(oldest);
                    for candidate in candidates.get_mut(oldest..end).unwrap_or_default() {
                        candidate.acknowledged = Some(at);
                    }
                    oldest = end;
                }
            }
        }
        candidates.retain(|candidate| candidate.acknowledged.is_none_or(|at| may_be_in_transit(at, newest)));
        let next = candidates
            .iter()
            .position(|candidate| candidate.acknowledged.is_none())
            .unwrap_or(candidates.len());
        candidates.shrink_to_fit();
        Self { candidates, next }
    }

    /// Finds the original arrival time of a message that is sent again. Each candidate matches once.
    pub(super) fn find(&mut self, digest: u64) -> Option<Timestamp> {
        let is_it = |candidate: &Candidate| candidate.digest == digest;
        let (before, after) = self.candidates.split_at_checked(self.next)?;
        let at = if after.first().is_some_and(is_it) {
            self.next
        } else {
            let later = || Some(self.next + after.iter().position(is_it)?);
            before.iter().rposition(is_it).or_else(later)?
        };
        let found = self.candidates.get_mut(at)?;
        found.digest = MATCHED;
        self.next = at + 1;
        Some(found.arrival)
    }
}

fn may_be_in_transit(acknowledged: Timestamp, newest: Timestamp) -> bool {
    Duration::try_from(newest.duration_since(acknowledged)).is_ok_and(|since| since <= ACK_IN_TRANSIT)
        || acknowledged > newest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn taken(digest: u64, second: i64) -> JournalEntry {
        JournalEntry::Received { digest, arrival: at(second) }
    }

    fn found(redeliveries: &mut RedeliveryMatcher, digests: &[u64]) -> Vec<Option<i64>> {
        digests.iter().map(|digest| redeliveries.find(*digest).map(Timestamp::as_second)).collect()
    }

    #[test]
    fn an_unacknowledged_message_keeps_its_arrival_time() {
        let entries =
            [taken(1, 10), taken(2, 11), taken(3, 12), JournalEntry::Acknowledged { left: 2, at: at(60) }];
        let mut redeliveries = RedeliveryMatcher::of(entries.into_iter());
        assert_eq!(found(&mut redeliveries, &[2, 3, 4]), [Some(11), Some(12), None]);
    }

    #[test]
    fn messages_with_the_same_content_are_distinguished_by_their_order() {
        let entries =
            [taken(1, 10), taken(1, 11), taken(1, 12), JournalEntry::Acknowledged { left: 2, at: at(12) }];
        let mut redeliveries = RedeliveryMatcher::of(entries.into_iter());
        assert_eq!(found(&mut redeliveries, &[1, 1]), [Some(11), Some(12)]);
    }

    #[test]
    fn a_lost_acknowledgement_creates_no_second_point() {
        let entries =
            [taken(1, 10), taken(2, 10), taken(3, 11), JournalEntry::Acknowledged { left: 1, at: at(12) }];
        let mut redeliveries = RedeliveryMatcher::of(entries.into_iter());
        assert_eq!(found(&mut redeliveries, &[2, 3]), [Some(10), Some(11)]);
    }

    #[test]
    fn a_message_equal_to_an_old_one_is_a_new_message() {
        let entries = [
            taken(1, 10),
            JournalEntry::Acknowledged { left: 0, at: at(10) },
            taken(2, 70),
            JournalEntry::Acknowledged { left: 0, at: at(70) },
        ];
        let mut redeliveries = RedeliveryMatcher::of(entries.into_iter());
        assert_eq!(found(&mut redeliveries, &[1, 2, 2]), [None, Some(70), None]);
    }

    #[test]
    fn a_partial_redelivery_is_found_in_both_places() {
        let entries = [taken(1, 10), taken(2, 11), taken(3, 12), taken(1, 10)];
        let entries = entries.into_iter().chain([JournalEntry::Acknowledged { left: 0, at: at(13) }]);
        let mut redeliveries = RedeliveryMatcher::of(entries);
        assert_eq!(found(&mut redeliveries, &[2, 3]), [Some(11), Some(12)]);
    }

    #[test]
    fn a_count_that_does_not_fit_is_harmless() {
        let entries = [JournalEntry::Acknowledged { left: 9, at: at(1) }, taken(1, 2)];
        assert_eq!(found(&mut RedeliveryMatcher::of(entries.into_iter()), &[1]), [Some(2)]);
    }
}
