//! The state machine of an SCD40, after its data sheet.

use std::collections::VecDeque;
use std::time::Duration;

use super::InjectedFault;
use crate::{NoAcknowledge, Recording, Room};

/// Least time of measuring before a recalibration.
const BEFORE_RECALIBRATION: Duration = Duration::from_mins(3);
const FACTORY_OFFSET: u16 = 0x05DA;
const SERIAL_NUMBER: [u16; 3] = [0x5A1D, 0x0042, 0x0A0B];

#[derive(Debug)]
pub(super) struct Model {
    source: Source,
    pub(super) faults: VecDeque<InjectedFault>,
    pub(super) is_plugged: bool,
    measuring: Option<Measuring>,
    /// Duration of the last period of measuring, set when it is stopped.
    measured_for: Duration,
    /// End of the current command. No transaction is acknowledged before it.
    busy_until: Duration,
    /// Bytes for the next read.
    answer: Option<Vec<u8>>,
    offset: u16,
    pub(super) altitude: u16,
    pub(super) self_calibration: bool,
    pub(super) recalibrated: Option<u16>,
}

/// Source of measurements.
#[derive(Debug)]
pub(super) enum Source {
    Room(Room),
    Recording(Recording),
}

#[derive(Debug, Clone, Copy)]
struct Measuring {
    since: Duration,
    period: Duration,
    /// Number of measurements that had been made at the last read.
    read: u32,
}

impl Measuring {
    fn made(&self, now: Duration) -> u32 {
        let periods = now.saturating_sub(self.since).as_millis() / self.period.as_millis().max(1);
        u32::try_from(periods).unwrap_or(u32::MAX)
    }
}

