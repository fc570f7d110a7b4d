//! Bytes of an SDS011: commands it receives, frames it sends.

/// A complete command: its number and its two arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) code: u8,
    pub(super) sets: bool,
    pub(super) value: u8,
}

const COMMAND_LENGTH: usize = 19;

/// Removes the complete commands from received bytes. An incomplete command stays in `received`.
pub(super) fn commands(received: &mut Vec<u8>, device: [u8; 2]) -> Vec<Command> {
    let mut found = Vec::new();
    while let Some(start) = received.iter().position(|byte| *byte == 0xAA) {
        received.drain(..start);
        let Some(bytes) = received.get(..COMMAND_LENGTH) else { return found };
        let command = command(bytes, device);
        received.drain(..if command.is_some() { COMMAND_LENGTH } else { 1 });
        found.extend(command);
    }
    received.clear();
    found
}

fn command(bytes: &[u8], device: [u8; 2]) -> Option<Command> {
    let [0xAA, 0xB4, code, sets, value, .., id1, id2, sum, 0xAB] = *bytes else { return None };
    let is_for_us = [id1, id2] == [0xFF, 0xFF] || [id1, id2] == device;
    let is_whole = sum_of(bytes.get(2..17)?) == sum;
    (is_for_us && is_whole).then_some(Command { code, sets: sets == 1, value })
}

/// A measurement, in tenths of µg/m³.
pub(super) fn measured(pm2_5: u16, pm10: u16, device: [u8; 2]) -> Vec<u8> {
    let ([a, b], [c, d]) = (pm2_5.to_le_bytes(), pm10.to_le_bytes());
    frame(0xC0, [a, b, c, d], device)
}

/// An answer to a command.
pub(super) fn answer(code: u8, data: [u8; 3], device: [u8; 2]) -> Vec<u8> {
    let [a, b, c] = data;
    frame(0xC5, [code, a, b, c], device)
}

fn frame(kind: u8, data: [u8; 4], device: [u8; 2]) -> Vec<u8> {
    let body = [&data[..], &device].concat();
    [&[0xAA, kind][..], &body, &[sum_of(&body), 0xAB]].concat()
}

fn sum_of(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: [u8; 2] = [0xA1, 0x60];
    const WAKE: [u8; 19] = [0xAA, 0xB4, 6, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0x06, 0xAB];

    #[test]
    fn a_command_in_pieces_between_noise_is_received_once() {
        let mut received = [&[0x00, 0xAA, 0xAA][..], &WAKE[..7]].concat();
        assert!(commands(&mut received, DEVICE).is_empty());
        received.extend(&WAKE[7..]);
        assert_eq!(commands(&mut received, DEVICE), [Command { code: 6, sets: true, value: 1 }]);
        assert!(received.is_empty());
    }

    #[test]
    fn a_damaged_command_and_one_for_another_sensor_are_ignored() {
        let mut damaged = WAKE.to_vec();
        damaged[4] = 0;
        assert!(commands(&mut damaged, DEVICE).is_empty());
        let mut other = WAKE.to_vec();
        other[15..18].copy_from_slice(&[0x12, 0x34, 0x4E]);
        assert!(commands(&mut other, DEVICE).is_empty());
    }

    #[test]
    fn frames_end_in_their_sum() {
        assert_eq!(measured(123, 200, DEVICE), [0xAA, 0xC0, 0x7B, 0, 0xC8, 0, 0xA1, 0x60, 0x44, 0xAB]);
        assert_eq!(answer(6, [1, 0, 0], DEVICE), [0xAA, 0xC5, 6, 1, 0, 0, 0xA1, 0x60, 0x08, 0xAB]);
    }
}
