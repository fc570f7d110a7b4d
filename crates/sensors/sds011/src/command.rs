//! Commands to the sensor: nineteen bytes each.

use crate::frame::{DeviceId, HEAD, TAIL, checksum};

const LENGTH: usize = 19;
const COMMAND: u8 = 0xB4;
const GET: u8 = 0;
const SET: u8 = 1;

/// A command, by its name in the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Asks for the way measurements are reported (2).
    GetReporting,
    /// Sets the way measurements are reported (2). The sensor keeps it without power.
    SetReporting(Reporting),
    /// Asks for a measurement (4). It is answered by the measurement itself.
    Query,
    /// Asks whether the sensor works or sleeps (6).
    GetWork,
    /// Wakes it up or lets it sleep (6).
    SetWork(Work),
    /// Asks for the date of its firmware (7).
    GetFirmware,
    /// Asks for its working period (8).
    GetWorkingPeriod,
    /// Sets its working period (8). The sensor keeps it without power.
    SetWorkingPeriod(WorkingPeriod),
}

/// Way measurements are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporting {
    /// By itself, once a second.
    Active = 0,
    /// On request.
    Query = 1,
}

/// Whether the sensor works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Fan and laser are off. It answers nothing but the command to wake up.
    Sleep = 0,
    /// It measures.
    Work = 1,
}

/// The duty cycle the sensor keeps by itself: it works for 30 s, reports, and sleeps for the rest of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkingPeriod(u8);

impl WorkingPeriod {
    /// It never sleeps by itself. This is how it leaves the factory.
    pub const CONTINUOUS: Self = Self(0);

    /// A period of 1 to 30 minutes; 0 is [`Self::CONTINUOUS`].
    pub fn minutes(minutes: u8) -> Option<Self> {
        (minutes <= 30).then_some(Self(minutes))
    }

    /// The length of the period in minutes.
    pub fn as_minutes(self) -> u8 {
        self.0
    }
}

impl Command {
    /// The number of the command, which its answer repeats.
    pub fn code(self) -> u8 {
        match self {
            Self::GetReporting | Self::SetReporting(_) => 2,
            Self::Query => 4,
            Self::GetWork | Self::SetWork(_) => 6,
            Self::GetFirmware => 7,
            Self::GetWorkingPeriod | Self::SetWorkingPeriod(_) => 8,
        }
    }

    /// The bytes to be sent to the sensor `to`.
    pub fn encode(self, to: DeviceId) -> [u8; LENGTH] {
        let [action, value] = self.arguments();
        let DeviceId([id1, id2]) = to;
        let mut bytes =
            [HEAD, COMMAND, self.code(), action, value, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, id1, id2, 0, TAIL];
        let [_, _, body @ .., sum, _] = &mut bytes;
        *sum = checksum(body);
        bytes
    }

    fn arguments(self) -> [u8; 2] {
        match self {
            Self::GetReporting | Self::GetWork | Self::GetWorkingPeriod => [GET, 0],
            Self::Query | Self::GetFirmware => [0, 0],
            Self::SetReporting(reporting) => [SET, reporting as u8],
            Self::SetWork(work) => [SET, work as u8],
            Self::SetWorkingPeriod(WorkingPeriod(minutes)) => [SET, minutes],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(command: Command, to: DeviceId) -> String {
        let bytes = command.encode(to);
        bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn sleeping_and_waking_differ_in_a_byte_and_the_sum() {
        assert_eq!(
            hex(Command::SetWork(Work::Sleep), DeviceId::ANY),
            "AA B4 06 01 00 00 00 00 00 00 00 00 00 00 00 FF FF 05 AB"
        );
        assert_eq!(
            hex(Command::SetWork(Work::Work), DeviceId::ANY),
            "AA B4 06 01 01 00 00 00 00 00 00 00 00 00 00 FF FF 06 AB"
        );
    }

    #[test]
    fn a_command_can_be_for_one_sensor() {
        assert_eq!(
            hex(Command::Query, DeviceId([0x12, 0x34])),
            "AA B4 04 00 00 00 00 00 00 00 00 00 00 00 00 12 34 4A AB"
        );
    }

    #[test]
    fn every_command_has_its_code_and_arguments() {
        let begins = |command| hex(command, DeviceId::ANY)[6..14].to_owned();
        assert_eq!(begins(Command::GetReporting), "02 00 00");
        assert_eq!(begins(Command::SetReporting(Reporting::Active)), "02 01 00");
        assert_eq!(begins(Command::SetReporting(Reporting::Query)), "02 01 01");
        assert_eq!(begins(Command::GetWork), "06 00 00");
        assert_eq!(begins(Command::GetFirmware), "07 00 00");
        assert_eq!(begins(Command::GetWorkingPeriod), "08 00 00");
        let period = WorkingPeriod::minutes(30).unwrap();
        assert_eq!(begins(Command::SetWorkingPeriod(period)), "08 01 1E");
    }

    #[test]
    fn a_working_period_is_half_an_hour_at_most() {
        assert_eq!(WorkingPeriod::minutes(0), Some(WorkingPeriod::CONTINUOUS));
        assert_eq!(WorkingPeriod::minutes(31), None);
    }
}
