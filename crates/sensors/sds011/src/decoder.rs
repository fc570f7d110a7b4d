//! Finding frames in a stream of bytes that may begin anywhere and hold anything.

use crate::frame::{ANSWERED, Frame, HEAD, LENGTH, MEASURED, TAIL, checksum, parse};

/// Finds the frames in a stream of bytes. It never holds more than ten bytes.
///
/// Bytes that begin no frame are skipped. Of a damaged frame, only the first byte is given up: the next frame
/// may begin inside of it.
///
/// ```
/// use sds011::{Decoder, Frame};
///
/// let mut decoder = Decoder::default();
/// let noise_and_frame = [0x00, 0xAA, 0xAA, 0xC0, 0x7B, 0x00, 0xC8, 0x00, 0x12, 0x34, 0x89, 0xAB];
/// let frames: Vec<_> = noise_and_frame.iter().filter_map(|byte| decoder.push(*byte)).collect();
/// assert!(matches!(frames[..], [Ok(Frame::Measured { reading, .. })] if reading.pm2_5 == 12.3));
/// ```
#[derive(Debug, Default, Clone)]
pub struct Decoder {
    buffer: [u8; LENGTH],
    filled: usize,
}

/// Damage of ten bytes that start like a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// The bytes do not add up to their checksum.
    Checksum {
        /// Computed checksum.
        computed: u8,
        /// Checksum in the frame.
        found: u8,
    },
    /// The last byte is not `AB`, so a byte was lost, or this never was a frame.
    Tail {
        /// The last byte.
        found: u8,
    },
}

impl Decoder {
    /// Takes the next byte. Returns the frame it completes, or its damage.
    pub fn push(&mut self, byte: u8) -> Option<Result<Frame, Damage>> {
        if let Some(free) = self.buffer.get_mut(self.filled) {
            *free = byte;
            self.filled += 1;
        }
        self.skip_to_head();
        (self.filled == LENGTH).then(|| self.complete())
    }

    /// Forgets the beginning of a frame.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// Judges the ten bytes. Afterwards there is room for the next one.
    fn complete(&mut self) -> Result<Frame, Damage> {
        let [_, _, body @ .., found, tail] = self.buffer;
        let computed = checksum(&body);
        let damage = match (tail, found) {
            (TAIL, found) if found == computed => {
                self.filled = 0;
                return Ok(parse(self.buffer));
            }
            (TAIL, found) => Damage::Checksum { computed, found },
            (found, _) => Damage::Tail { found },
        };
        self.drop_first(1);
        self.skip_to_head();
        Err(damage)
    }

    /// Drops bytes that cannot begin a frame.
    fn skip_to_head(&mut self) {
        let waiting = self.buffer.get(..self.filled).unwrap_or_default();
        let begins = |at: usize| match waiting.get(at..) {
            Some([HEAD]) => true,
            Some([HEAD, kind, ..]) => matches!(*kind, MEASURED | ANSWERED),
            _ => false,
        };
        let noise = (0..self.filled).find(|at| begins(*at)).unwrap_or(self.filled);
        self.drop_first(noise);
    }

