//! Axes: positions of values and times, and their marks.

use jiff::Timestamp;

/// Steps between marks of a time axis, in seconds; from half an hour to eight weeks.
const TIME_STEPS: [i64; 12] =
    [1800, 3600, 7200, 10_800, 21_600, 43_200, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, LONGEST_STEP];
const LONGEST_STEP: i64 = 56 * DAY;
const DAY: i64 = 86_400;
const MOST_MARKS: u32 = 100;

/// A mark of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Position, from 0 at the start of the axis to 1 at its end.
    pub place: f64,
    /// Label.
    pub label: String,
}

/// An axis of values, between round numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    low: f64,
    high: f64,
    step: f64,
}

impl Values {
    /// Creates an axis for `low` to `high` with about `marks` marks.
    ///
    /// It starts at zero if that costs little space, so that a small change does not look large.
    pub fn spanning(low: f64, high: f64, marks: u32) -> Self {
        let (mut low, mut high) = (low, high);
        if low > 0.0 && low < high * 0.4 {
            low = 0.0;
        }
        if high - low <= f64::EPSILON * high.abs().max(low.abs()) {
            let room = if high == 0.0 { 1.0 } else { high.abs() * 0.05 };
            (low, high) = (low - room, high + room);
        }
        let step = round_step((high - low) / f64::from(marks));
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// Position of `value`, from 0 to 1.
    pub fn place(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// Marks, lowest first.
    pub fn marks(&self) -> Vec<Mark> {
        let largest = self.low.abs().max(self.high.abs());
        let (unit, suffix) = match largest {
            large if large >= 1e13 || self.step < 1e-6 => {
                return self.marks_with(|value| format!("{value:e}"));
            }
            large if large >= 1e10 => (1e9, " G"),
            large if large >= 1e7 => (1e6, " M"),
            large if large >= 1e4 => (1e3, " k"),
            _ => (1.0, ""),
        };
        let decimals =
            (0..7).find(|decimals| is_whole(self.step / unit * 10_f64.powi(*decimals))).unwrap_or(0);
        let decimals = usize::try_from(decimals).unwrap_or(0);
        self.marks_with(|value| format!("{:.decimals$}{suffix}", value / unit))
    }

    fn marks_with(&self, label: impl Fn(f64) -> String) -> Vec<Mark> {
        let mark = |value: f64| {
            // Avoids the label "-0".
            let value = if value.abs() < self.step / 2.0 { 0.0 } else { value };
            Mark { place: self.place(value), label: label(value) }
        };
        let count = ((self.high - self.low) / self.step).round();
        let indexes = (0..MOST_MARKS).map(f64::from).take_while(|index| *index <= count);
        indexes.map(|index| mark(self.low + index * self.step)).collect()
    }
}

/// An axis of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// Start.
    pub from: Timestamp,
    /// Current time, before the end if the chart shows a forecast.
    pub now: Timestamp,
    /// End.
    pub until: Timestamp,
}

impl Times {
    /// Position of `at`, from 0 to 1.
    pub fn place(&self, at: Timestamp) -> f64 {
        let length = self.until.duration_since(self.from).as_secs_f64();
        if length > 0.0 { at.duration_since(self.from).as_secs_f64() / length } else { 0.0 }
    }

    /// Creates at most `most` marks: full hours with the time, or midnights with the day.
    pub fn marks(&self, most: i64) -> Vec<Mark> {
        let (from, until) = (self.from.as_second(), self.until.as_second());
        let fits = |step: &&i64| (until - from) / **step <= most;
        let step = TIME_STEPS.iter().find(fits).copied().unwrap_or(LONGEST_STEP);
        let first = from.div_euclid(step) * step + if from.rem_euclid(step) == 0 { 0 } else { step };
        let times = (0..).map(|index| first + index * step).take_while(|second| *second <= until);
        times.filter_map(|second| Some(self.mark(Timestamp::from_second(second).ok()?))).collect()
    }

    fn mark(&self, at: Timestamp) -> Mark {
        let form = if at.as_second().rem_euclid(DAY) == 0 { "%b %-d" } else { "%H:%M" };
        Mark { place: self.place(at), label: at.strftime(form).to_string() }
    }
}

/// Rounds up to 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let round =
        [1.0, 2.0, 5.0].into_iter().map(|factor| factor * power).find(|round| step <= round * 1.000_001);
    round.unwrap_or(10.0 * power)
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(marks: Vec<Mark>) -> Vec<String> {
        marks.into_iter().map(|mark| mark.label).collect()
    }

    #[test]
    fn values_stand_between_round_numbers() {
        let labels = |low, high| labels(Values::spanning(low, high, 5).marks());
        assert_eq!(labels(3.1, 9.4), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(-0.3, 0.4), ["-0.4", "-0.2", "0.0", "0.2", "0.4"]);
        assert_eq!(labels(1009.0, 1013.5), ["1009", "1010", "1011", "1012", "1013", "1014"]);
        assert_eq!(labels(12_000.0, 48_000.0), ["0 k", "10 k", "20 k", "30 k", "40 k", "50 k"]);
    }

    #[test]
    fn a_value_that_never_changes_has_room_around_it() {
        for value in [0.0, 7.0, -40.0, 1e18] {
            let axis = Values::spanning(value, value, 4);
            let place = axis.place(value);
            assert!(place > 0.2 && place < 0.8, "{value} at {place}");
            assert!(axis.marks().len() >= 2);
        }
    }

    #[test]
    fn a_day_is_marked_with_hours_and_a_month_with_days() {
        let marks = |from: &str, until: &str| {
            let (from, until) = (from.parse().unwrap(), until.parse().unwrap());
            labels(Times { from, now: until, until }.marks(5))
        };
        assert_eq!(
            marks("2026-11-21T05:49:00Z", "2026-11-22T05:49:00Z"),
            ["06:00", "12:00", "18:00", "Nov 22"]
        );
        assert_eq!(marks("2026-11-15T05:49:00Z", "2026-11-22T05:49:00Z"), ["Nov 17", "Nov 19", "Nov 21"]);
        assert_eq!(
            marks("2026-10-23T05:49:00Z", "2026-11-22T05:49:00Z"),
            ["Oct 29", "Nov 5", "Nov 12", "Nov 19"]
        );
    }
}
