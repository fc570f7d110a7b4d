//! Schedules as calendar events of systemd.

use crate::generate::cron::{Cron, Field};
use crate::generate::model::Schedule;

/// Names of weekdays in systemd, by their number in cron.
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// The calendar event of a schedule, as `OnCalendar=` takes it. Source:
/// <https://www.freedesktop.org/software/systemd/man/latest/systemd.time.html#Calendar%20Events>.
pub(super) fn event(schedule: &Schedule) -> String {
    let Cron { minute, hour, day, month, weekday } = &schedule.cron;
    let days = weekdays(weekday).map(|days| format!("{days} ")).unwrap_or_default();
    let (month, day) = (numbers(month, 1), numbers(day, 1));
    let (hour, minute) = (numbers(hour, 0), numbers(minute, 0));
    // A machine without the time zone database knows UTC all the same.
    let zone = schedule.time_zone.strip_prefix("Etc/").filter(|zone| *zone == "UTC");
    format!("{days}*-{month}-{day} {hour}:{minute}:00 {}", zone.unwrap_or(&schedule.time_zone))
}

/// The same field with the words of systemd: a range has two dots, and a step needs a first value.
fn numbers(field: &Field, least: u8) -> String {
    let part = |part: &str| match part.split_once('/') {
        Some(("*", step)) => format!("{least}/{step}"),
        Some((span, step)) => format!("{}/{step}", span.replace('-', "..")),
        None => part.replace('-', ".."),
    };
    field.text.split(',').map(part).collect::<Vec<_>>().join(",")
}

/// The days by name; nothing where every day is one.
fn weekdays(field: &Field) -> Option<String> {
    let names = field.values.iter().filter_map(|day| WEEKDAYS.get(usize::from(*day)).copied());
    match field.values.iter().copied().collect::<Vec<_>>().as_slice() {
        [] | [0, 1, 2, 3, 4, 5, 6] => None,
        [1, 2, 3, 4, 5] => Some("Mon..Fri".to_owned()),
        _ => Some(names.collect::<Vec<_>>().join(",")),
    }
}

#[cfg(test)]
mod tests {

    use jiff::civil::{DateTime, date};
    use jiff::{ToSpan as _, Unit};
    use testkit::Requirement;

    use super::*;

    fn of(cron: &str) -> String {
        event(&Schedule { cron: cron.parse().unwrap(), time_zone: "Etc/UTC".to_owned(), deadline_seconds: 1 })
    }

    #[test]
    fn fields_become_the_parts_of_a_date() {
        assert_eq!(of("3-59/10 * * * *"), "*-*-* *:3..59/10:00 UTC");
        assert_eq!(of("17 */3 * * *"), "*-*-* 0/3:17:00 UTC");
        assert_eq!(of("0 8,9,20-22 1 */2 *"), "*-1/2-1 8,9,20..22:0:00 UTC");
        assert_eq!(of("30 6 * * 1-5"), "Mon..Fri *-*-* 6:30:00 UTC");
        assert_eq!(of("0 0 * * */2"), "Sun,Tue,Thu,Sat *-*-* 0:0:00 UTC");
        assert_eq!(of("0 0 * * 0-6"), "*-*-* 0:0:00 UTC");
    }

    #[test]
    fn a_time_zone_stays_unchanged() {
        let cron = "7 * * * *".parse().unwrap();
        let schedule = Schedule { cron, time_zone: "Europe/Berlin".to_owned(), deadline_seconds: 1 };
        assert_eq!(event(&schedule), "*-*-* *:7:00 Europe/Berlin");
    }

    /// Times of a schedule after the start of 2027, a Friday, from its own values.
    fn named(cron: &str, count: usize) -> Vec<DateTime> {
        let cron: Cron = cron.parse().unwrap();
        let minutes = date(2027, 1, 1).at(0, 0, 0, 0).series(1.minute());
        let is_in = |field: &Field, value: i8| field.values.contains(&u8::try_from(value).unwrap());
        let names = |time: &DateTime| {
            is_in(&cron.minute, time.minute())
                && is_in(&cron.hour, time.hour())
                && is_in(&cron.day, time.day())
                && is_in(&cron.month, time.month())
                && is_in(&cron.weekday, time.weekday().to_sunday_zero_offset())
        };
        minutes.filter(names).take(count).collect()
    }

    /// Times according to systemd.
    fn elapses(event: &str, count: usize) -> Vec<DateTime> {
        let mut command = Requirement::SystemdAnalyze.command().unwrap();
        command.args([
            "calendar",
            "--base-time=2026-12-31 23:59:59 UTC",
            &format!("--iterations={count}"),
            event,
        ]);
        let output = command.env("TZ", "UTC").env("LC_ALL", "C").output().unwrap();
        assert!(output.status.success(), "{event}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().filter(|line| line.contains("Next elapse") || line.contains("Iter. #"));
        let words = lines.map(|line| line.split_whitespace().rev().take(3).collect::<Vec<_>>());
        // A day of the week, the date, the time, the zone.
        words.map(|words| format!("{}T{}", words[2], words[1]).parse().unwrap()).collect()
    }

    #[test]
    fn systemd_names_the_minutes_that_the_schedule_names() {
        let Some(_) = testkit::require(Requirement::SystemdAnalyze.find()) else { return };
        for cron in [
            "3-59/10 * * * *",
            "17 */3 * * *",
            "0 8,9,20-22 1 */2 *",
            "30 6 * * 1-5",
            "0 0 * * */2",
            "5 4 29 2-12/5 *",
            "*/7 0 31 * *",
        ] {
            let named = named(cron, 12);
            assert_eq!(elapses(&of(cron), 12), named, "{cron} as {}", of(cron));
            assert!(named.iter().all(|time| time.round(Unit::Minute).unwrap() == *time));
        }
    }
}
