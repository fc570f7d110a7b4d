//! The driver: commands out, frames in, with time limits.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{Answer, Command, Decoder, DeviceId, Error, Frame, Reading, Reporting, Work, WorkingPeriod};

/// Time limit of an answer. The sensor needs some 30 ms; a second is the interval of its own reports.
const ANSWER_WITHIN: Duration = Duration::from_millis(1500);
/// Number of attempts before the sensor counts as silent. The first command after a sleep is lost now and then.
const ATTEMPTS: u32 = 3;
/// A frame takes 10 ms. After twice that, incoming bytes are not the rest of an old one.
const QUIET: Duration = Duration::from_millis(20);
/// Time limit for throwing old bytes away, on a line that is never quiet.
const DISCARD_WITHIN: Duration = Duration::from_millis(500);
const CHUNK: usize = 64;

/// An SDS011 on a serial port of 9600 baud, 8N1.
///
/// The kernel keeps bytes that arrive while nobody reads, up to some minutes of them. So each call throws
/// away earlier bytes, and a reading is never an old one.
#[derive(Debug)]
pub struct Sds011<P> {
    port: P,
    address: DeviceId,
    decoder: Decoder,
    chunk: [u8; CHUNK],
    /// Received bytes of the chunk that are not decoded yet.
    waiting: std::ops::Range<usize>,
    /// Time since which it works, as far as this driver knows.
    pub(crate) awake_since: Option<Instant>,
}

/// The firmware of a sensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Firmware {
    /// Year since 2000, month, day.
    pub date: [u8; 3],
    /// Number of the sensor.
    pub device: DeviceId,
}

/// `2018-11-16`.
impl std::fmt::Display for Firmware {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [year, month, day] = self.date;
        write!(f, "20{year:02}-{month:02}-{day:02}")
    }
}

impl<P: AsyncRead + AsyncWrite + Unpin> Sds011<P> {
    /// The sensor on `port`. Nothing is sent yet.
    pub fn new(port: P) -> Self {
        Self {
            port,
            address: DeviceId::ANY,
            decoder: Decoder::default(),
            chunk: [0; CHUNK],
            waiting: 0..0,
            awake_since: None,
        }
    }

    /// The same, speaking and listening to one sensor alone.
    #[must_use]
    pub fn addressing(self, address: DeviceId) -> Self {
        Self { address, ..self }
    }

    /// Gives the port back.
    pub fn into_port(self) -> P {
        self.port
    }

    /// A fresh measurement: it asks for one, and takes the first that comes.
    ///
    /// That works in both ways of [`Reporting`]. A sensor that reports by itself need not even hear the question, so
    /// one whose receiving wire is not connected can be read as well.
    ///
    /// # Errors
    ///
    /// [`Error::Silent`] while it sleeps.
    pub async fn read(&mut self) -> Result<Reading, Error> {
        self.exchange(Command::Query, |frame| match frame {
            Frame::Measured { reading, .. } => Some(reading),
            Frame::Answered(_) => None,
        })
        .await
    }

