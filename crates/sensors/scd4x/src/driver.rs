//! The driver: commands out, words in, checksums both ways.

use std::time::Duration;

use embedded_hal::i2c::{ErrorKind, I2c};
use embedded_hal_async::delay::DelayNs;

use crate::command::{self, Command};
use crate::reading::{offset_to_word, word_to_offset};
use crate::setup::held;
use crate::{ADDRESS, Error, Power, Reading, Setup, word};

/// Number of attempts to read an answer before a wrong checksum is an error.
const ATTEMPTS: u32 = 3;
/// Interval of questions for a new measurement.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Time of measuring that a recalibration requires, and some seconds more.
const BEFORE_RECALIBRATION: Duration = Duration::from_secs(190);
/// Answer of a failed recalibration.
const NOT_RECALIBRATED: u16 = 0xFFFF;
const NO_CORRECTION: i32 = 0x8000;
/// Bits that are set when a measurement is ready.
const READY: u16 = 0x07FF;

/// An SCD40 or SCD41.
///
/// While it measures, it takes no other commands than to read, to stop, and to set the ambient pressure. Whether it
/// measures is not remembered here: the sensor may have been left measuring by an earlier program, or have been reset.
#[derive(Debug)]
pub struct Scd4x<B, D> {
    bus: B,
    delay: D,
    period: Duration,
}

impl<B: I2c, D: DelayNs> Scd4x<B, D> {
    /// The sensor on `bus`. Nothing is sent yet.
    pub fn new(bus: B, delay: D) -> Self {
        Self { bus, delay, period: period(Power::Full) }
    }

    /// Gives the bus back.
    pub fn into_bus(self) -> B {
        self.bus
    }

    /// Configures the sensor and starts measuring, from any state.
    pub async fn begin(&mut self, setup: &Setup) -> Result<(), Error> {
        self.wake_up().await;
        self.stop().await?;
        if let Some(offset) = setup.temperature_offset {
            self.set_temperature_offset(offset).await?;
        }
        if let Some(altitude) = setup.altitude {
            self.set_altitude(altitude).await?;
        }
        if let Some(is_on) = setup.self_calibration {
            self.set_self_calibration(is_on).await?;
        }
        self.start(setup.power).await
    }

    /// Starts measuring; the first value is ready after 5 s, or 30 s.
    pub async fn start(&mut self, power: Power) -> Result<(), Error> {
        self.period = period(power);
        self.send(match power {
            Power::Full => command::START,
            Power::Low => command::START_LOW_POWER,
        })
        .await
    }

    /// Stops measuring, which takes half a second. A sensor that does not measure takes it as well.
    pub async fn stop(&mut self) -> Result<(), Error> {
        self.send(command::STOP).await
    }

