//! Duty cycles: awake for as long as a measurement takes, asleep in between.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{sleep, sleep_until};

use crate::{DeviceId, Error, Reading, Reporting, Sds011, WorkingPeriod};

/// Interval of measurements: the sensor makes one a second.
const BETWEEN: Duration = Duration::from_secs(1);

/// Warm-up and number of measurements of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyCycle {
    /// Time of work before measurements are reliable. 30 s by the data sheet.
    pub warm_up: Duration,
    /// Number of measurements, a second apart, whose median is the reading; 1 at least.
    pub samples: u16,
}

impl Default for DutyCycle {
    fn default() -> Self {
        Self { warm_up: Duration::from_secs(30), samples: 5 }
    }
}

impl<P: AsyncRead + AsyncWrite + Unpin> Sds011<P> {
    /// Wakes the sensor and sets it up to sleep only on command, and to answer only queries. Returns its
    /// number.
    pub async fn begin(&mut self) -> Result<DeviceId, Error> {
        self.wake().await?;
        let number = self.firmware().await?.device;
        // Each of the two is written to flash memory, so only where it differs.
        if self.working_period().await? != WorkingPeriod::CONTINUOUS {
            self.set_working_period(WorkingPeriod::CONTINUOUS).await?;
        }
        if self.reporting().await? != Reporting::Query {
            self.set_reporting(Reporting::Query).await?;
        }
        Ok(number)
    }

    /// Wakes the sensor, lets it warm up, takes a reading, and puts it to sleep.
    ///
    /// A reading is given even if the port fails at the command to sleep: the next call finds out.
    pub async fn sample(&mut self, cycle: &DutyCycle) -> Result<Reading, Error> {
        let reading = self.measure(cycle).await?;
        // A failure of the port is no reason to lose a reading; the next one reports it.
        let _ = self.sleep().await;
        Ok(reading)
    }

    /// Takes a reading and leaves the sensor awake. It warms up only if it was not awake for long enough, as far as
    /// this driver knows.
    pub async fn measure(&mut self, cycle: &DutyCycle) -> Result<Reading, Error> {
        if self.awake_since.is_none() {
            self.wake().await?;
        }
        if let Some(since) = self.awake_since {
            sleep_until(since + cycle.warm_up).await;
        }
        let mut readings = Vec::with_capacity(cycle.samples.max(1).into());
        loop {
            readings.push(self.read().await?);
            if readings.len() >= cycle.samples.into() {
                return Ok(middle(&readings));
            }
            sleep(BETWEEN).await;
        }
    }
}

/// The median of each size by itself, so that one insect in the air does not count.
fn middle(readings: &[Reading]) -> Reading {
    let of = |size: fn(&Reading) -> f64| median(readings.iter().map(size).collect());
    Reading { pm2_5: of(|reading| reading.pm2_5), pm10: of(|reading| reading.pm10) }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match (values.get(half.wrapping_sub(1)), values.get(half)) {
        (Some(below), Some(above)) if values.len().is_multiple_of(2) => f64::midpoint(*below, *above),
        (_, middle) => middle.copied().unwrap_or(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_one_that_is_far_off() {
        assert!((median(vec![3.0, 900.0, 2.0]) - 3.0).abs() < 1e-9);
        assert!((median(vec![4.0, 2.0]) - 3.0).abs() < 1e-9);
        assert!((median(vec![7.5]) - 7.5).abs() < 1e-9);
    }

    #[test]
    fn each_size_has_its_own_median() {
        let readings = [(1.0, 30.0), (2.0, 10.0), (3.0, 20.0)].map(|(pm2_5, pm10)| Reading { pm2_5, pm10 });
        assert_eq!(middle(&readings), Reading { pm2_5: 2.0, pm10: 20.0 });
    }
}
