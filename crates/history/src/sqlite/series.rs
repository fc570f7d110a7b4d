//! Series, made in one pass over the rows in the order of their time.
//!
//! SQLite runs in this process, so rows need not be grouped by it: the index gives them in the order of time, and one
//! bucket at a time is added up as they come. That takes half as long as a `GROUP BY` over the text of a time.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ToSql};
use sink_sql::quoted;

use crate::row::time_text;
use crate::series::Collected;
use crate::{Dataset, Point, Query, Series};

/// The sums of one bucket of time, for each series there is.
struct Bucket {
    width: Duration,
    /// The time at which the next one begins, as the rows spell it.
    end: String,
    /// Which series have which tags.
    known: HashMap<Vec<u8>, usize>,
    tags: Vec<Vec<String>>,
    /// For each series, the sum of each field.
    sums: Vec<Vec<Option<Point>>>,
    collected: Collected,
}

pub(super) fn read(
    connection: &Connection,
    dataset: &Dataset,
    query: &Query,
) -> rusqlite::Result<Vec<Series>> {
    let time = dataset.time.as_deref().map(quoted).unwrap_or_default();
    let columns: Vec<_> = dataset.tags.iter().chain(&query.fields).map(|name| quoted(name)).collect();
    let (since, until) = (time_text(query.since), time_text(query.until));
    // The first two parameters are the bounds of the time.
    let filters = query.tags.keys().zip(3..).map(|(tag, place)| format!(" AND {} = ?{place}", quoted(tag)));
    let sql = format!(
        "SELECT {time}, {} FROM {} WHERE {time} >= ?1 AND {time} < ?2{} ORDER BY {time}",
        columns.join(", "),
        quoted(&dataset.name),
        filters.collect::<String>(),
    );
    let mut parameters: Vec<&dyn ToSql> = vec![&since, &until];
    parameters.extend(query.tags.values().map(|value| value as &dyn ToSql));

    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(parameters.as_slice())?;
    let mut bucket = Bucket::new(query.width());
    while let Some(row) = rows.next()? {
        bucket.add(row, dataset.tags.len(), query.fields.len())?;
    }
    bucket.close();
    Ok(bucket.collected.named(&query.fields, &dataset.tags))
}

impl Bucket {
    fn new(width: Duration) -> Self {
        Self {
            width,
            end: String::new(),
            known: HashMap::new(),
            tags: Vec::new(),
            sums: Vec::new(),
            collected: Collected::default(),
        }
    }

    fn add(&mut self, row: &rusqlite::Row<'_>, tags: usize, fields: usize) -> rusqlite::Result<()> {
        let text = row.get_ref(0)?.as_str().unwrap_or_default();
        if text >= self.end.as_str() {
            self.close();
            let Ok(time) = text.parse() else { return Ok(()) };
            self.end = time_text(end_of_bucket(time, self.width));
        }
        let series = self.series(row, tags, fields)?;
        for field in 0..fields {
            let value = match row.get_ref(1 + tags + field)? {
                ValueRef::Real(number) => number,
                #[expect(clippy::cast_precision_loss, reason = "a chart does not show the last digits")]
                ValueRef::Integer(number) => number as f64,
                _ => continue,
            };
            let Some(sum) = self.sums.get_mut(series).and_then(|sums| sums.get_mut(field)) else { continue };
            match sum {
                Some(sum) => {
                    // Holds the sum until the bucket is closed.
                    sum.mean += value;
                    sum.min = sum.min.min(value);
                    sum.max = sum.max.max(value);
                    sum.count += 1;
                }
                None => {
                    let Ok(time) = text.parse() else { continue };
                    *sum = Some(Point { time, mean: value, min: value, max: value, count: 1 });
                }
            }
        }
        Ok(())
    }

    /// Which series the row belongs to.
    fn series(&mut self, row: &rusqlite::Row<'_>, tags: usize, fields: usize) -> rusqlite::Result<usize> {
        let mut key = Vec::with_capacity(32);
        for tag in 0..tags {
            key.extend(row.get_ref(1 + tag)?.as_bytes().unwrap_or_default());
            // No text holds this byte.
            key.push(0xff);
        }
        if let Some(series) = self.known.get(&key) {
            return Ok(*series);
        }
        let text = |tag| row.get_ref(1 + tag).map(|value| value.as_str().unwrap_or_default().to_owned());
        self.tags.push((0..tags).map(text).collect::<rusqlite::Result<_>>()?);
        self.sums.push(vec![None; fields]);
        let series = self.known.len();
        self.known.insert(key, series);
        Ok(series)
    }

    /// Makes points of the sums, and begins anew.
    fn close(&mut self) {
        for (tags, sums) in self.tags.iter().zip(&mut self.sums) {
            for (field, sum) in sums.iter_mut().enumerate() {
                let Some(sum) = sum.take() else { continue };
                #[expect(clippy::cast_precision_loss, reason = "no bucket has 2^52 readings")]
                let mean = sum.mean / sum.count as f64;
                self.collected.add(field, tags, Point { mean, ..sum });
            }
        }
    }
}

/// Buckets begin at whole multiples of their width, so that a later query makes the same ones.
fn end_of_bucket(time: Timestamp, width: Duration) -> Timestamp {
    let width = i64::try_from(width.as_secs()).unwrap_or(i64::MAX).max(1);
    let end = time.as_second().div_euclid(width).saturating_add(1).saturating_mul(width);
    Timestamp::from_second(end).unwrap_or(Timestamp::MAX)
}
