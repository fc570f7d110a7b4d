//! The sensor as this program keeps it: set up once, asleep between readings.

use fault::{Fault, Kind};
use sds011::{DeviceId, Reading, Reporting, Sds011, WorkingPeriod};
use serial_port::SerialPort;

use crate::sampling::Sampling;

/// An SDS011 that answers when it is asked.
pub struct Sensor {
    driver: Sds011<SerialPort>,
    number: DeviceId,
}

/// Why there is no sensor, or no reading of it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no port.
    #[error(transparent)]
    Port(#[from] serial_port::Error),
    /// There is a port, and no SDS011 behind it that works.
    #[error("{port}")]
    Sensor {
        /// Which port.
        port: String,
        /// What the sensor did.
        source: sds011::Error,
    },
}

impl Sensor {
    /// Finds the port and sets the sensor up: to sleep only when it is told, and to speak only when it is asked.
    pub async fn open(port: &serial_port::Config) -> Result<Self, Error> {
        let driver = Sds011::new(port.open(sds011::BAUD)?);
        let set_up = Self::set_up(driver).await;
        set_up.map_err(|source| Error::Sensor { port: port.to_string(), source })
    }

    /// A reading, from a sensor that is awake afterwards.
    pub async fn measure(&mut self, sampling: &Sampling) -> Result<Reading, sds011::Error> {
        self.driver.measure(&sampling.cycle()).await
    }

    /// Puts the sensor to sleep, where it is to sleep between readings.
    pub async fn rest(&mut self, sampling: &Sampling) {
        if sampling.sleeps {
            // A reading is not lost because the sensor stays awake. What is wrong shows when it is woken up.
            let _ = self.driver.sleep().await;
        }
    }

    /// Puts the sensor to sleep for as long as no program looks after it.
    pub async fn leave(port: &serial_port::Config, sampling: &Sampling) {
        if !sampling.sleeps {
            return;
        }
        if let Ok(mut sensor) = Self::open(port).await {
            sensor.rest(sampling).await;
        }
    }

    /// The sensor's own number.
    pub fn number(&self) -> DeviceId {
        self.number
    }

    async fn set_up(mut driver: Sds011<SerialPort>) -> Result<Self, sds011::Error> {
        driver.wake().await?;
        let number = driver.firmware().await?.device;
        // Each of the two is written to flash memory, so only where it differs.
        if driver.working_period().await? != WorkingPeriod::CONTINUOUS {
            driver.set_working_period(WorkingPeriod::CONTINUOUS).await?;
        }
        if driver.reporting().await? != Reporting::Query {
            driver.set_reporting(Reporting::Query).await?;
        }
        Ok(Self { driver, number })
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Port(error) => error.kind(),
            Self::Sensor { source, .. } => source.kind(),
        }
    }
}
