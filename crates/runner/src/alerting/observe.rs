//! Observations of thresholds, from the records of a run.

use std::collections::BTreeMap;

use alert_engine::{
    Field, FieldKind, FieldValue, Links, Observation, Occurred, Reading, Thresholds, Verdict,
};
use record::{Batch, Column, Role, Schema, Timestamp, Type, Value};

/// The fields of records that a threshold may be on.
pub(crate) fn fields<'a>(records: &[&'a Schema]) -> Vec<Field<'a>> {
    let of_a_record = |schema: &&'a Schema| {
        let tags: Vec<_> =
            schema.columns.iter().filter(|column| is_tag(column)).map(|column| &*column.name).collect();
        let field = move |column: &'a Column| {
            let (kind, is_event) = (kind(column)?, schema.event);
            Some(Field { name: &column.name, kind, tags: tags.clone(), is_event })
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

/// The program and run that a batch comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchOrigin<'a> {
    pub(crate) program: &'a str,
    pub(crate) run: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) links: &'a Links,
}

/// Observations of a batch, oldest first. Of readings in the future, the worst counts as one reading of the present:
/// people want to know that it will freeze, not that it is warm again at the end of the forecast. Events are all kept.
pub(crate) fn batch(thresholds: &Thresholds, batch: &Batch<'_>, origin: BatchOrigin<'_>) -> Vec<Observation> {
    let mut past = Vec::new();
    let mut future = BTreeMap::<String, Observation>::new();
    for row in (0..if thresholds.is_empty() { 0 } else { batch.len() }).map(|row| Row::new(batch, row)) {
        let at = row.time.unwrap_or(origin.now);
        for observation in row.observations(thresholds, at, origin) {
            if at <= origin.now || observation.occurrence.is_some() {
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
    past.into_iter().chain(future.into_values().map(|expected| now(expected, origin.now))).collect()
}

fn now(expected: Observation, now: Timestamp) -> Observation {
    let mut text = expected.text;
    text.detail.push_str(&expected.at.strftime(", expected for %Y-%m-%d %H:%M UTC").to_string());
    Observation { text, at: now, began: now, ..expected }
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
    labels: BTreeMap<String, String>,
}

impl<'a> Row<'a> {
    fn new(batch: &'a Batch<'a>, row: usize) -> Self {
        let mut time = None;
        let (mut tags, mut labels) = (BTreeMap::new(), BTreeMap::new());
        for (column, value) in batch.cells(row) {
            match value {
                Value::Timestamp(at) if column.role == Role::Time => time = Some(at),
                Value::Text(text) if is_tag(column) => {
                    tags.insert(column.name.to_string(), text.to_owned());
                }
                Value::Integer(number) if is_tag(column) => {
                    tags.insert(column.name.to_string(), number.to_string());
                }
                value if column.label => {
                    labels.extend(text(value).map(|text| (column.name.to_string(), text)));
                }
                _ => {}
            }
        }
        Self { batch, row, time, tags, labels }
    }

    /// Identity of the row, where it is an event.
    fn occurrence(&self, noticed: Timestamp) -> Option<Occurred> {
        if !self.batch.schema().event {
            return None;
        }
        let identity = self.batch.cells(self.row).filter(|(column, _)| column.role != Role::Field);
        let identity =
            identity.filter_map(|(column, value)| Some(format!("{}={}", column.name, text(value)?)));
        Some(Occurred { identity: identity.collect::<Vec<_>>().join(","), noticed })
    }

    fn observations(
        &self,
        thresholds: &Thresholds,
        at: Timestamp,
        origin: BatchOrigin<'_>,
    ) -> Vec<Observation> {
        let record = &*self.batch.schema().name;
        let occurrence = self.occurrence(origin.now);
        let fields = self.batch.cells(self.row).filter(|(column, _)| column.role == Role::Field);
        let readings = fields.filter_map(|(column, value)| {
            let reading = Reading {
                program: origin.program,
                run: origin.run,
                record,
                field: &column.name,
                unit: column.unit.as_deref(),
                tags: &self.tags,
                labels: &self.labels,
                at,
                value: field_value(value)?,
                occurrence: occurrence.as_ref(),
            };
            Some(thresholds.observe(&reading, origin.links))
        });
        readings.flatten().collect()
    }
}

/// Whether the column identifies a series. A key that is a time is a point of a series.
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
fn field_value(value: Value<'_>) -> Option<FieldValue<'_>> {
    match value {
        Value::Float(number) => number.is_finite().then_some(FieldValue::Number(number)),
        Value::Integer(number) => Some(FieldValue::Number(number as f64)),
        Value::Decimal(number) => number.to_string().parse().ok().map(FieldValue::Number),
        Value::Boolean(yes) => Some(FieldValue::Boolean(yes)),
        Value::Text(text) => Some(FieldValue::Text(text)),
        Value::Null | Value::Timestamp(_) | Value::Date(_) | Value::Json(_) => None,
    }
}

/// A value as text, for identities and labels.
fn text(value: Value<'_>) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) => text.to_owned(),
        Value::Float(number) => number.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(yes) => yes.to_string(),
        Value::Timestamp(time) => time.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Json(document) => document.to_string(),
    })
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
        let origin = BatchOrigin { program: "p", run: "r", now: at(100), links: &Links::default() };
        let seen = batch(&thresholds, &Batch::of(&records), origin);
        seen.into_iter().map(|seen| (seen.at.as_second() / 60, seen.verdict, seen.text.detail)).collect()
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
    fn the_worst_value_of_a_forecast_counts_as_one_of_the_present() {
        let seen = observe(&[("ALERT_TEMP_BELOW", "0")], &[(160, 3.0), (220, -2.0), (280, -1.0), (340, 4.0)]);
        let detail = "temp is -2 °C, limit 0 °C, expected for 1970-01-01 03:40 UTC".to_owned();
        assert_eq!(seen, [(100, Verdict::Bad, detail)]);
    }

    #[test]
    fn texts_are_states_and_absent_values_are_nothing() {
        assert_eq!(observe(&[("ALERT_SKY_IS", "clear")], &[(10, f64::NAN)]).len(), 1);
        assert_eq!(observe(&[("ALERT_TEMP_ABOVE", "0")], &[(10, f64::NAN)]), []);
        assert_eq!(observe(&[], &[(10, 1.0)]), []);
    }

    /// Earthquakes.
    #[derive(Record)]
    #[record(table = "quakes", event)]
    struct Quake {
        #[record(key)]
        id: String,
        /// Place.
        #[record(label)]
        place: Option<String>,
        /// Magnitude.
        magnitude: f64,
    }

    #[test]
    fn each_row_of_an_event_is_an_observation_of_its_own() {
        let mut source = Source::of([("ALERT_MAGNITUDE_ABOVE", "5")]);
        let thresholds = Thresholds::read(&mut source, &fields(&[Quake::schema()]), &[], None);
        let quake = |id: &str, magnitude| Quake { id: id.into(), place: Some("Honshu".into()), magnitude };
        let records = [quake("a", 6.0), quake("b", 4.0), quake("c", 7.5)];
        let origin = BatchOrigin { program: "usgs", run: "r", now: at(100), links: &Links::default() };
        let seen = batch(&thresholds, &Batch::of(&records), origin);
        let titles: Vec<_> = seen.iter().map(|seen| seen.text.title.as_str()).collect();
        let title = |id| format!("usgs: magnitude above 5 (id {id}, place Honshu)");
        assert_eq!(titles, [title("a"), title("c")]);
        assert!(seen.iter().all(|seen| seen.key == "usgs/quakes.magnitude/above"));
        let identities: Vec<_> =
            seen.iter().filter_map(|seen| seen.occurrence.as_ref()).map(|event| &*event.identity).collect();
        assert_eq!(identities, ["id=a", "id=c"]);
    }
}
