//! What the records of a run show of the thresholds on their fields.

use std::collections::BTreeMap;

use alert_engine::{Field, FieldKind, Links, Observation, Reading, Seen, Thresholds, Verdict};
use record::{Batch, Column, Role, Schema, Timestamp, Type, Value};

/// The fields of records that a threshold may be on.
pub(crate) fn fields<'a>(records: &[&'a Schema]) -> Vec<Field<'a>> {
    let of_a_record = |schema: &&'a Schema| {
        let tags: Vec<_> =
            schema.columns.iter().filter(|column| is_tag(column)).map(|column| &*column.name).collect();
        let field = move |column: &'a Column| {
            Some(Field { name: &column.name, kind: kind(column)?, tags: tags.clone() })
        };
        schema
            .columns
            .iter()
            .filter(|column| column.role == Role::Field)
            .filter_map(field)
            .collect::<Vec<_>>()
    };
    records.iter().flat_map(of_a_record).collect()
}

/// Who looks at a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Looking<'a> {
    pub(crate) program: &'a str,
    pub(crate) run: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) links: &'a Links,
}

/// What a batch shows, oldest first. Of what a source says of the future, the worst is one reading of the present:
/// people want to know that it will freeze, not that it is warm again at the end of the forecast.
pub(crate) fn batch(thresholds: &Thresholds, batch: &Batch<'_>, looking: Looking<'_>) -> Vec<Observation> {
    let mut past = Vec::new();
    let mut future = BTreeMap::<String, Observation>::new();
    for row in (0..if thresholds.is_empty() { 0 } else { batch.len() }).map(|row| Row::new(batch, row)) {
        let at = row.time.unwrap_or(looking.now);
        for observation in row.observations(thresholds, at, looking) {
            if at <= looking.now {
                past.push(observation);
                continue;
            }
            let is_worse = |known: &Observation| weight(observation.verdict) > weight(known.verdict);
            if future.get(&observation.key).is_none_or(is_worse) {
                future.insert(observation.key.clone(), observation);
            }
        }
    }
    past.sort_by_key(|observation| observation.at);
    past.into_iter().chain(future.into_values().map(|expected| now(expected, looking.now))).collect()
}

fn now(expected: Observation, now: Timestamp) -> Observation {
    let mut words = expected.words;
    words.detail.push_str(&expected.at.strftime(", expected for %Y-%m-%d %H:%M UTC").to_string());
    Observation { words, at: now, began: now, ..expected }
}

fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Good => 0,
        Verdict::Between => 1,
        Verdict::Bad => 2,
    }
}

struct Row<'a> {
    batch: &'a Batch<'a>,
    row: usize,
    time: Option<Timestamp>,
    tags: BTreeMap<String, String>,
}

impl<'a> Row<'a> {
    fn new(batch: &'a Batch<'a>, row: usize) -> Self {
        let mut time = None;
        let mut tags = BTreeMap::new();
        for (column, value) in batch.cells(row) {
            match value {
                Value::Timestamp(at) if column.role == Role::Time => time = Some(at),
                Value::Text(text) if is_tag(column) => {
                    tags.insert(column.name.to_string(), text.to_owned());
                }
                Value::Integer(number) if is_tag(column) => {
                    tags.insert(column.name.to_string(), number.to_string());
                }
                _ => {}
            }
        }
        Self { batch, row, time, tags }
    }

    fn observations(&self, thresholds: &Thresholds, at: Timestamp, looking: Looking<'_>) -> Vec<Observation> {
        let record = &*self.batch.schema().name;
        let fields = self.batch.cells(self.row).filter(|(column, _)| column.role == Role::Field);
        let readings = fields.filter_map(|(column, value)| {
            let reading = Reading {
                program: looking.program,
                run: looking.run,
                record,
                field: &column.name,
                unit: column.unit.as_deref(),
                tags: &self.tags,
                at,
                value: seen(value)?,
            };
            Some(thresholds.observe(&reading, looking.links))
        });
        readings.flatten().collect()
    }
}

