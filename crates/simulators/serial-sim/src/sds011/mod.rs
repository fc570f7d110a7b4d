//! An SDS011: measures the dust of a street, obeys, sleeps, and answers nothing while it does.

mod frames;

use std::time::Duration;

use crate::{Recording, Sensor, Street};
use frames::{Command, answer, commands, measured};

/// Interval of measurements.
const EVERY: Duration = Duration::from_secs(1);
/// Time constant of the fan's start in seconds, during which measurements are too high.
const SETTLES_IN: f64 = 6.0;
/// Time awake in a working period.
const AWAKE_IN_PERIOD: Duration = Duration::from_secs(30);

const REPORTING: u8 = 2;
const QUERY: u8 = 4;
const WORK: u8 = 6;
const FIRMWARE: u8 = 7;
const PERIOD: u8 = 8;
/// Year since 2000, month, day.
const FIRMWARE_DATE: [u8; 3] = [18, 11, 16];

/// A sensor, as it leaves the factory: it works, and reports by itself once a second.
#[derive(Debug)]
pub struct Sds011Sim {
    source: Source,
    device: [u8; 2],
    received: Vec<u8>,
    /// Time at which it woke or will wake; `None` if it sleeps until a command.
    awake_since: Option<Duration>,
    reports: bool,
    period_minutes: u8,
    next: Duration,
}

#[derive(Debug)]
enum Source {
    Street(Street),
    Recording(Recording),
}

impl Sds011Sim {
    /// A sensor in `street`.
    pub fn new(street: Street) -> Self {
        Self::of(Source::Street(street))
    }

    /// A sensor that obeys, and answers each question for a measurement with the next line of `recording`. It reports
    /// nothing by itself.
    pub fn replaying(recording: Recording) -> Self {
        Self { reports: false, ..Self::of(Source::Recording(recording)) }
    }

    fn of(source: Source) -> Self {
        Self {
            source,
            device: [0xA1, 0x60],
            received: Vec::new(),
            awake_since: Some(Duration::ZERO),
            reports: true,
            period_minutes: 0,
            next: EVERY,
        }
    }

    fn obey(&mut self, command: Command, now: Duration) -> Option<Vec<u8>> {
        let Command { code, sets, value } = command;
        let wakes = code == WORK && sets && value == 1;
        if self.awake_since.is_none() && !wakes {
            return None;
        }
        match code {
            REPORTING if sets => self.reports = value == 0,
            WORK if wakes => {
                self.awake_since.get_or_insert(now);
                self.next = now + EVERY;
            }
            WORK if sets => self.awake_since = None,
            PERIOD if sets && value <= 30 => {
                self.period_minutes = value;
                self.begin_period(now);
            }
            QUERY => return self.measure(now),
            FIRMWARE => return Some(answer(FIRMWARE, FIRMWARE_DATE, self.device)),
            REPORTING | WORK | PERIOD if !sets => {}
            _ => return None,
        }
        let state = match code {
            REPORTING => u8::from(!self.reports),
            WORK => u8::from(self.awake_since.is_some()),
            _ => self.period_minutes,
        };
        Some(answer(code, [sets.into(), state, 0], self.device))
    }

    fn measure(&mut self, now: Duration) -> Option<Vec<u8>> {
        let awake = now.saturating_sub(self.awake_since?).as_secs_f64();
        match &mut self.source {
            Source::Recording(recording) => recording.answer(),
            Source::Street(street) => {
                let dust = street.at(now);
                let settling = 1.0 + 0.6 * (-awake / SETTLES_IN).exp();
                let tenths = |value: f64| {
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 9999")]
                    let tenths = (10.0 * value * settling).round().clamp(0.0, 9999.0) as u16;
                    tenths
                };
                Some(measured(tenths(dust.pm2_5), tenths(dust.pm10), self.device))
            }
        }
    }

    /// Unsolicited report, if one is due.
    fn report(&mut self, now: Duration) -> Option<Vec<u8>> {
        if self.due().is_none_or(|due| now < due) {
            return None;
        }
        let frame = self.measure(now);
        if self.period_minutes == 0 {
            self.next = now + EVERY;
        } else {
            self.begin_period(now);
        }
        frame
    }

    /// Begins a period, which ends with 30 s of work and one report. Before, it sleeps, but obeys commands.
    fn begin_period(&mut self, now: Duration) {
        let period = Duration::from_mins(self.period_minutes.into());
        self.next = now + period.max(EVERY);
        if self.period_minutes > 0 {
            self.awake_since = Some(self.next.saturating_sub(AWAKE_IN_PERIOD));
        }
    }
}

impl Sensor for Sds011Sim {
    fn speak(&mut self, received: &[u8], now: Duration) -> Vec<Vec<u8>> {
        let report = self.report(now);
        self.received.extend(received);
        let mut buffer = std::mem::take(&mut self.received);
        let commands = commands(&mut buffer, self.device);
        self.received = buffer;
        let answers = commands.into_iter().filter_map(|command| self.obey(command, now));
        // Silence in a recording is no frame.
        report.into_iter().chain(answers.collect::<Vec<_>>()).filter(|frame| !frame.is_empty()).collect()
    }

    fn due(&self) -> Option<Duration> {
        (self.reports && self.awake_since.is_some()).then_some(self.next)
    }

    /// Starts to work again. The reporting mode stays, since it is kept in flash memory.
    fn reset(&mut self, now: Duration) {
        self.received.clear();
        self.awake_since = Some(now);
        self.next = now + EVERY;
    }
}

#[cfg(test)]
mod tests;
