//! Bits that flip on the disk: a damaged batch is counted or set aside, and is never delivered.

use std::fs;

use crate::chance::rounds;
use crate::tear::Killed;

#[test]
fn flipped_bits_are_found() {
    rounds(35, |chance| {
        let killed = Killed::new(chance);
        let in_log = chance.below(4) == 0;
        let file = if in_log { killed.log() } else { killed.path.clone() };
        let mut content = fs::read(&file).unwrap_or_default();
        if !content.is_empty() {
            for _ in 0..=chance.below(8) {
                let byte = chance.index(content.len());
                content[byte] ^= 1 << chance.below(8);
            }
        }
        if file.exists() {
            fs::write(&file, content).unwrap();
        }
        // A log ends at its first damaged page.
        killed.check(if in_log { &killed.settled } else { &killed.oracle });
    });
}
