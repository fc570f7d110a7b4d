//! Coalescing of reads: a short delay between reads, so that one read brings a batch of messages.
//!
//! A broker under load sends message by message. A client that reads each at once pays a system call, two wake-ups and
//! an acknowledgement per message. A delay of one millisecond turns them into batches.

use std::time::Duration;

/// Delay between two reads.
pub(crate) const COALESCE_DELAY: Duration = Duration::from_millis(1);

/// Smallest batch that justifies a delay. Batches are small when the broker waits for acknowledgements, which a delay
/// holds back.
const WORTHWHILE: usize = 24;

/// Number of reads without a delay after a delay that brought a small batch.
const READS_WITHOUT_DELAY: u32 = 64;

/// Decides whether to delay the next read.
#[derive(Debug, Default)]
pub(crate) struct ReadCoalescing {
    reads_without_delay: u32,
    has_delayed: bool,
}

impl ReadCoalescing {
    /// Records a read of `messages` messages. Returns whether to delay the next read.
    pub(crate) fn delays_after(&mut self, messages: usize) -> bool {
        if self.reads_without_delay > 0 {
            self.reads_without_delay -= 1;
            return false;
        }
        if self.has_delayed && messages < WORTHWHILE {
            *self = Self { reads_without_delay: READS_WITHOUT_DELAY, has_delayed: false };
            return false;
        }
        self.has_delayed = messages > 0;
        self.has_delayed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_delays_as_long_as_that_brings_batches() {
        let mut coalescing = ReadCoalescing::default();
        assert!(coalescing.delays_after(1));
        assert!((0..1000).all(|_| coalescing.delays_after(WORTHWHILE)));
    }

    #[test]
    fn it_reads_without_delay_after_a_delay_that_brought_little() {
        let mut coalescing = ReadCoalescing::default();
        assert!(coalescing.delays_after(20));
        assert!((0..=READS_WITHOUT_DELAY).all(|_| !coalescing.delays_after(20)));
        assert!(coalescing.delays_after(20), "and tries again");
    }
}