impl Model {
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            faults: VecDeque::new(),
            is_plugged: true,
            measuring: None,
            measured_for: Duration::ZERO,
            busy_until: Duration::ZERO,
            answer: None,
            offset: FACTORY_OFFSET,
            altitude: 0,
            self_calibration: true,
            recalibrated: None,
        }
    }

    pub(super) fn reset(&mut self) {
        self.measuring = None;
        self.measured_for = Duration::ZERO;
        self.busy_until = Duration::ZERO;
        self.answer = None;
        (self.offset, self.altitude, self.self_calibration) = (FACTORY_OFFSET, 0, true);
    }

    pub(super) fn is_measuring(&self) -> bool {
        self.measuring.is_some()
    }

    pub(super) fn write(&mut self, bytes: &[u8], now: Duration) -> Result<(), NoAcknowledge> {
        self.answer = None;
        if !self.is_plugged || now < self.busy_until || self.strikes(InjectedFault::NoAcknowledge) {
            return Err(NoAcknowledge);
        }
        match *bytes {
            [high, low] => self.obey(u16::from_be_bytes([high, low]), now),
            [high, low, v1, v2, crc] if checksum([v1, v2]) == crc => {
                self.set(u16::from_be_bytes([high, low]), u16::from_be_bytes([v1, v2]), now)
            }
            _ => Err(NoAcknowledge),
        }
    }

    pub(super) fn read(&mut self, buffer: &mut [u8], now: Duration) -> Result<(), NoAcknowledge> {
        if !self.is_plugged || now < self.busy_until || self.strikes(InjectedFault::NoAcknowledge) {
            return Err(NoAcknowledge);
        }
        let mut bytes = self.answer.take().ok_or(NoAcknowledge)?;
        if self.strikes(InjectedFault::Checksum) {
            bytes.iter_mut().skip(2).step_by(3).for_each(|checksum| *checksum ^= 1);
        }
        // Surplus bytes are cut off; missing bytes read as 0xFF, like an idle bus.
        let idle = std::iter::repeat(0xFF);
        buffer.iter_mut().zip(bytes.into_iter().chain(idle)).for_each(|(to, byte)| *to = byte);
        Ok(())
    }

    fn obey(&mut self, command: u16, now: Duration) -> Result<(), NoAcknowledge> {
        match (command, self.measuring.is_some()) {
            (0xEC05, _) => self.answer = self.take_measurement(now),
            (0xE4B8, _) => self.answer = Some(on_the_wire(&[self.status(now)])),
            (0x3F86, _) => self.stop(now),
            (0x21B1, false) => self.start(now, 5),
            (0x21AC, false) => self.start(now, 30),
            (0x2318, false) => self.answer = Some(on_the_wire(&[self.offset])),
            (0x2322, false) => self.answer = Some(on_the_wire(&[self.altitude])),
            (0x2313, false) => self.answer = Some(on_the_wire(&[self.self_calibration.into()])),
            (0x3682, false) => self.answer = Some(on_the_wire(&SERIAL_NUMBER)),
            // Wake-up is never acknowledged; other commands are unknown, or refused while it measures.
            _ => return Err(NoAcknowledge),
        }
        // A command takes a millisecond; stopping has set more.
        self.busy_until = self.busy_until.max(now + Duration::from_millis(1));
        Ok(())
    }

    fn set(&mut self, command: u16, value: u16, now: Duration) -> Result<(), NoAcknowledge> {
        match (command, self.measuring.is_some()) {
            (0xE000, _) => {}
            (0x241D, false) => self.offset = value,
            (0x2427, false) => self.altitude = value,
            (0x2416, false) => self.self_calibration = value != 0,
            (0x362F, false) => self.recalibrate(value, now),
            _ => return Err(NoAcknowledge),
        }
        self.busy_until = self.busy_until.max(now + Duration::from_millis(1));
        Ok(())
    }

    fn start(&mut self, now: Duration, seconds: u64) {
        self.measuring = Some(Measuring { since: now, period: Duration::from_secs(seconds), read: 0 });
    }

    fn stop(&mut self, now: Duration) {
        self.measured_for =
            self.measuring.take().map_or(Duration::ZERO, |measuring| now.saturating_sub(measuring.since));
        self.busy_until = now + Duration::from_millis(500);
    }

    fn recalibrate(&mut self, ppm: u16, now: Duration) {
        self.busy_until = now + Duration::from_millis(400);
        let may = self.measured_for >= BEFORE_RECALIBRATION;
        let found = match &self.source {
            Source::Room(room) => room.at(now).co2,
            Source::Recording(_) => f64::from(ppm),
        };
        let correction = word(32_768.0 + f64::from(ppm) - found);
        self.answer = Some(on_the_wire(&[if may { correction } else { 0xFFFF }]));
        if may {
            self.recalibrated = Some(ppm);
        }
    }

    /// Data-ready status: the eleven low bits are zero while there is nothing to read.
    fn status(&self, now: Duration) -> u16 {
        let is_over = matches!(&self.source, Source::Recording(recording) if recording.is_over());
        let is_ready =
            self.measuring.is_some_and(|measuring| measuring.made(now) > measuring.read) && !is_over;
        if is_ready { 0x8006 } else { 0x8000 }
    }

    fn take_measurement(&mut self, now: Duration) -> Option<Vec<u8>> {
        let measuring = self.measuring.as_mut()?;
        let made = measuring.made(now);
        if made <= measuring.read {
            return None;
        }
        measuring.read = made;
        let air = match &mut self.source {
            Source::Room(room) => room.at(measuring.since + measuring.period * made),
            Source::Recording(recording) => return recording.answer(),
        };
        // The factory offset corrects the sensor's own heat.
        let offset = 175.0 * (f64::from(self.offset) - f64::from(FACTORY_OFFSET)) / 65_535.0;
        let temperature = air.temperature - offset;
        let raw = [word(air.co2), word((temperature + 45.0) * 65_535.0 / 175.0), word(air.humidity * 655.35)];
        Some(on_the_wire(&raw))
    }

    /// Whether the next fault is this one, which is then removed.
    fn strikes(&mut self, fault: InjectedFault) -> bool {
        self.faults.pop_front_if(|next| *next == fault).is_some()
    }
}

fn word(value: f64) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held to what a word holds")]
    let word = value.round().clamp(0.0, 65_535.0) as u16;
    word
}

/// Bytes of words on the bus: each word, then its checksum.
fn on_the_wire(words: &[u16]) -> Vec<u8> {
    let bytes = words.iter().map(|word| word.to_be_bytes());
    bytes.flat_map(|[high, low]| [high, low, checksum([high, low])]).collect()
}

/// CRC-8 with polynomial 0x31 and initial value 0xFF, bit by bit from the left.
fn checksum(bytes: [u8; 2]) -> u8 {
    let mut crc = 0xFF_u8;
    for byte in bytes {
        crc ^= byte;
        for _ in 0..8 {
            let carry = crc & 0x80 != 0;
            crc <<= 1;
            if carry {
                crc ^= 0x31;
            }
        }
    }
    crc
}
