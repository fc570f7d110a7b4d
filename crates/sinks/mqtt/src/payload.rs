//! The payload of a record: one JSON object.

use record::{Batch, Role, Value};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use crate::PayloadForm;

/// One row as a JSON object. Values that are absent are left out; times are in the form of RFC 3339.
pub(crate) struct Payload<'b, 'a> {
    pub(crate) batch: &'b Batch<'a>,
    pub(crate) row: usize,
    pub(crate) form: PayloadForm,
}

impl Serialize for Payload<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        for (column, value) in self.batch.cells(self.row).filter(|(_, value)| !value.is_null()) {
            // JSON would have `null` for it.
            if matches!(value, Value::Float(number) if !number.is_finite()) {
                return Err(S::Error::custom(format!("`{}` is not a finite number", column.name)));
            }
            match (self.form, column.role) {
                (PayloadForm::Full, Role::Time) => object.serialize_entry("time", &value)?,
                (PayloadForm::Full, _) | (PayloadForm::Bare, Role::Field) => {
                    object.serialize_entry(&column.name, &value)?;
                }
                (PayloadForm::Bare, _) => {}
            }
        }
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::{Record, Timestamp};

    #[derive(Record)]
    #[record(measurement = "air_quality")]
    struct Air {
        #[record(time)]
        observed_at: Timestamp,
        #[record(tag)]
        place: String,
        pm2: f64,
        pm10: Option<f64>,
    }

    fn payload(form: PayloadForm) -> String {
        let place = "a \"b\"".to_owned();
        let records = [Air { observed_at: Timestamp::UNIX_EPOCH, place, pm2: 4.5, pm10: None }];
        serde_json::to_string(&Payload { batch: &Batch::of(&records), row: 0, form }).unwrap()
    }

    #[test]
    fn a_full_payload_holds_time_tags_and_fields() {
        let text = r#"{"time":"1970-01-01T00:00:00Z","place":"a \"b\"","pm2":4.5}"#;
        assert_eq!(payload(PayloadForm::Full), text);
    }

    #[test]
    fn a_bare_payload_holds_the_fields_alone() {
        assert_eq!(payload(PayloadForm::Bare), r#"{"pm2":4.5}"#);
    }
}
