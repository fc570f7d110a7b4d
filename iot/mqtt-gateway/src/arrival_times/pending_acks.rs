//! Counting of unacknowledged messages of a connection.

use std::collections::VecDeque;

/// Messages of one connection, from the oldest unacknowledged one on. Acknowledgements are sent in order.
#[derive(Debug, Default)]
pub(super) struct PendingAcks {
    /// Number of the oldest message.
    first: u64,
    is_done: VecDeque<bool>,
    has_moved: bool,
}

impl PendingAcks {
    /// Adds a message. The messages of a connection are numbered in order.
    pub(super) fn taken(&mut self, number: u64) {
        if self.is_done.is_empty() {
            self.first = number;
        }
        self.is_done.push_back(false);
    }

    /// Marks a message as acknowledged.
    pub(super) fn acknowledged(&mut self, number: u64) {
        let place = number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        if let Some(is_done) = place.and_then(|place| self.is_done.get_mut(place)) {
            *is_done = true;
        }
        while self.is_done.pop_front_if(|is_done| *is_done).is_some() {
            self.first += 1;
            self.has_moved = true;
        }
    }

    /// Number of unacknowledged messages, if it has changed since the last call.
    pub(super) fn moved(&mut self) -> Option<u64> {
        std::mem::take(&mut self.has_moved).then_some(self.is_done.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_starts_at_the_oldest_unacknowledged_message() {
        let mut pending = PendingAcks::default();
        (7..11).for_each(|number| pending.taken(number));
        pending.acknowledged(8);
        assert_eq!(pending.moved(), None);
        pending.acknowledged(7);
        assert_eq!((pending.moved(), pending.moved()), (Some(2), None));
        pending.acknowledged(10);
        pending.acknowledged(9);
        pending.acknowledged(9);
        assert_eq!(pending.moved(), Some(0));
        pending.taken(11);
        pending.acknowledged(11);
        assert_eq!(pending.moved(), Some(0));
    }
}