    /// The next measurement: waits until there is one that was not read before.
    ///
    /// One with a wrong checksum is given up, because the sensor gives each only once; the next one is waited for.
    ///
    /// # Errors
    ///
    /// [`Error::Silent`] when none becomes ready, because the sensor does not measure.
    pub async fn read(&mut self) -> Result<Reading, Error> {
        let mut attempt = 1;
        loop {
            self.wait_until_ready().await?;
            match self.measurement().await {
                Err(Error::Checksum { .. }) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    /// Whether there is a measurement that was not read yet.
    pub async fn is_ready(&mut self) -> Result<bool, Error> {
        let [status] = self.ask(command::IS_READY).await?;
        Ok(status & READY != 0)
    }

    /// The measurement that is ready.
    ///
    /// # Errors
    ///
    /// [`Error::NoAcknowledge`] where there is none: each can be read once.
    pub async fn measurement(&mut self) -> Result<Reading, Error> {
        self.answer_to(command::READ).await.map(Reading::of)
    }

    /// Sets the height above the sea, 0 to 3000 m. Only while it does not measure.
    pub async fn set_altitude(&mut self, meters: u16) -> Result<(), Error> {
        let meters = held("altitude in meters", meters, 0..=3000, "0 to 3000")?;
        self.set(command::SET_ALTITUDE, meters).await
    }

    /// The height above the sea, in meters. Only while it does not measure.
    pub async fn altitude(&mut self) -> Result<u16, Error> {
        let [meters] = self.ask(command::GET_ALTITUDE).await?;
        Ok(meters)
    }

    /// Sets the excess of the sensor's temperature over that of the room, 0 to 20 °C. It corrects temperature
    /// and humidity, not CO2. Only while it does not measure.
    pub async fn set_temperature_offset(&mut self, degrees: f64) -> Result<(), Error> {
        let degrees = held("temperature offset in °C", degrees, 0.0..=20.0, "0 to 20")?;
        self.set(command::SET_OFFSET, offset_to_word(degrees)).await
    }

    /// Excess of the sensor's temperature over that of the room, in °C. Only while it does not measure.
    pub async fn temperature_offset(&mut self) -> Result<f64, Error> {
        let [word] = self.ask(command::GET_OFFSET).await?;
        Ok(word_to_offset(word))
    }

    /// Sets the air pressure, 700 to 1200 hPa. It overrides the altitude, and may be set while the sensor measures.
    pub async fn set_ambient_pressure(&mut self, hectopascals: u16) -> Result<(), Error> {
        let pressure = held("ambient pressure in hPa", hectopascals, 700..=1200, "700 to 1200")?;
        self.set(command::SET_PRESSURE, pressure).await
    }

    /// Switches automatic self-calibration. Only while it does not measure.
    pub async fn set_self_calibration(&mut self, is_on: bool) -> Result<(), Error> {
        self.set(command::SET_ASC, is_on.into()).await
    }

    /// Whether it calibrates itself. Only while it does not measure.
    pub async fn self_calibration(&mut self) -> Result<bool, Error> {
        let [is_on] = self.ask(command::GET_ASC).await?;
        Ok(is_on != 0)
    }

    /// The number of the sensor, of 48 bits. Only while it does not measure.
    pub async fn serial_number(&mut self) -> Result<u64, Error> {
        let words: [u16; 3] = self.ask(command::SERIAL_NUMBER).await?;
        Ok(words.iter().fold(0, |number, word| number << 16 | u64::from(*word)))
    }

    /// Makes the present air count as so many parts of CO2 per million, 400 to 5000, and returns by how many the sensor
    /// corrects itself. It keeps this without power.
    ///
    /// It has to have measured for three minutes, in this air, and then to have been stopped.
    ///
    /// # Errors
    ///
    /// [`Error::NotRecalibrated`] when it has not.
    pub async fn recalibrate(&mut self, ppm: u16) -> Result<i32, Error> {
        let ppm = held("CO2 in ppm", ppm, 400..=5000, "400 to 5000")?;
        self.set(command::RECALIBRATE, ppm).await?;
        match self.words(command::RECALIBRATE)? {
            [NOT_RECALIBRATED] => Err(Error::NotRecalibrated),
            [correction] => Ok(i32::from(correction) - NO_CORRECTION),
        }
    }

    /// The whole course of a recalibration: measures for three minutes, stops, recalibrates. It leaves the sensor
    /// stopped, and returns by how many ppm it corrects itself. See [`Scd4x::recalibrate`].
    pub async fn recalibrate_in_air(&mut self, ppm: u16) -> Result<i32, Error> {
        self.begin(&Setup::default()).await?;
        self.wait(BEFORE_RECALIBRATION).await;
        self.stop().await?;
        self.recalibrate(ppm).await
    }

    /// An SCD41 may have been powered down. It wakes up without acknowledging, and others do not know the command.
    async fn wake_up(&mut self) {
        let _ = self.send(command::WAKE_UP).await;
    }

    async fn wait_until_ready(&mut self) -> Result<(), Error> {
        let patience = self.period * 2;
        let mut waited = Duration::ZERO;
        while !self.is_ready().await? {
            if waited >= patience {
                return Err(Error::Silent { after: patience });
            }
            self.wait(LOOK_AGAIN).await;
            waited += LOOK_AGAIN;
        }
        Ok(())
    }

    /// The answer to a command that can be repeated, which is done while the checksum is wrong.
    async fn ask<const WORDS: usize>(&mut self, command: Command) -> Result<[u16; WORDS], Error> {
        let mut attempt = 1;
        loop {
            match self.answer_to(command).await {
                Err(Error::Checksum { .. }) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    async fn answer_to<const WORDS: usize>(&mut self, command: Command) -> Result<[u16; WORDS], Error> {
        self.send(command).await?;
        self.words(command)
    }

    async fn send(&mut self, command: Command) -> Result<(), Error> {
        self.write(command, &command.code.to_be_bytes()).await
    }

    async fn set(&mut self, command: Command, value: u16) -> Result<(), Error> {
        let ([code1, code2], [high, low, crc]) = (command.code.to_be_bytes(), word::encode(value));
        self.write(command, &[code1, code2, high, low, crc]).await
    }

    async fn write(&mut self, command: Command, bytes: &[u8]) -> Result<(), Error> {
        let written = self.bus.write(ADDRESS, bytes);
        // Also after a failure: the sensor may have understood, and is busy then.
        self.wait(command.takes).await;
        written.map_err(|error| failed(command, &error))
    }

    fn words<const WORDS: usize>(&mut self, command: Command) -> Result<[u16; WORDS], Error> {
        let mut bytes = [[0; word::LENGTH]; WORDS];
        self.bus.read(ADDRESS, bytes.as_flattened_mut()).map_err(|error| failed(command, &error))?;
        word::decode(&bytes).ok_or(Error::Checksum { command: command.name })
    }

    async fn wait(&mut self, duration: Duration) {
        self.delay.delay_ms(u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)).await;
    }
}

fn period(power: Power) -> Duration {
    Duration::from_secs(match power {
        Power::Full => 5,
        Power::Low => 30,
    })
}

fn failed(command: Command, error: &impl embedded_hal::i2c::Error) -> Error {
    match error.kind() {
        ErrorKind::NoAcknowledge(_) => Error::NoAcknowledge { command: command.name },
        _ => Error::Bus { command: command.name, cause: format!("{error:?}") },
    }
}
