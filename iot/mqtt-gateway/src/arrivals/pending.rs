//! How many messages of a connection are not acknowledged, counted from the oldest of them.

use std::collections::VecDeque;

/// The messages of one connection from the oldest that is not acknowledged on. The broker is told of them in order.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// The number of the oldest.
    first: u64,
    is_done: VecDeque<bool>,
    has_moved: bool,
}

impl Pending {
    /// Notes a message. Those of a connection are numbered in order.
    pub(super) fn taken(&mut self, number: u64) {
        if self.is_done.is_empty() {
            self.first = number;
        }
        self.is_done.push_back(false);
    }

    /// Notes that the program is done with a message.
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

    /// How many are left, where that has changed since it was last asked.
    pub(super) fn moved(&mut self) -> Option<u64> {
        std::mem::take(&mut self.has_moved).then_some(self.is_done.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_begins_with_the_oldest_that_is_missing() {
        let mut pending = Pending::default();
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
