//! Schedules as `EventBridge` writes them. Source:
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based>.

use crate::generate::cron::{Cron, Field};

const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The schedule with a sixth field for the year, days of the week by name, and a question mark for the day that the
/// other field decides.
pub(super) fn expression(cron: &Cron) -> String {
    let number = |value: u8| value.to_string();
    let (day, weekday) = if cron.weekday.is_any() {
        (field(&cron.day, number), "?".to_owned())
    } else {
        let name = |value: u8| WEEKDAYS.get(usize::from(value)).copied().unwrap_or_default().to_owned();
        ("?".to_owned(), field(&cron.weekday, name))
    };
    let [minute, hour, month] = [&cron.minute, &cron.hour, &cron.month].map(|it| field(it, number));
    format!("cron({minute} {hour} {day} {month} {weekday} *)")
}

/// All values one by one: steps within a range are something else to `EventBridge` than to cron.
fn field(field: &Field, name: impl Fn(u8) -> String) -> String {
    if field.is_any() {
        return "*".to_owned();
    }
    field.values.iter().map(|value| name(*value)).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_written_as_eventbridge_reads_them() {
        for (cron, expected) in [
            ("7 * * * *", "cron(7 * * * ? *)"),
            ("3-59/20 */6 * * *", "cron(3,23,43 0,6,12,18 * * ? *)"),
            ("30 6 * * 1-5", "cron(30 6 ? * MON,TUE,WED,THU,FRI *)"),
            ("0 0 * * 0,6", "cron(0 0 ? * SUN,SAT *)"),
            ("0 0 1 1,7 *", "cron(0 0 1 1,7 ? *)"),
        ] {
            assert_eq!(expression(&cron.parse().unwrap()), expected, "{cron}");
        }
    }
}
