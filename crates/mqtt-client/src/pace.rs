//! When to let messages gather before the next read.
//!
//! A broker under load sends message by message. Whoever reads as fast as it sends pays a system call, two wake-ups
//! and an acknowledgement for each. A rest of a millisecond makes batches of them, and nobody notices the delay.

use std::time::Duration;

/// How long messages gather.
pub(crate) const REST: Duration = Duration::from_millis(1);

/// A rest that brings fewer messages than this is not worth it. It brings few when the broker stops and waits for
/// acknowledgements, which a rest delays.
const WORTHWHILE: usize = 24;

/// After a rest that brought little, so many reads go without.
const READS_WITHOUT: u32 = 64;

/// The rhythm of reads and rests.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    reads_without: u32,
    has_rested: bool,
}

impl Pace {
    /// Notes a read of so many messages, and tells whether to rest before the next.
    pub(crate) fn rests_after(&mut self, messages: usize) -> bool {
        if self.reads_without > 0 {
            self.reads_without -= 1;
            return false;
        }
        if self.has_rested && messages < WORTHWHILE {
            *self = Self { reads_without: READS_WITHOUT, has_rested: false };
            return false;
        }
        self.has_rested = messages > 0;
        self.has_rested
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_as_long_as_that_brings_batches() {
        let mut pace = Pace::default();
        assert!(pace.rests_after(1));
        assert!((0..1000).all(|_| pace.rests_after(WORTHWHILE)));
    }

    #[test]
    fn it_reads_on_where_a_rest_brought_little() {
        let mut pace = Pace::default();
        assert!(pace.rests_after(20));
        assert!((0..=READS_WITHOUT).all(|_| !pace.rests_after(20)));
        assert!(pace.rests_after(20), "and tries again");
    }
}
