//! Commands of the sensor: their codes and durations.

use std::time::Duration;

/// A command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Command {
    /// Its name in the data sheet.
    pub(crate) name: &'static str,
    pub(crate) code: u16,
    /// Time until its answer is ready, or the sensor takes the next command.
    pub(crate) takes: Duration,
}

const fn command(name: &'static str, code: u16, milliseconds: u64) -> Command {
    Command { name, code, takes: Duration::from_millis(milliseconds) }
}

pub(crate) const START: Command = command("start_periodic_measurement", 0x21B1, 1);
pub(crate) const START_LOW_POWER: Command = command("start_low_power_periodic_measurement", 0x21AC, 1);
pub(crate) const READ: Command = command("read_measurement", 0xEC05, 1);
pub(crate) const STOP: Command = command("stop_periodic_measurement", 0x3F86, 500);
pub(crate) const SET_OFFSET: Command = command("set_temperature_offset", 0x241D, 1);
pub(crate) const GET_OFFSET: Command = command("get_temperature_offset", 0x2318, 1);
pub(crate) const SET_ALTITUDE: Command = command("set_sensor_altitude", 0x2427, 1);
pub(crate) const GET_ALTITUDE: Command = command("get_sensor_altitude", 0x2322, 1);
pub(crate) const SET_PRESSURE: Command = command("set_ambient_pressure", 0xE000, 1);
pub(crate) const RECALIBRATE: Command = command("perform_forced_recalibration", 0x362F, 400);
pub(crate) const SET_ASC: Command = command("set_automatic_self_calibration_enabled", 0x2416, 1);
pub(crate) const GET_ASC: Command = command("get_automatic_self_calibration_enabled", 0x2313, 1);
pub(crate) const IS_READY: Command = command("get_data_ready_status", 0xE4B8, 1);
pub(crate) const SERIAL_NUMBER: Command = command("get_serial_number", 0x3682, 1);
pub(crate) const WAKE_UP: Command = command("wake_up", 0x36F6, 30);
