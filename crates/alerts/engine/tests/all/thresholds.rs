//! Thresholds as a person sets them.

use std::collections::BTreeMap;

use alert_engine::{
    Alert, AlertState, Field, FieldKind, FieldValue, Links, Reading, Severity, Thresholds, Verdict,
};
use jiff::{SignedDuration, Timestamp};
use settings::{Settings, Source};

/// Declared, so no threshold on a field called `run`.
fn known() -> Vec<settings::Variable> {
    alert_engine::Options::variables()
}

fn fields() -> [Field<'static>; 5] {
    let tags = vec!["city", "sensor"];
    [
        Field { name: "temp", kind: FieldKind::Number, tags: tags.clone(), is_event: false },
        Field { name: "rain_1h", kind: FieldKind::Number, tags: tags.clone(), is_event: false },
        Field { name: "status", kind: FieldKind::State, tags: vec!["ups"], is_event: false },
        Field { name: "open", kind: FieldKind::State, tags, is_event: false },
        Field { name: "magnitude", kind: FieldKind::Number, tags: vec!["network"], is_event: true },
    ]
}

fn read(variables: &[(&str, &str)]) -> Result<Thresholds, String> {
    let mut source = Source::of(variables.iter().copied());
    let thresholds = Thresholds::read(&mut source, &fields(), &known(), Some("climate"));
    source.finish().map(|()| thresholds).map_err(|mistakes| mistakes.to_string())
}

fn tags(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
    tags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn reading<'a>(
    field: &'a str,
    value: FieldValue<'a>,
    tags: &'a BTreeMap<String, String>,
    minute: i64,
) -> Reading<'a> {
    static NONE: BTreeMap<String, String> = BTreeMap::new();
    let at = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute);
    let unit = (field == "temp").then_some("°C");
    let (program, run, record, labels) = ("roof", "r1", "weather", &NONE);
    Reading { program, run, record, field, unit, tags, labels, at, value, occurrence: None }
}

#[test]
fn a_limit_is_for_all_or_for_some_tags() {
    let thresholds = read(&[("ALERT_TEMP_BELOW", "5; city=Boston:-10")]).unwrap();
    let verdict = |city: &str, temp| {
        let tags = tags(&[("city", city)]);
        let seen =
            thresholds.observe(&reading("temp", FieldValue::Number(temp), &tags, 0), &Links::default());
        seen.first().map(|seen| (seen.verdict, seen.limit, seen.key.clone())).unwrap()
    };
    let key = |city| format!("roof/weather.temp/below/city={city}");
    assert_eq!(verdict("Seattle", 4.0), (Verdict::Bad, Some(5.0), key("Seattle")));
    assert_eq!(verdict("Boston", 4.0), (Verdict::Good, Some(-10.0), key("Boston")));
}

#[test]
fn the_text_has_value_place_start_and_limit() {
    let variables =
        [("ALERT_TEMP_ABOVE", "30"), ("ALERT_TEMP_CLEAR", "28.5"), ("ALERT_TEMP_SEVERITY", "critical")];
    let thresholds = read(&variables).unwrap();
    let tags = tags(&[("city", "Seattle")]);
    let links = Links { runbook: Some("https://r".into()), dashboard: Some("https://d".into()) };
    let observe = |temp, minute| {
        thresholds.observe(&reading("temp", FieldValue::Number(temp), &tags, minute), &links).remove(0)
    };
    let alert = Alert::after(None, &observe(31.20049, 14 * 60)).unwrap();
    let firing = &alert.firing;
    assert_eq!(firing.title, "roof: temp above 30 °C (city Seattle)");
    assert_eq!(firing.detail, "temp is 31.2 °C, limit 30 °C, clear at 28.5 °C");
    assert_eq!(firing.context, "above 30 °C since 1970-01-01 14:00 UTC · run r1");
    assert_eq!(
        (firing.value, firing.limit, firing.unit.as_deref()),
        (Some(31.20049), Some(30.0), Some("°C"))
    );
    assert_eq!((firing.severity, firing.concern.as_deref()), (Severity::Critical, Some("climate")));
    assert_eq!(firing.link.as_deref(), Some("https://d"));

    let between = Alert::after(Some(alert), &observe(29.0, 14 * 60 + 5)).unwrap();
    assert_eq!(between.state, AlertState::Firing);
    let over = Alert::after(Some(between), &observe(28.5, 17 * 60 + 5)).unwrap().resolved.unwrap();
    assert_eq!(over.title, "roof: temp no longer above 30 °C (city Seattle) after 3 h 5 min");
    assert_eq!(over.context, "1 reading above 30 °C since 1970-01-01 14:00 UTC · run r1");
}

