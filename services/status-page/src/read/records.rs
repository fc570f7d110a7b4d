//! Records of pipelines: latest values, and series of numeric fields.

use std::collections::{BTreeMap, BTreeSet};

use history::{ColumnKind, Dataset, Query, Row, Series};
use jiff::{SignedDuration, Timestamp};
use record::{Schema, Type};

use super::{Description, LATEST, Reader};
use crate::chart::{ChartPoint, Line, spacing};
use crate::view::{Catalogue, Field, FieldPage, Latest, Measurement, MeasurementPage, Range};

/// Points per line, in one of many charts and in a single one.
const FEW_POINTS: u32 = 100;
const MANY_POINTS: u32 = 300;
/// Longest forecast.
const FORESEEABLE: SignedDuration = SignedDuration::from_hours(16 * 24);
/// Lead beyond which a record is a forecast, not the result of a fast clock.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// Resolution and range of series.
#[derive(Clone, Copy)]
struct Extent {
    range: Range,
    now: Timestamp,
    until: Timestamp,
    points: u32,
}

impl Reader {
    /// Reads the list of measurements and tables.
    pub async fn catalogue(&self, now: Timestamp) -> Catalogue {
        let mut problems = Vec::new();
        let datasets = self.or_report(self.history.datasets().await, &mut problems);
        Catalogue { at: now, datasets, problems }
    }

    /// Reads a measurement or table; `None` if there is none with this name.
    pub async fn measurement(&self, name: &str, range: Range, now: Timestamp) -> Option<MeasurementPage> {
        let mut problems = Vec::new();
        let dataset = self.dataset(name, &mut problems).await?;
        let schema = self.schema(name, &mut problems).await;
        let measurement = self.read(&dataset, schema.as_ref(), range, now, &mut problems).await;
        Some(MeasurementPage { at: now, range, measurement, problems })
    }

    /// Reads a numeric field; `None` if there is none with this name.
    pub async fn field(&self, name: &str, field: &str, range: Range, now: Timestamp) -> Option<FieldPage> {
        let mut problems = Vec::new();
        let dataset = self.dataset(name, &mut problems).await?;
        let schema = self.schema(name, &mut problems).await;
        let names: Vec<_> =
            numeric(&dataset, schema.as_ref()).into_iter().filter(|name| *name == field).collect();
        let latest = self.latest(&dataset, now, &mut problems).await;
        let until = self.end(&dataset, now, &mut problems).await;
        let extent = Extent { range, now, until, points: MANY_POINTS };
        let fields = self.fields(&dataset, schema.as_ref(), &names, &latest, extent, &mut problems).await;
        // The spacing comes from all fields, since some are often absent.
        let spacing = spacing(fields.iter().flat_map(|field| &field.lines));
        let field = fields.into_iter().find(|read| read.name == field)?;
        Some(FieldPage { at: now, measurement: name.to_owned(), range, until, spacing, field, problems })
    }

    /// Reads the measurements of a program.
    pub(super) async fn measurements(
        &self,
        description: &Description,
        range: Range,
        now: Timestamp,
        problems: &mut Vec<String>,
    ) -> Vec<Measurement> {
        let names = description.stores();
        if names.is_empty() {
            return Vec::new();
        }
        let mut measurements = Vec::new();
        for dataset in self.or_report(self.history.datasets().await, problems) {
            if names.contains(&dataset.name.as_str()) {
                let schema = description.schema(&dataset.name);
                measurements.push(self.read(&dataset, schema, range, now, problems).await);
            }
        }
        measurements
    }

    async fn read(
        &self,
        dataset: &Dataset,
        schema: Option<&Schema>,
        range: Range,
        now: Timestamp,
        problems: &mut Vec<String>,
    ) -> Measurement {
        let latest = self.latest(dataset, now, problems).await;
        let until = self.end(dataset, now, problems).await;
        let names = numeric(dataset, schema);
        let extent = Extent { range, now, until, points: FEW_POINTS };
        let fields = self.fields(dataset, schema, &names, &latest, extent, problems).await;
        let description = schema.map(|schema| schema.description.to_string()).unwrap_or_default();
        let spacing = spacing(fields.iter().flat_map(|field| &field.lines));
        Measurement { name: dataset.name.clone(), description, until, spacing, latest, fields }
    }

