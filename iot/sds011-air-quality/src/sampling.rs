//! Sampling of the air: warm-up, readings and sleep of the sensor.

use std::num::NonZeroU16;
use std::time::Duration;

use sds011::{DutyCycle, Reading};
use settings::Settings;

/// Warm-up, readings and sleep of the sensor.
#[derive(Debug, Clone, Settings)]
pub struct Sampling {
    /// Time that the sensor works before its measurements count; 30 s by its data sheet.
    #[setting(name = "WARM_UP_SECONDS", default = "30")]
    pub warm_up: Duration,
    /// Of how many measurements, a second apart, a reading is the median.
    #[setting(name = "SAMPLES", default = "5")]
    pub samples: NonZeroU16,
    /// Whether the sensor sleeps between readings. Its laser lasts for about 8000 hours.
    #[setting(name = "DUTY_CYCLE", default = "on")]
    pub sleeps: bool,
    /// From how much PM2.5 on, in µg/m³, the sensor stays awake and is read more often, until the air is better.
    #[setting(name = "CONTINUOUS_ABOVE")]
    pub continuous_above: Option<f64>,
    /// Time from one reading to the next while the air is that bad.
    #[setting(name = "CONTINUOUS_INTERVAL_SECONDS", default = "10")]
    pub continuous_interval: Duration,
}

impl Sampling {
    /// Warm-up and number of measurements of a reading.
    pub fn cycle(&self) -> DutyCycle {
        DutyCycle { warm_up: self.warm_up, samples: self.samples.get() }
    }

    /// The same, as quick as can be, to check that the sensor is there.
    #[must_use]
    pub fn hasty(&self) -> Self {
        Self { warm_up: Duration::ZERO, samples: NonZeroU16::MIN, continuous_above: None, ..self.clone() }
    }

    /// Time to the next reading while the air is bad; `None` while it is not.
    pub fn again_in(&self, reading: &Reading) -> Option<Duration> {
        let is_bad = self.continuous_above.is_some_and(|limit| reading.pm2_5 > limit);
        is_bad.then_some(self.continuous_interval)
    }
}
