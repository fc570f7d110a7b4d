//! Thresholds as they are set: `ALERT_<FIELD>_ABOVE` and its like.

use std::collections::BTreeSet;

use settings::{Setting, Source, Variable};

use super::{Field, FieldKind, PerTag, Test, Threshold};
use crate::{Hold, Severity};

const PREFIX: &str = "ALERT_";
const TESTS: [&str; 3] = ["ABOVE", "BELOW", "IS"];
/// Ends of the variables that belong to a test and mean nothing without one.
const TRAITS: [&str; 6] = ["CLEAR", "ABOVE_CLEAR", "BELOW_CLEAR", "FOR", "SEVERITY", "CONCERN"];

/// Every threshold of a program. The default has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thresholds(pub(super) Vec<Threshold>);

impl Thresholds {
    /// Reads the thresholds on `fields`, and notes in `source` every mistake: a field that no record has, a number
    /// where a state should be, a limit that clears on the wrong side. `known` are the variables that have a meaning of
    /// their own. `concern` is that of a threshold that names none.
    pub fn read(
        source: &mut Source,
        fields: &[Field<'_>],
        known: &[Variable],
        concern: Option<&str>,
    ) -> Self {
        let names: BTreeSet<_> = fields.iter().map(|field| field.name).collect();
        refuse_unknown(source, &names, known);
        let mut thresholds = Vec::new();
        for name in names {
            let same: Vec<_> = fields.iter().filter(|field| field.name == name).collect();
            thresholds.extend(OfField { source, name, fields: &same, concern }.read());
        }
        Self(thresholds)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The variables, as patterns: `<FIELD>` is the name of a field in capitals.
    pub fn variables() -> Vec<Variable> {
        let variable = |name, takes, description| Variable {
            name,
            also: &[],
            takes,
            required: false,
            secret: false,
            range: None,
            default: None,
            group: Some("alerts"),
            description,
        };
        vec![
            variable(
                "ALERT_<FIELD>_ABOVE",
                "a number",
                "Alert when the field is above this limit; by tag as in `50; city=Seattle:35`.",
            ),
            variable(
                "ALERT_<FIELD>_BELOW",
                "a number",
                "Alert when the field is below this limit; by tag as in `5; city=Boston:-10`.",
            ),
            variable(
                "ALERT_<FIELD>_IS",
                "text",
                "Alert when the text or boolean is this; several with commas.",
            ),
            variable(
                "ALERT_<FIELD>_FOR",
                <Hold as Setting>::TAKES,
                "Number of readings in a row, or time, beyond the limit before the alert; one reading without this.",
            ),
            variable(
                "ALERT_<FIELD>_CLEAR",
                "a number",
                "Limit at which the alert ends, in place of its own; with both limits ALERT_<FIELD>_ABOVE_CLEAR and _BELOW_CLEAR.",
            ),
            variable(
                "ALERT_<FIELD>_SEVERITY",
                "info, warning or critical",
                "Severity of the alert; warning without this.",
            ),
            variable("ALERT_<FIELD>_CONCERN", "text", "Concern of the alert, in place of ALERT_CONCERN."),
        ]
    }
}

/// Refuses a variable that has the form of a threshold and names a field that no record has.
fn refuse_unknown(source: &mut Source, names: &BTreeSet<&str>, known: &[Variable]) {
    let ours: BTreeSet<_> = names
        .iter()
        .flat_map(|name| TESTS.iter().chain(&TRAITS).map(|end| variable_name(name, end)))
        .chain(
            known
                .iter()
                .flat_map(|known| [known.name].into_iter().chain(known.also.iter().copied()))
                .map(str::to_owned),
        )
        .collect();
    let fields = names.iter().copied().collect::<Vec<_>>().join(", ");
    let set: BTreeSet<_> = TESTS
        .iter()
        .chain(&TRAITS)
        .flat_map(|end| source.names(PREFIX, &format!("_{end}")))
        .filter(|name| !ours.contains(name))
        .collect();
    for name in set {
        // Read, so that a file that sets it is not reported twice.
        let _: Option<String> = source.named(&name);
        let advice = if fields.is_empty() {
            "speaks of a field, and this program has no records with one".to_owned()
        } else {
            format!("speaks of a field that no record of this program has; there are {fields}")
        };
        source.mistake(&name, &advice);
    }
}

/// `ALERT_RAIN_1H_ABOVE` for `rain_1h`: characters that a variable cannot have become underscores.
fn variable_name(field: &str, end: &str) -> String {
    let field: String = field
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect();
    format!("{PREFIX}{field}_{end}")
}

/// The variables of one field.
struct OfField<'s, 'f> {
    source: &'s mut Source,
    name: &'f str,
    fields: &'f [&'f Field<'f>],
    concern: Option<&'f str>,
}

impl OfField<'_, '_> {
    fn read(mut self) -> Vec<Threshold> {
        let above = self.limits("ABOVE");
        let below = self.limits("BELOW");
        let states = self.states();
        let has_both = above.is_some() && below.is_some();
        let (above_clear, below_clear) = self.clears(has_both);
        if let (Some(limit), Some(clear)) = (&above, &above_clear) {
            self.check_side("ABOVE", limit, clear, |limit, clear| clear <= limit);
        }
        if let (Some(limit), Some(clear)) = (&below, &below_clear) {
            self.check_side("BELOW", limit, clear, |limit, clear| clear >= limit);
        }
        let tests: Vec<_> = [
            above.map(|limit| Test::Above { limit, clear: above_clear }),
            below.map(|limit| Test::Below { limit, clear: below_clear }),
            states.map(Test::Is),
        ]
        .into_iter()
        .flatten()
        .collect();
        self.thresholds(tests)
    }

    fn thresholds(&mut self, tests: Vec<Test>) -> Vec<Threshold> {
        if !tests.is_empty() && self.fields.iter().all(|field| field.is_event) {
            self.refuse_for_events();
        }
        let hold = self.source.named::<Hold>(&variable_name(self.name, "FOR"));
        let severity = self.source.named::<Severity>(&variable_name(self.name, "SEVERITY"));
        let concern = self.parsed("CONCERN", |text| Ok(text.trim().to_lowercase()));
        if tests.is_empty() {
            self.refuse_lonely();
        }
        let concern = concern.or_else(|| self.concern.map(str::to_owned));
        let threshold = |test| Threshold {
            field: self.name.to_owned(),
            test,
            hold: hold.unwrap_or(Hold::Readings(1)),
            severity: severity.unwrap_or(Severity::Warning),
            concern: concern.clone(),
        };
        tests.into_iter().map(threshold).collect()
    }

    /// Refuses variables that belong to a test, where there is none.
    fn refuse_lonely(&mut self) {
        for end in TRAITS {
            let name = variable_name(self.name, end);
            // A test with a mistake in it is reported already.
            let has_test = TESTS.iter().any(|test| self.is_set(test));
            if !has_test && self.is_set(end) {
                self.source.mistake(&name, "means nothing without a limit: _ABOVE, _BELOW or _IS");
            }
        }
    }

    /// Refuses variables that speak of a time or an end, which an event has not.
    fn refuse_for_events(&mut self) {
        for end in ["FOR", "CLEAR", "ABOVE_CLEAR", "BELOW_CLEAR"] {
            if self.is_set(end) {
                let problem = "means nothing for an event: each row alerts once and has no end";
                self.source.mistake(&variable_name(self.name, end), problem);
            }
        }
    }

    fn limits(&mut self, end: &str) -> Option<PerTag<f64>> {
        let limits = self.per_tag(end, number, "a number")?;
        self.check_kind(end, FieldKind::Number, "is for numbers; this field holds states, for _IS")
            .then_some(limits)
    }

    fn states(&mut self) -> Option<PerTag<Vec<String>>> {
        let states = |text: &str| {
            let states: Vec<_> =
                text.split(',').map(str::trim).filter(|state| !state.is_empty()).map(str::to_owned).collect();
            (!states.is_empty()).then_some(states)
        };
        let states = self.per_tag("IS", states, "a state, several with commas")?;
        self.check_kind(
            "IS",
            FieldKind::State,
            "is for states; this field holds numbers, for _ABOVE and _BELOW",
        )
        .then_some(states)
    }

    fn clears(&mut self, has_both: bool) -> (Option<PerTag<f64>>, Option<PerTag<f64>>) {
        let clear = self.per_tag("CLEAR", number, "a number");
        if clear.is_some() && has_both {
            let name = variable_name(self.name, "CLEAR");
            self.source.mistake(&name, "cannot serve two limits; set _ABOVE_CLEAR and _BELOW_CLEAR");
        }
        let above = self.per_tag("ABOVE_CLEAR", number, "a number").or_else(|| clear.clone());
        let below = self.per_tag("BELOW_CLEAR", number, "a number").or(clear);
        (above, below)
    }

    fn per_tag<T>(&mut self, end: &str, parse: impl Fn(&str) -> Option<T>, takes: &str) -> Option<PerTag<T>> {
        let values = self.parsed(end, |text| PerTag::parse(text, &parse, takes))?;
        let has = |tag: &&str| self.fields.iter().any(|field| field.tags.contains(tag));
        if values.tags().all(|tag| has(&tag)) {
            return Some(values);
        }
        let problem = format!("names a tag that the record does not have; {}", self.tags());
        self.source.mistake(&variable_name(self.name, end), &problem);
        None
    }

    fn parsed<T>(&mut self, end: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let name = variable_name(self.name, end);
        let text: String = self.source.named(&name)?;
        parse(&text).map_err(|problem| self.source.mistake(&name, &problem)).ok()
    }

    fn check_kind(&mut self, end: &str, kind: FieldKind, problem: &str) -> bool {
        let fits = self.fields.iter().any(|field| field.kind == kind);
        if !fits {
            self.source.mistake(&variable_name(self.name, end), problem);
        }
        fits
    }

    fn check_side(
        &mut self,
        end: &str,
        limit: &PerTag<f64>,
        clear: &PerTag<f64>,
        fits: impl Fn(f64, f64) -> bool,
    ) {
        let is_wrong =
            clear.entries().any(|(tags, clear)| limit.get(tags).is_some_and(|limit| !fits(*limit, *clear)));
        if is_wrong {
            let name = variable_name(self.name, end);
            self.source.mistake(&name, "clears on the wrong side: a value would be over and still beyond it");
        }
    }

    fn is_set(&self, end: &str) -> bool {
        let name = variable_name(self.name, end);
        self.source.names(PREFIX, "").contains(&name)
    }

    fn tags(&self) -> String {
        let tags: BTreeSet<_> = self.fields.iter().flat_map(|field| field.tags.iter().copied()).collect();
        if tags.is_empty() {
            return "it has none".to_owned();
        }
        format!("there are {}", tags.into_iter().collect::<Vec<_>>().join(", "))
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
