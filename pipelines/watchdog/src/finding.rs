//! Alert for a program that is silent, or works again.

use std::time::Duration;

use record::Timestamp;
use runner::{Finding, Severity, Verdict};

use crate::transform::Watched;

/// Creates the finding of a program.
pub fn of(watched: &Watched, severity: Severity, now: Timestamp) -> Finding {
    let name = &watched.name;
    let (title, condition) = if watched.is_failing {
        (format!("{name} keeps failing"), "without success")
    } else {
        (format!("{name} is silent"), "silent")
    };
    let resolved_title = if watched.is_ignored {
        format!("{name} is no longer watched")
    } else {
        format!("{name} works again")
    };
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
    Finding {
        rule: "silent",
        subject: [("pipeline".to_owned(), name.clone())].into(),
        verdict: if watched.silent_since.is_some() { Verdict::Bad } else { Verdict::Good },
        since: watched.silent_since.unwrap_or(now),
        severity,
        concern: None,
        title,
        resolved_title,
        detail: detail(watched),
        condition: condition.to_owned(),
        value: seconds(watched.age(now)),
        limit: seconds(watched.longest()),
        unit: Some("s".to_owned()),
    }
}

/// Details of its last runs, a line each.
fn detail(watched: &Watched) -> String {
    let success = match watched.last_success {
        Some(success) => format!("last success {}", success.strftime("%Y-%m-%d %H:%M UTC")),
        None => "no successful run is known".to_owned(),
    };
    let usual = watched.period.map(|period| format!(", usually every {}", format_period(period)));
    let error = watched.last_run.as_ref().and_then(|run| run.error.as_deref());
    let error = error.map(|error| format!("\nlast error: {error}"));
    [success, usual.unwrap_or_default(), error.unwrap_or_default()].concat()
}

/// Formats a period in the largest unit with an error below a tenth: `90 s`, `15 min`, `6 h`, `7 d`.
fn format_period(period: Duration) -> String {
    let seconds = period.as_secs_f64();
    let (size, unit) = match seconds {
        ..120.0 => (1.0, "s"),
        ..7_200.0 => (60.0, "min"),
        ..172_800.0 => (3_600.0, "h"),
        _ => (86_400.0, "d"),
    };
    format!("{:.0} {unit}", seconds / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_formatted_in_natural_units() {
        let period = |seconds| format_period(Duration::from_secs(seconds));
        assert_eq!(
            [period(60), period(900), period(21_600), period(604_800)],
            ["60 s", "15 min", "6 h", "7 d"]
        );
    }
}
