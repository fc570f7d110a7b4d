//! Compact row buffer: cells of sixteen bytes, and all text in one buffer.

use std::borrow::Cow;

use record::{Rows, Timestamp, Value};

use super::value::Converted;

/// Time column; tags and fields follow.
pub const TIME: u16 = 0;

/// Rows of one measurement. A row is written cell by cell and ended, or canceled.
#[derive(Debug, Default)]
pub struct RowBuffer {
    rows: Vec<Row>,
    cells: Vec<Cell>,
    text: String,
    /// Length of the text of ended rows.
    kept_text: usize,
    /// Number of columns before the fields.
    keys: u16,
}

#[derive(Debug)]
struct Row {
    time: Timestamp,
    /// Index after its last cell; its first cell follows the previous row.
    end: u32,
}

/// A value with its column. The bits are those of a number, or offset and length of a text.
#[derive(Debug, Clone, Copy)]
struct Cell {
    bits: u64,
    column: u16,
    content: Content,
}

#[derive(Debug, Clone, Copy)]
enum Content {
    Float,
    Integer,
    Boolean,
    Text,
}

impl RowBuffer {
    /// Creates an empty buffer for a measurement with `tags` tags.
    pub fn new(tags: usize) -> Self {
        Self { keys: u16::try_from(tags).unwrap_or(u16::MAX).saturating_add(1), ..Self::default() }
    }

    /// Number of ended rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Approximate size of the rows, in bytes.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.cells.len() * size_of::<Cell>() + self.rows.len() * size_of::<Row>()
    }

    /// Adds a value to the current row. An absent value is skipped.
    pub fn push(&mut self, column: u16, value: Converted<'_>) {
        let (content, bits) = match value {
            Converted::Absent => return,
            Converted::Float(number) => (Content::Float, number.to_bits()),
            Converted::Integer(number) => (Content::Integer, number.cast_unsigned()),
            Converted::Boolean(yes) => (Content::Boolean, u64::from(yes)),
            Converted::Text(text) => match self.keep(&text) {
                Some(place) => (Content::Text, place),
                None => return,
            },
        };
        self.cells.push(Cell { bits, column, content });
    }

    /// Adds a tag to the current row. An empty one is skipped.
    pub fn push_tag(&mut self, column: u16, value: &str) {
        if !value.is_empty() {
            self.push(column, Converted::Text(Cow::Borrowed(value)));
        }
    }

    /// Ends the current row. A row without a field is dropped; returns whether the row was kept.
    pub fn end(&mut self, time: Timestamp) -> bool {
        let start = self.complete();
        let Some(cells) = self.cells.get_mut(start..) else { return false };
        if !cells.is_sorted_by_key(|cell| cell.column) {
            cells.sort_by_key(|cell| cell.column);
        }
        let has_field = cells.last().is_some_and(|cell| cell.column >= self.keys);
        match u32::try_from(self.cells.len()) {
            Ok(end) if has_field => {
                self.rows.push(Row { time, end });
                self.kept_text = self.text.len();
                true
            }
            _ => {
                self.cancel();
                false
            }
        }
    }

    /// Drops the current row.
    pub fn cancel(&mut self) {
        self.cells.truncate(self.complete());
        self.text.truncate(self.kept_text);
    }

    /// Number of cells of ended rows.
    fn complete(&self) -> usize {
        self.rows.last().map_or(0, |row| row.end as usize)
    }

    fn keep(&mut self, text: &str) -> Option<u64> {
        let start = u32::try_from(self.text.len()).ok()?;
        let length = u32::try_from(text.len()).ok()?;
        self.text.push_str(text);
        Some(u64::from(start) << 32 | u64::from(length))
    }

    fn cells(&self, row: usize) -> Option<(&Row, &[Cell])> {
        let ended = self.rows.get(row)?;
        let start = row.checked_sub(1).and_then(|before| self.rows.get(before)).map_or(0, |row| row.end);
        Some((ended, self.cells.get(start as usize..ended.end as usize)?))
    }

    fn read(&self, cell: Cell) -> Value<'_> {
        match cell.content {
            Content::Float => Value::Float(f64::from_bits(cell.bits)),
            Content::Integer => Value::Integer(cell.bits.cast_signed()),
            Content::Boolean => Value::Boolean(cell.bits != 0),
            Content::Text => self.text_at(cell.bits).map_or(Value::Null, Value::Text),
        }
    }

    fn text_at(&self, place: u64) -> Option<&str> {
        let start = usize::try_from(place >> 32).ok()?;
        let length = usize::try_from(place & u64::from(u32::MAX)).ok()?;
        self.text.get(start..start.checked_add(length)?)
    }
}

impl Rows for &RowBuffer {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn value(&self, row: usize, column: usize) -> Value<'_> {
        let Some((row, cells)) = self.cells(row) else { return Value::Null };
        if column == usize::from(TIME) {
            return Value::Timestamp(row.time);
        }
        // Without absent values, the index of a cell follows from its column.
        let guess = column - 1;
        if let Some(cell) = cells.get(guess)
            && usize::from(cell.column) == column
            && cells.get(guess + 1).is_none_or(|next| next.column != cell.column)
        {
            return self.read(*cell);
        }
        // If a payload repeats a key, the last value counts.
        let end = cells.partition_point(|cell| usize::from(cell.column) <= column);
        match end.checked_sub(1).and_then(|last| cells.get(last)) {
            Some(cell) if usize::from(cell.column) == column => self.read(*cell),
            _ => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanosecond: i64) -> Timestamp {
        Timestamp::from_nanosecond(i128::from(nanosecond)).unwrap()
    }

    #[test]
    fn a_row_returns_the_pushed_values_in_any_order() {
        let mut rows = RowBuffer::new(1);
        rows.push(3, Converted::Boolean(true));
        rows.push(2, Converted::Float(1.5));
        rows.push_tag(1, "kitchen");
        assert!(rows.end(at(7)));
        let view = &rows;
        let values: Vec<_> = (0..5).map(|column| view.value(0, column)).collect();
        let expected = [
            Value::Timestamp(at(7)),
            Value::Text("kitchen"),
            Value::Float(1.5),
            Value::Boolean(true),
            Value::Null,
        ];
        assert_eq!(values, expected);
    }

    #[test]
    fn a_row_without_a_field_leaves_no_trace() {
        let mut rows = RowBuffer::new(1);
        rows.push_tag(1, "kitchen");
        rows.push(2, Converted::Absent);
        assert!(!rows.end(at(1)));
        rows.push(2, Converted::Integer(4));
        rows.cancel();
        rows.push_tag(1, "attic");
        rows.push(2, Converted::Integer(5));
        assert!(rows.end(at(2)));
        assert!(!rows.end(at(3)));
        assert_eq!(
            (rows.len(), (&rows).value(0, 1), (&rows).value(0, 2)),
            (1, Value::Text("attic"), Value::Integer(5))
        );
    }

    #[test]
    fn the_last_value_of_a_repeated_key_counts() {
        let mut rows = RowBuffer::new(0);
        rows.push(1, Converted::Integer(1));
        rows.push(1, Converted::Integer(2));
        assert!(rows.end(at(1)));
        let view = &rows;
        assert_eq!(view.value(0, 1), Value::Integer(2));
    }

    #[test]
    fn a_cell_is_small() {
        assert_eq!(size_of::<Cell>(), 16);
    }
}