    /// Starts fan and laser. Measurements of the first 30 s are unreliable.
    pub async fn wake(&mut self) -> Result<(), Error> {
        self.set(Command::SetWork(Work::Work)).await?;
        self.awake_since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Stops fan and laser, which last for about 8000 hours.
    ///
    /// Asleep the sensor is silent. So silence is no error: the one answer was lost, or the sensor slept
    /// already. The next wake-up shows whether it is there.
    pub async fn sleep(&mut self) -> Result<(), Error> {
        self.awake_since = None;
        match self.set(Command::SetWork(Work::Sleep)).await {
            Err(Error::Silent { .. } | Error::Damaged { .. }) => Ok(()),
            outcome => outcome,
        }
    }

    /// Way measurements are reported.
    pub async fn reporting(&mut self) -> Result<Reporting, Error> {
        let [_, value, _] = self.command(Command::GetReporting).await?.data;
        Ok(if value == 0 { Reporting::Active } else { Reporting::Query })
    }

    /// Changes the way measurements are reported. The sensor writes it to its flash memory, so ask first.
    pub async fn set_reporting(&mut self, reporting: Reporting) -> Result<(), Error> {
        self.set(Command::SetReporting(reporting)).await
    }

    /// The duty cycle it keeps by itself.
    pub async fn working_period(&mut self) -> Result<WorkingPeriod, Error> {
        let [_, minutes, _] = self.command(Command::GetWorkingPeriod).await?.data;
        Ok(WorkingPeriod::minutes(minutes).unwrap_or(WorkingPeriod::CONTINUOUS))
    }

    /// Changes the duty cycle it keeps by itself. The sensor writes it to its flash memory, so ask first.
    pub async fn set_working_period(&mut self, period: WorkingPeriod) -> Result<(), Error> {
        self.set(Command::SetWorkingPeriod(period)).await
    }

    /// The date of its firmware, and its number.
    pub async fn firmware(&mut self) -> Result<Firmware, Error> {
        let answer = self.command(Command::GetFirmware).await?;
        Ok(Firmware { date: answer.data, device: answer.device })
    }

    /// Sends a command whose answer repeats the set value.
    async fn set(&mut self, command: Command) -> Result<(), Error> {
        let [_, _, _, action, value, ..] = command.encode(self.address);
        let is_done = |answer: &Answer| answer.data.starts_with(&[action, value]);
        self.exchange(command, |frame| answer_to(command, frame).filter(is_done).map(drop)).await
    }

    async fn command(&mut self, command: Command) -> Result<Answer, Error> {
        self.exchange(command, |frame| answer_to(command, frame)).await
    }

    /// Sends the command until a frame comes that `is_meant`.
    async fn exchange<T>(
        &mut self,
        command: Command,
        is_meant: impl Fn(Frame) -> Option<T>,
    ) -> Result<T, Error> {
        let mut damaged = 0;
        for _ in 0..ATTEMPTS {
            self.discard().await?;
            let deadline = Instant::now() + ANSWER_WITHIN;
            self.send(command, deadline).await?;
            while let Some(frame) = self.next_frame(deadline, &mut damaged).await? {
                if let Some(found) = is_meant(frame) {
                    return Ok(found);
                }
            }
        }
        let after = ANSWER_WITHIN * ATTEMPTS;
        Err(if damaged == 0 { Error::Silent { after } } else { Error::Damaged { frames: damaged, after } })
    }

    async fn send(&mut self, command: Command, deadline: Instant) -> Result<(), Error> {
        let bytes = command.encode(self.address);
        let sent = timeout_at(deadline, async {
            self.port.write_all(&bytes).await?;
            self.port.flush().await
        });
        // A port that takes no bytes will bring no answer either.
        sent.await.unwrap_or(Ok(())).map_err(Error::Io)
    }

    /// The next whole frame of the sensor; `None` at the deadline.
    async fn next_frame(&mut self, deadline: Instant, damaged: &mut u32) -> Result<Option<Frame>, Error> {
        loop {
            while let Some(byte) = self.waiting.next().and_then(|at| self.chunk.get(at)) {
                match self.decoder.push(*byte) {
                    Some(Ok(frame)) if self.address.includes(sender(&frame)) => return Ok(Some(frame)),
                    Some(Err(_)) => *damaged += 1,
                    _ => {}
                }
            }
            let Ok(read) = timeout_at(deadline, self.port.read(&mut self.chunk)).await else {
                return Ok(None);
            };
            self.waiting = 0..count(read)?;
        }
    }

    /// Throws away the bytes that arrived before now.
    async fn discard(&mut self) -> Result<(), Error> {
        self.waiting = 0..0;
        self.decoder.clear();
        let deadline = Instant::now() + DISCARD_WITHIN;
        while Instant::now() < deadline {
            let Ok(read) = timeout(QUIET, self.port.read(&mut self.chunk)).await else { break };
            count(read)?;
        }
        Ok(())
    }
}

/// A port that ends has been pulled out.
fn count(read: std::io::Result<usize>) -> Result<usize, Error> {
    match read {
        Ok(0) => Err(Error::Unplugged),
        read => read.map_err(Error::Io),
    }
}

fn sender(frame: &Frame) -> DeviceId {
    match frame {
        Frame::Measured { device, .. } => *device,
        Frame::Answered(answer) => answer.device,
    }
}

fn answer_to(command: Command, frame: Frame) -> Option<Answer> {
    match frame {
        Frame::Answered(answer) if answer.command == command.code() => Some(answer),
        _ => None,
    }
}