    fn drop_first(&mut self, count: usize) {
        self.buffer.copy_within(count.min(LENGTH).., 0);
        self.filled = self.filled.saturating_sub(count);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frame::{Answer, DeviceId, Reading};

    const GOOD: [u8; 10] = [0xAA, 0xC0, 0x7B, 0x00, 0xC8, 0x00, 0x12, 0x34, 0x89, 0xAB];

    fn decode(bytes: &[u8]) -> Vec<Result<Frame, Damage>> {
        let mut decoder = Decoder::default();
        bytes.iter().filter_map(|byte| decoder.push(*byte)).collect()
    }

    fn measured(pm2_5: f64, pm10: f64) -> Frame {
        Frame::Measured { reading: Reading { pm2_5, pm10 }, device: DeviceId([0x12, 0x34]) }
    }

    /// A frame of measured values, as the sensor sends it.
    fn frame(body: [u8; 6]) -> Vec<u8> {
        [&[HEAD, MEASURED][..], &body, &[checksum(&body), TAIL]].concat()
    }

    #[test]
    fn a_measurement_is_little_endian_tenths() {
        assert_eq!(decode(&GOOD), [Ok(measured(12.3, 20.0))]);
        assert_eq!(decode(&frame([0x0F, 0x27, 0x0E, 0x27, 0x12, 0x34])), [Ok(measured(999.9, 999.8))]);
    }

    #[test]
    fn an_answer_is_no_measurement() {
        let sleeping = [0xAA, 0xC5, 0x06, 0x01, 0x00, 0x00, 0x12, 0x34, 0x4D, 0xAB];
        let device = DeviceId([0x12, 0x34]);
        assert_eq!(decode(&sleeping), [Ok(Frame::Answered(Answer { command: 6, data: [1, 0, 0], device }))]);
    }

    #[test]
    fn rejects_a_frame_with_a_wrong_checksum() {
        let mut bytes = GOOD;
        bytes[8] ^= 1;
        assert_eq!(decode(&bytes), [Err(Damage::Checksum { computed: 0x89, found: 0x88 })]);
    }

    #[test]
    fn rejects_a_frame_with_a_wrong_tail() {
        let mut bytes = GOOD;
        bytes[9] = 0xAC;
        assert_eq!(decode(&bytes), [Err(Damage::Tail { found: 0xAC })]);
    }

    #[test]
    fn finds_a_frame_after_a_head_that_was_none() {
        for noise in [&[0xAA][..], &[0xAA, 0xAA], &[0x00, 0xFF, 0xC0, 0xAB], &[0xAA, 0x00, 0xAA]] {
            assert_eq!(decode(&[noise, &GOOD].concat()), [Ok(measured(12.3, 20.0))], "after {noise:02X?}");
        }
    }

    #[test]
    fn finds_a_frame_that_begins_inside_a_cut_one() {
        for kept in 2..GOOD.len() {
            let found = decode(&[&GOOD[..kept], &GOOD].concat());
            assert_eq!(found.last(), Some(&Ok(measured(12.3, 20.0))), "after {kept} bytes of a cut frame");
            assert!(found.len() <= 2, "{found:?}");
        }
    }

    #[test]
    fn a_damaged_frame_costs_only_itself() {
        let mut bytes = GOOD;
        bytes[3] ^= 0x40;
        assert_eq!(decode(&[&GOOD[..], &bytes, &GOOD].concat()).len(), 3);
    }

    #[test]
    fn a_cleared_decoder_has_forgotten_half_a_frame() {
        let mut decoder = Decoder::default();
        let (first, rest) = GOOD.split_at(4);
        assert!(first.iter().all(|byte| decoder.push(*byte).is_none()));
        decoder.clear();
        assert!(rest.iter().all(|byte| decoder.push(*byte).is_none()));
    }

    proptest! {
        /// A frame can only be missed where noise looks like the beginning of one and its checksum is right by chance.
        #[test]
        fn every_frame_between_noise_without_heads_is_found(
            parts in prop::collection::vec((prop::collection::vec(0u8..0xAA, 0..40), any::<[u8; 6]>()), 1..20),
        ) {
            let bytes: Vec<u8> = parts.iter().flat_map(|(noise, body)| [noise.clone(), frame(*body)].concat()).collect();
            let found = decode(&bytes).into_iter().flatten().collect::<Vec<_>>();
            let sent: Vec<_> = parts.iter().flat_map(|(_, body)| decode(&frame(*body))).flatten().collect();
            prop_assert_eq!(found, sent);
        }

        #[test]
        fn a_frame_is_found_after_any_noise(noise in prop::collection::vec(any::<u8>(), 0..200)) {
            let found = decode(&[noise, GOOD.to_vec(), GOOD.to_vec()].concat());
            prop_assert_eq!(found.last(), Some(&Ok(measured(12.3, 20.0))));
        }
    }
}
