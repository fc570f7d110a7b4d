//! Schedules in the five fields of cron, in the form that every scheduler here understands alike.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::Date;

/// A schedule of five fields: minute, hour, day of the month, month, day of the week.
///
/// Only what means the same everywhere is taken: numbers, `*`, lists, ranges and steps. Sunday is 0 and not 7, there are
/// no names, and either the day of the month or the day of the week is free, since cron, systemd and `EventBridge`
/// disagree about what both together mean. Source of the syntax:
/// <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    pub(super) minute: Field,
    pub(super) hour: Field,
    pub(super) day: Field,
    pub(super) month: Field,
    /// 0 is Sunday.
    pub(super) weekday: Field,
}

/// One of the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// As it was written.
    pub(super) text: String,
    /// Values, in order.
    pub(super) values: BTreeSet<u8>,
}

/// Name of a field, and its smallest and largest value.
struct Range(&'static str, u8, u8);

const MINUTE: Range = Range("minute", 0, 59);
const HOUR: Range = Range("hour", 0, 23);
const DAY: Range = Range("day of the month", 1, 31);
const MONTH: Range = Range("month", 1, 12);
const WEEKDAY: Range = Range("day of the week", 0, 6);

const MINUTES_A_DAY: u64 = 24 * 60;

/// The most days each month can have.
const DAYS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Field {
    /// Whether it leaves the choice free.
    pub(super) fn is_any(&self) -> bool {
        self.text == "*"
    }

    fn parse(text: &str, range: &Range) -> Result<Self, String> {
        let values = text.split(',').map(|part| range.part(part)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { text: text.to_owned(), values: values.into_iter().flatten().collect() })
    }
}

impl Range {
    /// `*`, `5`, `5-10`, each but the second with a step, as in `*/15`.
    fn part(&self, part: &str) -> Result<Vec<u8>, String> {
        let Self(name, least, greatest) = *self;
        let (span, step) = match part.split_once('/') {
            Some((span, step)) => (span, Some(self.number(step)?)),
            None => (part, None),
        };
        let (from, to) = match span.split_once('-') {
            _ if span == "*" => (least, greatest),
            Some((from, to)) => (self.value(from)?, self.value(to)?),
            None if step.is_some() => {
                return Err(format!("has a step without a range in its {name}: {part}"));
            }
            None => (self.value(span)?, self.value(span)?),
        };
        if from > to {
            return Err(format!("has a range that runs backward in its {name}: {part}"));
        }
        if step == Some(0) {
            return Err(format!("has a step of 0 in its {name}: {part}"));
        }
        Ok((from..=to).step_by(step.unwrap_or(1).into()).collect())
    }

    fn value(&self, text: &str) -> Result<u8, String> {
        let Self(name, least, greatest) = *self;
        let value = self.number(text)?;
        if (least..=greatest).contains(&value) {
            return Ok(value);
        }
        Err(format!("has {text} as its {name}, which goes from {least} to {greatest}"))
    }

    fn number(&self, text: &str) -> Result<u8, String> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_number);
        number.ok_or_else(|| format!("has `{text}` in its {}, where a number should be", self.0))
    }
}

impl Cron {
    /// The longest time from one run to the next, changes of the clock aside.
    pub(super) fn longest_pause(&self) -> Duration {
        let minutes = self.minutes_of_a_day();
        let within_a_day = minutes.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?)).max();
        let (first, last) = (minutes.first().copied().unwrap_or(0), minutes.last().copied().unwrap_or(0));
        let over_days = self.longest_pause_in_days() * MINUTES_A_DAY - (last - first);
        Duration::from_secs(60 * over_days.max(within_a_day.unwrap_or(0)))
    }

    /// The shortest time from one run to the next, changes of the clock aside.
    pub(super) fn shortest_pause(&self) -> Duration {
        let minutes = self.minutes_of_a_day();
        let within_a_day = minutes.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?)).min();
        let (first, last) = (minutes.first().copied().unwrap_or(0), minutes.last().copied().unwrap_or(0));
        let over_night = MINUTES_A_DAY - (last - first);
        Duration::from_secs(60 * within_a_day.unwrap_or(over_night).min(over_night))
    }

    /// The minutes of a day that it names, in order.
    fn minutes_of_a_day(&self) -> Vec<u64> {
        let minute = |hour: u64| self.minute.values.iter().map(move |minute| hour * 60 + u64::from(*minute));
        self.hour.values.iter().copied().map(u64::from).flat_map(minute).collect()
    }

    /// The most days from one that it names to the next.
    fn longest_pause_in_days(&self) -> u64 {
        // Eight years hold two days of the kind that comes least often, the last of February in a leap year.
        let dates = jiff::civil::date(2000, 1, 1).series(1.day()).take(8 * 366);
        let days: Vec<u64> =
            (0..).zip(dates).filter(|(_, date)| self.names(*date)).map(|(day, _)| day).collect();
        days.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?)).max().unwrap_or(1)
    }

    fn names(&self, date: Date) -> bool {
        let is_in =
            |field: &Field, value: i8| u8::try_from(value).is_ok_and(|value| field.values.contains(&value));
        is_in(&self.month, date.month())
            && is_in(&self.day, date.day())
            && is_in(&self.weekday, date.weekday().to_sunday_zero_offset())
    }

    /// Whether some day of some month is one that it names.
    fn has_a_day(&self) -> bool {
        let fewest = self.day.values.first().copied().unwrap_or(u8::MAX);
        let days = |month: &u8| DAYS.get(usize::from(*month).saturating_sub(1)).copied().unwrap_or(0);
        self.month.values.iter().any(|month| days(month) >= fewest)
    }
}