    async fn fields(
        &self,
        dataset: &Dataset,
        schema: Option<&Schema>,
        names: &[&str],
        latest: &[Latest],
        extent: Extent,
        problems: &mut Vec<String>,
    ) -> Vec<Field> {
        let query = Query {
            fields: names.iter().map(|name| (*name).to_owned()).collect(),
            tags: BTreeMap::new(),
            since: extent.now.checked_sub(extent.range.length()).unwrap_or(Timestamp::MIN),
            until: extent.until.checked_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX),
            max_points: extent.points,
        };
        let series = self.or_report(self.history.series(dataset, &query).await, problems);
        let distinguishing = distinguishing(series.iter().map(|series| &series.tags));
        names.iter().map(|name| field(name, schema, &series, latest, &distinguishing)).collect()
    }

    /// Reads the latest record of each series that is not in the future, by the name of the series.
    async fn latest(&self, dataset: &Dataset, now: Timestamp, problems: &mut Vec<String>) -> Vec<Latest> {
        let rows = self.or_report(self.history.latest(dataset, now, LATEST).await, problems);
        let mut latest: Vec<_> = rows.into_iter().map(|row| record(dataset, row)).collect();
        let distinguishing = distinguishing(latest.iter().map(|latest| &latest.tags));
        for record in &mut latest {
            record.label = label(&record.tags, &distinguishing);
        }
        latest.sort_by(|one, other| one.label.cmp(&other.label));
        latest
    }

    /// End of the charts of a measurement: now, or its latest time.
    async fn end(&self, dataset: &Dataset, now: Timestamp, problems: &mut Vec<String>) -> Timestamp {
        let latest = now.checked_add(FORESEEABLE).unwrap_or(now);
        let newest = self.or_report(self.history.latest(dataset, latest, 1).await, problems);
        let newest = newest.into_iter().next().and_then(|row| record(dataset, row).at);
        newest.filter(|at| at.duration_since(now) > AHEAD).unwrap_or(now)
    }

    async fn dataset(&self, name: &str, problems: &mut Vec<String>) -> Option<Dataset> {
        self.or_report(self.history.datasets().await, problems)
            .into_iter()
            .find(|dataset| dataset.name == name)
    }

    async fn schema(&self, name: &str, problems: &mut Vec<String>) -> Option<Schema> {
        self.descriptions(problems).await.iter().find_map(|program| program.schema(name)).cloned()
    }
}

/// Numeric fields, in the order of the schema if there is one.
fn numeric<'a>(dataset: &'a Dataset, schema: Option<&Schema>) -> Vec<&'a str> {
    let place =
        |name: &str| schema.and_then(|schema| schema.columns.iter().position(|column| column.name == name));
    let is_boolean = |name: &str| {
        let column = schema.and_then(|schema| schema.column(name));
        column.is_some_and(|column| column.value_type == Type::Boolean)
    };
    let numbers = dataset.fields.iter().filter(|field| field.kind == ColumnKind::Number);
    let mut names: Vec<_> =
        numbers.map(|field| field.name.as_str()).filter(|name| !is_boolean(name)).collect();
    names.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
    names
}

fn field(
    name: &str,
    schema: Option<&Schema>,
    series: &[Series],
    latest: &[Latest],
    distinguishing: &BTreeSet<String>,
) -> Field {
    let column = schema.and_then(|schema| schema.column(name));
    let lines = series.iter().filter(|series| series.field == name).map(|series| {
        let own = latest.iter().find(|latest| latest.tags == series.tags);
        let last = own.and_then(|latest| latest.values.get(name)?.as_f64());
        let points: Vec<_> = series.points.iter().map(point).collect();
        let last = last.or_else(|| points.last().map(|point| point.value));
        Line { label: label(&series.tags, distinguishing), points, last }
    });
    Field {
        name: name.to_owned(),
        description: column.map(|column| column.description.to_string()).unwrap_or_default(),
        unit: column.and_then(|column| column.unit.as_ref()).map(ToString::to_string),
        lines: lines.collect(),
    }
}

fn point(point: &history::Point) -> ChartPoint {
    ChartPoint { at: point.time, value: point.mean, low: point.min, high: point.max }
}

/// Splits a row into tags and values.
fn record(dataset: &Dataset, row: Row) -> Latest {
    let at = dataset.time.as_ref().and_then(|time| row.get(time)?.as_str()?.parse().ok());
    let (mut tags, mut values) = (BTreeMap::new(), Row::new());
    for (name, value) in row {
        if dataset.tags.contains(&name) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if !text.is_empty() {
                tags.insert(name, text);
            }
        } else if dataset.time.as_deref() != Some(name.as_str()) {
            values.insert(name, value);
        }
    }
    Latest { at, label: String::new(), tags, values }
}

/// Tags that differ between series.
fn distinguishing<'a>(all: impl Iterator<Item = &'a BTreeMap<String, String>>) -> BTreeSet<String> {
    let mut values: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    let all: Vec<_> = all.collect();
    for name in all.iter().flat_map(|tags| tags.keys()) {
        values.entry(name).or_default();
    }
    for tags in &all {
        for (name, seen) in &mut values {
            seen.insert(tags.get(*name).map(String::as_str));
        }
    }
    values.into_iter().filter(|(_, seen)| seen.len() > 1).map(|(name, _)| name.to_owned()).collect()
}

/// Name of a series: the values of its distinguishing tags, or of all tags if there is only one series.
fn label(tags: &BTreeMap<String, String>, distinguishing: &BTreeSet<String>) -> String {
    let distinguishes = |name: &str| distinguishing.is_empty() || distinguishing.contains(name);
    tags.iter()
        .filter(|(name, _)| distinguishes(name))
        .map(|(_, value)| value.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_series_is_named_by_its_distinguishing_tags() {
        let all = [
            tags(&[("api", "current"), ("city", "London")]),
            tags(&[("api", "current"), ("city", "Seattle")]),
        ];
        let distinguishing = distinguishing(all.iter());
        assert_eq!(all.each_ref().map(|tags| label(tags, &distinguishing)), ["London", "Seattle"]);
    }

    #[test]
    fn a_tag_that_some_series_lack_distinguishes_them() {
        let all = [tags(&[("host", "a")]), tags(&[])];
        assert_eq!(distinguishing(all.iter()), BTreeSet::from(["host".to_owned()]));
    }

    #[test]
    fn the_only_series_is_called_by_all_its_tags() {
        let all = [tags(&[("city", "London")])];
        assert_eq!(label(&all[0], &distinguishing(all.iter())), "London");
    }
}