#[test]
fn a_state_is_reported_like_a_number() {
    let thresholds = read(&[("ALERT_STATUS_IS", "on_battery, low"), ("ALERT_OPEN_IS", "true")]).unwrap();
    let tags = tags(&[("ups", "rack")]);
    let observe =
        |field, value| thresholds.observe(&reading(field, value, &tags, 0), &Links::default()).remove(0);
    let seen = observe("status", FieldValue::Text("low"));
    assert_eq!(
        (seen.verdict, &*seen.text.title),
        (Verdict::Bad, "roof: status is on_battery or low (ups rack)")
    );
    assert_eq!(seen.text.detail, "status is low");
    assert_eq!(observe("status", FieldValue::Text("online")).verdict, Verdict::Good);
    assert_eq!(observe("open", FieldValue::Boolean(true)).verdict, Verdict::Bad);
}

#[test]
fn every_mistake_is_reported_at_once() {
    let variables = [
        ("ALERT_TEMPP_ABOVE", "5"),
        ("ALERT_STATUS_ABOVE", "5"),
        ("ALERT_TEMP_IS", "hot"),
        ("ALERT_RAIN_1H_ABOVE", "much"),
        ("ALERT_RAIN_1H_FOR", "a while"),
        ("ALERT_OPEN_SEVERITY", "high"),
        ("ALERT_RUN_SEVERITY", "critical"),
        ("ALERT_WEBHOOK", "https://hook"),
    ];
    let mistakes = read(&variables).unwrap_err();
    assert_eq!(
        mistakes.lines().collect::<Vec<_>>(),
        [
            "ALERT_TEMPP_ABOVE speaks of a field that no record of this program has; there are magnitude, open, rain_1h, status, \
             temp",
            "ALERT_OPEN_SEVERITY must be info, warning or critical",
            "ALERT_OPEN_SEVERITY means nothing without a limit: _ABOVE, _BELOW or _IS",
            "ALERT_RAIN_1H_ABOVE must be a number, or several as in `5; city=Seattle:2`",
            "ALERT_RAIN_1H_FOR must be a number of readings or runs, or a time as in 90s, 15m, 6h or 2d",
            "ALERT_STATUS_ABOVE is for numbers; this field holds states, for _IS",
            "ALERT_TEMP_IS is for states; this field holds numbers, for _ABOVE and _BELOW",
        ]
    );
}

#[test]
fn a_clear_value_on_the_wrong_side_or_for_two_limits_is_refused() {
    let mistakes = |variables: &[(&str, &str)]| read(variables).unwrap_err();
    let wrong = "ALERT_TEMP_ABOVE clears on the wrong side: a value would be over and still beyond it";
    assert_eq!(mistakes(&[("ALERT_TEMP_ABOVE", "30"), ("ALERT_TEMP_CLEAR", "31")]), wrong);
    let both = [("ALERT_TEMP_ABOVE", "30"), ("ALERT_TEMP_BELOW", "5"), ("ALERT_TEMP_CLEAR", "20")];
    assert_eq!(
        mistakes(&both),
        "ALERT_TEMP_CLEAR cannot serve two limits; set _ABOVE_CLEAR and _BELOW_CLEAR"
    );
    assert_eq!(
        mistakes(&[("ALERT_TEMP_ABOVE", "30; place=x:3")]),
        "ALERT_TEMP_ABOVE names a tag that the record does not have; there are city, sensor"
    );
    let each = [
        ("ALERT_TEMP_ABOVE", "30"),
        ("ALERT_TEMP_BELOW", "5"),
        ("ALERT_TEMP_ABOVE_CLEAR", "28"),
        ("ALERT_TEMP_BELOW_CLEAR", "7"),
    ];
    assert!(read(&each).is_ok());
}

#[test]
fn labels_are_in_the_text_of_a_value_and_not_in_its_identity() {
    let thresholds = read(&[("ALERT_TEMP_BELOW", "5")]).unwrap();
    let (tags, labels) = (tags(&[("city", "Oslo")]), tags(&[("sky", "clear")]));
    let reading = Reading { labels: &labels, ..reading("temp", FieldValue::Number(4.0), &tags, 0) };
    let seen = thresholds.observe(&reading, &Links::default()).remove(0);
    assert_eq!(seen.text.title, "roof: temp below 5 °C (city Oslo, sky clear)");
    assert_eq!(seen.key, "roof/weather.temp/below/city=Oslo");
    assert!(!seen.labels.contains_key("sky"));
}

#[test]
fn an_event_has_neither_hold_nor_end() {
    for end in ["FOR", "CLEAR"] {
        let name = format!("ALERT_MAGNITUDE_{end}");
        let mistakes = read(&[("ALERT_MAGNITUDE_ABOVE", "5"), (&name, "3")]).unwrap_err();
        assert_eq!(
            mistakes,
            format!("{name} means nothing for an event: each row alerts once and has no end")
        );
    }
}