/// What tells one series from another. A key that is a time is a point of a series.
fn is_tag(column: &Column) -> bool {
    let is_name = matches!(column.value_type, Type::Text | Type::Integer);
    is_name && matches!(column.role, Role::Tag | Role::Partition | Role::Key)
}

fn kind(column: &Column) -> Option<FieldKind> {
    match column.value_type {
        Type::Float | Type::Integer | Type::Decimal => Some(FieldKind::Number),
        Type::Boolean | Type::Text => Some(FieldKind::State),
        Type::Timestamp | Type::Date | Type::Json => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count beyond 2^53 is beyond its limit as well")]
fn seen(value: Value<'_>) -> Option<Seen<'_>> {
    match value {
        Value::Float(number) => number.is_finite().then_some(Seen::Number(number)),
        Value::Integer(number) => Some(Seen::Number(number as f64)),
        Value::Decimal(number) => number.to_string().parse().ok().map(Seen::Number),
        Value::Boolean(yes) => Some(Seen::Truth(yes)),
        Value::Text(text) => Some(Seen::Text(text)),
        Value::Null | Value::Timestamp(_) | Value::Date(_) | Value::Json(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use record::Record;
    use settings::Source;

    use super::*;

    /// Weather.
    #[derive(Record)]
    #[record(measurement = "weather")]
    struct Weather {
        #[record(time)]
        at: Timestamp,
        #[record(tag)]
        city: String,
        /// Temperature.
        #[record(unit = "°C")]
        temp: f64,
        /// In a word.
        sky: Option<String>,
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn observe(variables: &[(&str, &str)], temps: &[(i64, f64)]) -> Vec<(i64, Verdict, String)> {
        let mut source = Source::of(variables.iter().copied());
        let thresholds = Thresholds::read(&mut source, &fields(&[Weather::schema()]), &[], None);
        source.finish().unwrap();
        let weather = |(minute, temp): &(i64, f64)| Weather {
            at: at(*minute),
            city: "Oslo".into(),
            temp: *temp,
            sky: Some("clear".into()),
        };
        let records: Vec<_> = temps.iter().map(weather).collect();
        let looking = Looking { program: "p", run: "r", now: at(100), links: &Links::default() };
        let seen = batch(&thresholds, &Batch::of(&records), looking);
        seen.into_iter().map(|seen| (seen.at.as_second() / 60, seen.verdict, seen.words.detail)).collect()
    }

    #[test]
    fn readings_come_in_the_order_of_their_time() {
        let seen = observe(&[("ALERT_TEMP_BELOW", "0")], &[(20, 1.0), (10, -1.0)]);
        assert_eq!(
            seen,
            [
                (10, Verdict::Bad, "temp is -1 °C, limit 0 °C".to_owned()),
                (20, Verdict::Good, "temp is 1 °C, limit 0 °C".to_owned())
            ]
        );
    }

    #[test]
    fn of_a_forecast_the_worst_counts_and_counts_now() {
        let seen = observe(&[("ALERT_TEMP_BELOW", "0")], &[(160, 3.0), (220, -2.0), (280, -1.0), (340, 4.0)]);
        let told = "temp is -2 °C, limit 0 °C, expected for 1970-01-01 03:40 UTC".to_owned();
        assert_eq!(seen, [(100, Verdict::Bad, told)]);
    }

    #[test]
    fn texts_are_states_and_absent_values_are_nothing() {
        assert_eq!(observe(&[("ALERT_SKY_IS", "clear")], &[(10, f64::NAN)]).len(), 1);
        assert_eq!(observe(&[("ALERT_TEMP_ABOVE", "0")], &[(10, f64::NAN)]), []);
        assert_eq!(observe(&[], &[(10, 1.0)]), []);
    }
}
