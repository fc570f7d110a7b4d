//! Words on the wire: two bytes, high one first, and a checksum.

/// Number of bytes of a word on the wire.
pub(crate) const LENGTH: usize = 3;

/// CRC-8 with polynomial 0x31 and initial value 0xFF, over the bytes of one word.
pub(crate) fn checksum(bytes: [u8; 2]) -> u8 {
    bytes.iter().fold(0xFF, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ 0x31 })
    })
}

pub(crate) fn encode(word: u16) -> [u8; LENGTH] {
    let [high, low] = word.to_be_bytes();
    [high, low, checksum([high, low])]
}

/// The words in `bytes`; `None` if one of them has another checksum than it should have.
pub(crate) fn decode<const WORDS: usize>(bytes: &[[u8; LENGTH]; WORDS]) -> Option<[u16; WORDS]> {
    let is_whole = |[high, low, crc]: &[u8; LENGTH]| checksum([*high, *low]) == *crc;
    let word = |[high, low, _]: [u8; LENGTH]| u16::from_be_bytes([high, low]);
    bytes.iter().all(is_whole).then(|| bytes.map(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_data_sheet() {
        assert_eq!(checksum([0xBE, 0xEF]), 0x92);
        assert_eq!(encode(0), [0x00, 0x00, 0x81]);
    }

    proptest! {
        #[test]
        fn a_word_comes_back(word: u16) {
            prop_assert_eq!(decode(&[encode(word)]), Some([word]));
        }

        #[test]
        fn one_or_two_flipped_bits_are_noticed(word: u16, first in 0u32..24, second in 0u32..24) {
            let [high, low, crc] = encode(word);
            let bits = u32::from_be_bytes([0, high, low, crc]) ^ (1 << first);
            let bits = if first == second { bits } else { bits ^ (1 << second) };
            let [_, bytes @ ..] = bits.to_be_bytes();
            prop_assert_eq!(decode(&[bytes]), None);
        }
    }
}