impl FromStr for Cron {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fields: Vec<_> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            let count = fields.len();
            return Err(format!(
                "has {count} fields; a schedule has five: minute, hour, day, month, weekday"
            ));
        };
        let cron = Self {
            minute: Field::parse(minute, &MINUTE)?,
            hour: Field::parse(hour, &HOUR)?,
            day: Field::parse(day, &DAY)?,
            month: Field::parse(month, &MONTH)?,
            weekday: Field::parse(weekday, &WEEKDAY)?,
        };
        if !cron.day.is_any() && !cron.weekday.is_any() {
            return Err("names a day of the month and a day of the week, which schedulers understand \
                        differently; leave one of them `*`"
                .to_owned());
        }
        if !cron.has_a_day() {
            return Err("names a day that no month of it has".to_owned());
        }
        Ok(cron)
    }
}

/// As it was written, with single spaces.
impl fmt::Display for Cron {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { minute, hour, day, month, weekday } = self;
        let fields = [minute, hour, day, month, weekday].map(|field| field.text.as_str());
        formatter.write_str(&fields.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(text: &str) -> Vec<u8> {
        format!("{text} * * * *").parse::<Cron>().unwrap().minute.values.into_iter().collect()
    }

    fn refusal(text: &str) -> String {
        text.parse::<Cron>().unwrap_err()
    }

    #[test]
    fn fields_stand_for_their_values() {
        assert_eq!(minutes("7"), [7]);
        assert_eq!(minutes("*/20"), [0, 20, 40]);
        assert_eq!(minutes("5-8,1"), [1, 5, 6, 7, 8]);
        assert_eq!(minutes("10-20/5"), [10, 15, 20]);
        assert_eq!(minutes("*").len(), 60);
    }

    #[test]
    fn it_is_shown_as_written() {
        let cron: Cron = " 7  */3 * * 1-5 ".parse().unwrap();
        assert_eq!(cron.to_string(), "7 */3 * * 1-5");
        assert!(cron.day.is_any() && !cron.weekday.is_any() && !cron.hour.is_any());
    }

    #[test]
    fn the_longest_pause_spans_nights_and_weekends() {
        let minutes = |text: &str| text.parse::<Cron>().unwrap().longest_pause().as_secs() / 60;
        let (hour, day) = (60, 24 * 60);
        assert_eq!(minutes("3-59/10 * * * *"), 10);
        assert_eq!(minutes("7 * * * *"), hour);
        assert_eq!(minutes("0 8,9 * * *"), 23 * hour);
        assert_eq!(minutes("*/5 6-7 * * *"), 22 * hour + 5);
        assert_eq!(minutes("30 6 * * 1-5"), 3 * day);
        assert_eq!(minutes("0 0 31 * *"), 61 * day);
        assert_eq!(minutes("0 0 29 2 *"), 1461 * day);
    }

    #[test]
    fn the_shortest_pause_is_within_a_day_or_over_a_night() {
        let minutes = |text: &str| text.parse::<Cron>().unwrap().shortest_pause().as_secs() / 60;
        assert_eq!(minutes("* * * * *"), 1);
        assert_eq!(minutes("3-59/10 * * * *"), 10);
        assert_eq!(minutes("0 1,23 * * *"), 2 * 60);
        assert_eq!(minutes("30 6 * * 1-5"), 24 * 60);
    }

    #[test]
    fn invalid_fields_of_a_schedule_are_refused_by_name() {
        assert_eq!(refusal("60 * * * *"), "has 60 as its minute, which goes from 0 to 59");
        assert_eq!(refusal("0 0 0 * *"), "has 0 as its day of the month, which goes from 1 to 31");
        assert_eq!(refusal("0 0 * jan *"), "has `jan` in its month, where a number should be");
        assert_eq!(refusal("0 20-4 * * *"), "has a range that runs backward in its hour: 20-4");
        assert_eq!(refusal("*/0 * * * *"), "has a step of 0 in its minute: */0");
        assert_eq!(refusal("5/10 * * * *"), "has a step without a range in its minute: 5/10");
        assert_eq!(refusal("+5 * * * *"), "has `+5` in its minute, where a number should be");
        assert_eq!(refusal("1, * * * *"), "has `` in its minute, where a number should be");
        assert!(refusal("@hourly").starts_with("has 1 fields"));
        assert!(refusal("0 * * * * *").starts_with("has 6 fields"));
    }

    #[test]
    fn ambiguous_schedules_are_refused() {
        assert!(refusal("0 0 1 * 1").starts_with("names a day of the month and a day of the week"));
        assert_eq!(refusal("0 0 * * 7"), "has 7 as its day of the week, which goes from 0 to 6");
    }

    #[test]
    fn a_day_that_never_comes_is_refused() {
        assert_eq!(refusal("0 0 30 2 *"), "names a day that no month of it has");
        assert_eq!(refusal("0 0 31 4,6 *"), "names a day that no month of it has");
        assert!("0 0 29 2 *".parse::<Cron>().is_ok());
        assert!("0 0 31 4,5 *".parse::<Cron>().is_ok());
    }
}
