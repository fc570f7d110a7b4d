//! Tests of conversions.

use super::*;

fn convert(kind: ValueKind, scalar: Scalar<'_>) -> Result<Converted<'_>, Refusal> {
    Conversion::of(kind).convert(scalar)
}

#[test]
fn a_number_is_read_from_text_and_absent_where_firmware_has_none() {
    assert_eq!(convert(ValueKind::Float, Scalar::Text(" 23.40 ")), Ok(Converted::Float(23.4)));
    assert_eq!(convert(ValueKind::Float, Scalar::Integer(-3)), Ok(Converted::Float(-3.0)));
    for text in ["nan", "None", "", "inf", "-NaN", "unavailable"] {
        assert_eq!(convert(ValueKind::Float, Scalar::Text(text)), Ok(Converted::Absent), "{text}");
    }
    let refusal = convert(ValueKind::Float, Scalar::Text("23,4")).unwrap_err();
    assert_eq!(refusal.to_string(), "is not a number");
    assert!(convert(ValueKind::Float, Scalar::Boolean(true)).is_err());
}

#[test]
fn a_whole_number_loses_nothing() {
    assert_eq!(convert(ValueKind::Integer, Scalar::Float(3.0)), Ok(Converted::Integer(3)));
    assert_eq!(
        convert(ValueKind::Integer, Scalar::Text("9007199254740993")),
        Ok(Converted::Integer(9_007_199_254_740_993))
    );
    assert!(convert(ValueKind::Integer, Scalar::Float(3.5)).is_err());
    assert!(convert(ValueKind::Integer, Scalar::Float(1e300)).is_err());
}

#[test]
fn words_stand_for_yes_and_no() {
    assert_eq!(convert(ValueKind::Boolean(None), Scalar::Text("on")), Ok(Converted::Boolean(true)));
    assert_eq!(convert(ValueKind::Boolean(None), Scalar::Integer(0)), Ok(Converted::Boolean(false)));
    assert!(convert(ValueKind::Boolean(None), Scalar::Text("ajar")).is_err());
    let words = BooleanWords { yes: vec!["LOCK".into()], no: vec!["UNLOCK".into()] };
    let kind = ValueKind::Boolean(Some(Rc::new(words)));
    assert_eq!(convert(kind.clone(), Scalar::Text("UNLOCK")), Ok(Converted::Boolean(false)));
    assert!(convert(kind, Scalar::Text("ON")).is_err());
}

#[test]
fn a_number_outside_of_its_range_is_refused() {
    let conversion = Conversion { kind: ValueKind::Float, valid: Some((-40.0, 80.0)) };
    assert_eq!(conversion.convert(Scalar::Integer(80)), Ok(Converted::Float(80.0)));
    let refusal = conversion.convert(Scalar::Float(850.5)).unwrap_err();
    assert_eq!(refusal.to_string(), "is 850.5, outside of -40 to 80");
}
