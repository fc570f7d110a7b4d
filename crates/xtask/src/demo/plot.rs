//! A small picture of what arrived: one curve for each series.

use jiff::Timestamp;

use super::manifest::Plot;
use super::program::Program;
use super::screen::Screen;
use super::store::{Selection, Store};

/// The time of a measurement that is made as the program runs.
const TIME: &str = "time";
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Columns of a curve.
const WIDTH: usize = 40;
/// Columns of a name.
const NAME_WIDTH: usize = 14;
/// Series that are drawn; more would fill the screen.
const MOST_SERIES: usize = 4;

/// Contents of a plot, from the program's description or its manifest.
struct Drawn<'a> {
    measurement: &'a str,
    time: &'a str,
    unit: &'a str,
    what: &'a str,
}

/// The curves of a program, below a heading; nothing where its manifest asks for none.
pub(super) fn lines(screen: &Screen, store: &Store, program: &Program) -> Result<Vec<String>, String> {
    let Some(plot) = &program.demo.plot else { return Ok(Vec::new()) };
    let Plot { field, by, .. } = plot;
    let Drawn { measurement, time, unit, what } = drawn(plot, program)?;
    let selection = Selection { measurement, time, field, by: by.as_deref() };
    let series = store.series(&selection).map_err(|error| format!("{}: {error}", program.name))?;
    let name = format!("{measurement}.{field}");
    let span =
        series.span.as_ref().map_or_else(String::new, |(first, last)| joined(&hour(first), &hour(last)));
    let mut lines = vec![format!("\n{}, {span} ({})", screen.bold(what), screen.dim(&name))];
    for (name, values) in series.values.iter().take(MOST_SERIES) {
        lines.push(line(screen, name, values, unit));
    }
    if series.values.len() > MOST_SERIES {
        lines.push(screen.dim(&format!("  and {} more", series.values.len() - MOST_SERIES)));
    }
    Ok(lines)
}

fn drawn<'a>(plot: &'a Plot, program: &'a Program) -> Result<Drawn<'a>, String> {
    if let Some(measurement) = &plot.measurement {
        let what = plot.title.as_deref().unwrap_or(&plot.field);
        return Ok(Drawn { measurement, time: TIME, unit: plot.unit.as_deref().unwrap_or_default(), what });
    }
    let no_field = || format!("{}: no measurement has the field `{}` to plot", program.name, plot.field);
    let (record, column) = program.description.field(&plot.field).ok_or_else(no_field)?;
    let time = record.time().ok_or_else(no_field)?.name.as_str();
    let unit = column.unit.as_deref().unwrap_or_default();
    let what = first_sentence(&column.description);
    Ok(Drawn { measurement: &record.name, time, unit, what })
}

/// The first sentence of a description, which says what it is; the others say more.
fn first_sentence(description: &str) -> &str {
    description.split_once(". ").map_or(description, |(first, _)| first).trim_end_matches('.')
}

/// A time of the store, short, in UTC.
fn hour(time: &str) -> String {
    let time = time.parse::<Timestamp>();
    time.map_or_else(|_| String::new(), |time| time.strftime("%-d %b %H:%M").to_string())
}

fn line(screen: &Screen, name: &str, values: &[f64], unit: &str) -> String {
    let (low, high) = range(values);
    let name: String = name.chars().take(NAME_WIDTH).collect();
    let curve = format!("{:<WIDTH$}", curve(values));
    let range = joined(&format!("{low:.1}"), &format!("{high:.1}"));
    format!("  {name:<NAME_WIDTH$}  {}  {range} {unit}", screen.curve(&curve)).trim_end().to_owned()
}

/// A range, or a single value if both ends are equal.
fn joined(first: &str, last: &str) -> String {
    if first == last { first.to_owned() } else { format!("{first} to {last}") }
}

/// One bar for each value, or for the mean of several where there are more than columns.
fn curve(values: &[f64]) -> String {
    let columns = values.len().min(WIDTH);
    let edge = |column: usize| column * values.len() / columns.max(1);
    let part = |column| values.get(edge(column)..edge(column + 1)).unwrap_or_default();
    let means: Vec<f64> = (0..columns).map(|column| mean(part(column))).collect();
    let (low, high) = range(&means);
    means.iter().map(|value| bar((value - low) / (high - low))).collect()
}

/// The bar for a height from 0 to 1. Equal values have no height (NaN), and the lowest bar.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 7, and a cast saturates")]
fn bar(height: f64) -> char {
    let step = (height * 7.0).round() as usize;
    BARS.get(step).copied().unwrap_or('█')
}

#[expect(clippy::cast_precision_loss, reason = "a part has few values")]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn range(values: &[f64]) -> (f64, f64) {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    values.iter().fold(start, |(low, high), value| (low.min(*value), high.max(*value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_reaches_from_the_lowest_to_the_highest() {
        assert_eq!(curve(&[1.0, 2.0, 3.0, 8.0]), "▁▂▃█");
        assert_eq!(curve(&[5.0, 5.0]), "▁▁");
        assert_eq!(curve(&[]), "");
    }

    #[test]
    fn more_values_than_columns_are_averaged() {
        let values: Vec<f64> = (0..156).map(f64::from).collect();
        let curve = curve(&values);
        assert_eq!(curve.chars().count(), WIDTH);
        assert!(curve.starts_with('▁') && curve.ends_with('█'));
    }

    #[test]
    fn the_heading_is_the_first_sentence() {
        assert_eq!(first_sentence("Carbon dioxide. Fresh air has some 420 ppm."), "Carbon dioxide");
        assert_eq!(first_sentence("Level."), "Level");
    }

    #[test]
    fn a_line_fits_the_terminal() {
        let line = line(&Screen::plain(), "Llanfairpwllgwyngyll", &[-12.34, 45.6], "µg/m³");
        assert!(
            line.starts_with("  Llanfairpwllgw  ▁█ ") && line.ends_with("  -12.3 to 45.6 µg/m³"),
            "{line}"
        );
        assert!(line.chars().count() <= 80);
    }
}
