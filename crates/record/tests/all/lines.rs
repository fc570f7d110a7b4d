//! Records as line protocol, read back by the crate's own reader.
#![expect(clippy::unwrap_used, reason = "a test")]

use line_protocol::Lines;
use proptest::prelude::*;
use record::{Batch, Date, Decimal, Json, LineEncoder, OwnedBatch, Record, Timestamp};

#[derive(Record)]
#[record(measurement = "all types")]
struct Everything {
    #[record(time)]
    at: Timestamp,
    #[record(tag)]
    place: Option<String>,
    float: f64,
    integer: i64,
    yes: bool,
    text: Option<String>,
    seen: Timestamp,
    day: Date,
    price: Decimal,
    document: Json,
}

fn everything() -> Everything {
    Everything {
        at: "2026-11-22T04:28:17.000000001Z".parse().unwrap(),
        place: Some("Hood River, OR".into()),
        float: 21.0,
        integer: -3,
        yes: true,
        text: Some("say \"hi\"".into()),
        seen: "2026-11-22T04:00:00Z".parse().unwrap(),
        day: "2026-11-22".parse().unwrap(),
        price: "12.10".parse().unwrap(),
        document: serde_json::json!({ "a": 1 }),
    }
}

fn encode(records: &[Everything]) -> Result<String, String> {
    let batch = Batch::of(records);
    let mut encoder = LineEncoder::new(batch.schema()).unwrap();
    let mut lines = Lines::new();
    (0..batch.len()).try_for_each(|row| encoder.encode(&batch, row, &mut lines))?;
    Ok(String::from_utf8(lines.as_bytes().to_vec()).unwrap())
}

#[test]
fn every_type_has_its_spelling() {
    assert_eq!(
        encode(&[everything()]).unwrap().trim_end(),
        r#"all\ types,place=Hood\ River\,\ OR float=21,integer=-3i,yes=true,text="say \"hi\"",seen="2026-11-22T04:00:00Z",day="2026-11-22",price=12.1,document="{\"a\":1}" 1795321697000000001"#
    );
}

#[test]
fn absent_values_are_left_out() {
    let line = encode(&[Everything { place: None, text: None, ..everything() }]).unwrap();
    assert!(line.starts_with(r"all\ types float=21,"), "{line}");
    assert!(!line.contains("text="), "{line}");
}

#[test]
fn inexpressible_values_are_refused_by_column_and_leave_no_trace() {
    let records = [everything(), Everything { float: f64::NAN, ..everything() }, everything()];
    let batch = Batch::of(&records);
    let mut encoder = LineEncoder::new(batch.schema()).unwrap();
    let mut lines = Lines::new();
    let results: Vec<_> = (0..3).map(|row| encoder.encode(&batch, row, &mut lines)).collect();
    assert!(results[1].as_ref().unwrap_err().starts_with("`float`: "), "{results:?}");
    assert_eq!(line_protocol::parse(lines.as_bytes()).flatten().count(), 2);
}

proptest! {
    #[test]
    fn a_batch_stored_as_bytes_makes_the_same_lines(
        float in proptest::num::f64::NORMAL,
        integer in any::<i64>(),
        text in proptest::option::of(".*"),
        nanosecond in any::<i64>(),
    ) {
        let at = Timestamp::from_nanosecond(nanosecond.into()).unwrap();
        let records = [Everything { at, float, integer, text, ..everything() }];
        let kept = OwnedBatch::copy_of(&Batch::of(&records)).unwrap().to_bytes().unwrap();
        let back = OwnedBatch::from_bytes(&kept).unwrap();
        let mut lines = Lines::new();
        let written = LineEncoder::new(Everything::schema()).unwrap().encode(&back.batch(), 0, &mut lines);
        prop_assert_eq!(written.map(|()| String::from_utf8(lines.as_bytes().to_vec()).unwrap()), encode(&records));
    }
}
