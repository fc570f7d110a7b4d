//! Faults of the serial line, frame by frame.

use crate::random::Random;

/// Rates of faults: each is the share of the frames with the fault, 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Faults {
    /// Stray bytes before a frame.
    pub noise: f64,
    /// A changed bit in a frame, so that its checksum is wrong.
    pub bad_checksums: f64,
    /// The sensor resets in the middle of a frame.
    pub resets: f64,
}

/// Treatment of a frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) bytes: Vec<u8>,
    /// Whether the sensor has reset.
    pub(crate) resets: bool,
}

/// Largest number of stray bytes at once: more than a frame, so that they may contain a start byte.
const MOST_NOISE: usize = 16;

impl Faults {
    pub(crate) fn strike(&self, frame: &[u8], random: &mut Random) -> Fate {
        let mut bytes = Vec::new();
        if random.happens(self.noise) {
            let count = 1 + random.below(MOST_NOISE);
            bytes.extend((0..count).map(|_| random.byte()));
        }
        if random.happens(self.resets) {
            bytes.extend(frame.iter().take(random.below(frame.len())));
            return Fate { bytes, resets: true };
        }
        let start = bytes.len();
        bytes.extend(frame);
        if random.happens(self.bad_checksums) {
            // Not in the head and the tail, so that only the checksum is wrong.
            let at = start + 2 + random.below(frame.len().saturating_sub(3));
            let bit = 1 << random.below(8);
            bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= bit);
        }
        Fate { bytes, resets: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: [u8; 10] = [0xAA, 0xC0, 1, 2, 3, 4, 5, 6, 21, 0xAB];

    fn fates(faults: Faults) -> Vec<Fate> {
        let mut random = Random::new(7);
        (0..200).map(|_| faults.strike(&FRAME, &mut random)).collect()
    }

    #[test]
    fn without_faults_a_frame_passes() {
        assert!(fates(Faults::default()).iter().all(|fate| fate.bytes == FRAME && !fate.resets));
    }

    #[test]
    fn damage_is_one_bit_between_head_and_tail() {
        for fate in fates(Faults { bad_checksums: 1.0, ..Faults::default() }) {
            let changed = FRAME.iter().zip(&fate.bytes).map(|(one, other)| (one ^ other).count_ones());
            assert_eq!(
                (changed.sum::<u32>(), fate.bytes[..2].to_vec(), fate.bytes[9]),
                (1, FRAME[..2].to_vec(), 0xAB)
            );
        }
    }

    #[test]
    fn a_reset_cuts_the_frame() {
        let cut =
            |fate: &Fate| fate.resets && fate.bytes.len() < FRAME.len() && FRAME.starts_with(&fate.bytes);
        assert!(fates(Faults { resets: 1.0, ..Faults::default() }).iter().all(cut));
    }

    #[test]
    fn noise_stands_before_the_frame_as_often_as_it_should() {
        let fates = fates(Faults { noise: 0.5, ..Faults::default() });
        assert!(fates.iter().all(|fate| fate.bytes.ends_with(&FRAME)));
        let noisy = fates.iter().filter(|fate| fate.bytes.len() > FRAME.len()).count();
        assert!((70..130).contains(&noisy), "{noisy} of 200");
    }

    #[test]
    fn the_same_seed_brings_the_same_faults() {
        let faults = Faults { noise: 0.3, bad_checksums: 0.3, resets: 0.3 };
        assert_eq!(fates(faults), fates(faults));
    }
}
