//! Test vectors of writing and reading: one row per rule of the format.

use line_protocol::Expected as E;
use line_protocol::{Error, Expected, Field, FieldValue, Lines, Name, ParseError, Point, parse};

/// Writes one line; returns the first error of any step.
fn write(measurement: &str, tags: &[(&str, &str)], fields: &[(&str, Field<'_>)]) -> Result<String, Error> {
    write_to(Lines::new(), measurement, tags, fields)
}

fn write_to(
    mut lines: Lines,
    measurement: &str,
    tags: &[(&str, &str)],
    fields: &[(&str, Field<'_>)],
) -> Result<String, Error> {
    let measurement = Name::measurement(measurement)?;
    let mut line = lines.line(&measurement);
    for (key, value) in tags {
        line.tag(&Name::key(key)?, value)?;
    }
    for (key, value) in fields {
        line.field(&Name::key(key)?, *value)?;
    }
    line.end(7)?;
    Ok(lines.as_str().to_owned())
}

/// Parses all points, up to the first error.
fn read(text: &str) -> Result<Vec<String>, ParseError> {
    parse(text).map(|point| point.map(|point| show(&point))).collect()
}

/// Formats a point for a table.
fn show(point: &Point) -> String {
    let tags: Vec<_> = point.tags.iter().map(|(key, value)| format!("[{key}][{value}]")).collect();
    let fields: Vec<_> = point.fields.iter().map(|(key, value)| format!("[{key}]{value:?}")).collect();
    let time = point.time.map_or(String::new(), |time| format!(" @{time}"));
    format!("[{}]{} {}{time}", point.measurement, tags.concat(), fields.join(" "))
}

/// Parses an unquoted field value.
fn value(word: &str) -> Result<Option<FieldValue>, Expected> {
    let point = parse(&format!("m v={word}")).next().transpose().map_err(|error| error.expected)?;
    Ok(point.and_then(|mut point| point.fields.pop()).map(|(_, value)| value))
}

#[test]
fn writes_every_kind_of_value() {
    for (field, expected) in [
        (Field::Float(20.0), "20"),
        (Field::Float(-273.15), "-273.15"),
        (Field::Float(1e300), "1e+300"),
        (Field::Float(2.5e-7), "2.5e-7"),
        (Field::Float(f64::MIN), "-1.7976931348623157e+308"),
        (Field::Int(i64::MIN), "-9223372036854775808i"),
        (Field::UInt(u64::MAX), "18446744073709551615u"),
        (Field::Bool(true), "true"),
        (Field::Bool(false), "false"),
        (Field::Text(""), r#""""#),
        (Field::Text("dry, = \t ok"), "\"dry, = \t ok\""),
        (Field::Text(r#"5" or 6\"#), r#""5\" or 6\\""#),
        (Field::Text("two\nlines"), "\"two\nlines\""),
    ] {
        assert_eq!(write("m", &[], &[("v", field)]), Ok(format!("m v={expected} 7\n")));
    }
}

#[test]
fn writes_every_place_with_its_escapes() {
    let field = ("v", Field::Int(1));
    for (measurement, tag, field, expected) in [
        ("rain gauge", ("k", "a"), field, r"rain\ gauge,k=a v=1i 7"),
        ("a,b=c", ("k", "a"), field, r"a\,b=c,k=a v=1i 7"),
        ("\"m\"", ("k", "\"a"), field, "\"m\",k=\"a v=1i 7"),
        ("m", ("k ,=", "São Paulo, x=y"), field, r"m,k\ \,\==São\ Paulo\,\ x\=y v=1i 7"),
        ("m", ("k", r"C:\dir"), field, r"m,k=C:\dir v=1i 7"),
        ("m", ("k", r"C:\ dir"), field, r"m,k=C:\\ dir v=1i 7"),
        ("m", ("k", "#1"), ("w ,=#", Field::Int(1)), r"m,k=#1 w\ \,\=#=1i 7"),
    ] {
        assert_eq!(write(measurement, &[tag], &[field]), Ok(format!("{expected}\n")));
    }
}

#[test]
fn rejects_input_that_the_format_cannot_express() {
    let ok = [("v", Field::Bool(true))];
    for (measurement, tags, fields, error) in [
        ("", &[][..], &ok[..], Error::EmptyName),
        ("#m", &[], &ok, Error::CommentMark),
        ("m\r", &[], &ok, Error::ControlCharacter),
        ("m\\", &[], &ok, Error::TrailingBackslash),
        ("m", &[("", "a")], &ok, Error::EmptyName),
        ("m", &[("k\\", "a")], &ok, Error::TrailingBackslash),
        ("m", &[("k", "")], &ok, Error::EmptyTagValue),
        ("m", &[("k", "a\nb")], &ok, Error::ControlCharacter),
        ("m", &[("k", "a\\")], &ok, Error::TrailingBackslash),
        ("m", &[("k", "a"), ("k", "a")], &ok, Error::DuplicateTag),
        ("m", &[], &[("v\n", Field::Int(1))], Error::ControlCharacter),
        ("m", &[], &[("v", Field::Float(f64::NAN))], Error::NotFinite),
        ("m", &[("k", "a")], &[], Error::NoField),
    ] {
        assert_eq!(write(measurement, tags, fields), Err(error));
    }
}

#[test]
fn line_breaks_can_be_escaped_for_readers_that_know_it() {
    let lines = Lines::new().with_escaped_line_breaks();
    let text = "a\n\r\t\"\\n";
    let written = write_to(lines, "m", &[], &[("v", Field::Text(text))]).unwrap();
    assert_eq!(written, "m v=\"a\\n\\r\\t\\\"\\\\n\" 7\n");
    assert_eq!(parse(&written).next().unwrap().unwrap().fields[0].1, FieldValue::Text(text.to_owned()));
}

#[test]
fn reads_every_part_of_a_line() {
    for (text, expected) in [
        ("m v=1", "[m] [v]Float(1.0)"),
        ("  m   v=1i   -5  \r\n", "[m] [v]Int(1) @-5"),
        ("m,b=2,a=1 v=t,w=\"x\" 9", "[m][b][2][a][1] [v]Bool(true) [w]Text(\"x\") @9"),
        (r"a\ b\,c\=d,k\==\, v\ =1u", r"[a b,c\=d][k=][,] [v ]UInt(1)"),
        (r"a\b,k=\\ c\\d v=1i", r"[a\b][k][\ c\\d] [v]Int(1)"),
        ("m v=\"a, b=\n#c\" 1", r#"[m] [v]Text("a, b=\n#c") @1"#),
        (r#"m v="\\ \" \n \x""#, r#"[m] [v]Text("\\ \" \n \\x")"#),
        ("m\"=,k\"=\" \"v\"=1i", r#"[m"=][k"]["] ["v"]Int(1)"#),
        ("# a comment\n\nm v=1i\n# another", "[m] [v]Int(1)"),
    ] {
        assert_eq!(read(text), Ok(vec![expected.to_owned()]), "{text:?}");
    }
}

#[test]
fn reads_every_spelling_of_a_value() {
    for (word, expected) in [
        ("1.", Ok(FieldValue::Float(1.0))),
        (".5", Ok(FieldValue::Float(0.5))),
        ("-1.5E+3", Ok(FieldValue::Float(-1500.0))),
        ("007i", Ok(FieldValue::Int(7))),
        ("TRUE", Ok(FieldValue::Bool(true))),
        ("F", Ok(FieldValue::Bool(false))),
        ("tRUE", Err(E::FieldValue)),
        ("+1", Err(E::FieldValue)),
        ("inf", Err(E::FieldValue)),
        ("", Err(E::FieldValue)),
        ("1e999", Err(E::Float)),
        ("-inf", Err(E::Float)),
        ("0x10", Err(E::Float)),
        ("1_000", Err(E::Float)),
        ("9223372036854775808i", Err(E::Int)),
        ("1.5i", Err(E::Int)),
        ("-1u", Err(E::UInt)),
        ("\"open", Err(E::ClosingQuote)),
    ] {
        assert_eq!(value(word), expected.map(Some), "{word:?}");
    }
}

#[test]
fn an_error_has_offset_and_expected_syntax() {
    for (text, offset, expected) in [
        (",k=a v=1", 0, E::Measurement),
        ("m", 1, E::FieldKey),
        ("m\tv=1", 1, E::Printable),
        ("m,,k=a v=1", 2, E::TagKey),
        ("m,k v=1", 3, E::Equals),
        ("m,k= v=1", 4, E::TagValue),
        ("m,k=a=b v=1", 5, E::CommaOrSpace),
        ("m,k=a,k=b v=1", 6, E::NewTagKey),
        ("m ", 2, E::FieldKey),
        ("m v", 3, E::Equals),
        ("m v=1,", 6, E::FieldKey),
        ("m v=\"a\"b", 7, E::FieldEnd),
        ("m v=1 soon", 6, E::Time),
        ("m v=1 +1", 6, E::Time),
        ("m v=1 9223372036854775808", 6, E::Time),
        ("m v=1 1 2", 8, E::LineEnd),
    ] {
        let error = parse(text).next().unwrap().unwrap_err();
        assert_eq!((error.offset, error.expected), (offset, expected), "{text:?}");
        assert_eq!(error.text, text);
    }
}

#[test]
fn a_bad_line_is_named_and_the_next_is_read() {
    let items: Vec<_> = parse(b"a v=\"x\ny\"\n  b,k v=1\r\n\xff v=1\nc v=1").collect();
    assert_eq!(items.len(), 4);
    assert!(items[0].is_ok() && items[3].is_ok());

    let error = items[1].as_ref().unwrap_err();
    assert_eq!((error.line, error.offset, error.text.as_str()), (3, 15, "b,k v=1"));
    assert_eq!(error.to_string(), "line 3, byte 15: expected an equals sign");

    let error = items[2].as_ref().unwrap_err();
    assert_eq!((error.line, error.expected, error.text.as_str()), (4, E::Utf8, "\u{fffd} v=1"));
}
