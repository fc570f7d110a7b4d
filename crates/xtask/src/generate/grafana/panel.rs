//! A panel: the presentation of the answer to a query.

use record::{Column, Schema, Type};
use serde_json::{Value, json};

use super::query::{Aggregate, Ask, Query, fields, is_time, tags};
use super::store::{Store, variable};
use super::unit::grafana;

/// A panel, but for its place.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) description: String,
    /// Size in columns and rows of the grid.
    pub(super) size: [u32; 2],
    kind: &'static str,
    defaults: Value,
    overrides: Vec<Value>,
    options: Value,
    targets: Targets,
}

/// The query in each store's language.
type Targets = Vec<(Store, Value)>;

/// Text and color of a value.
pub(super) type Mapping = (&'static str, &'static str, &'static str);

const YES_NO: [Mapping; 4] =
    [("0", "no", "green"), ("1", "yes", "orange"), ("false", "no", "green"), ("true", "yes", "orange")];

impl Panel {
    /// A number over time, one line for each series.
    pub(super) fn lines(query: &Query<'_>, column: &Column) -> Self {
        let [min, max] = bounds(column);
        let mut defaults = json!({
            "unit": grafana(column.unit.as_deref()),
            "displayName": series_name(query.schema, &title(column)),
            "color": { "mode": "palette-classic" },
            "custom": {
                "drawStyle": "line",
                "lineWidth": 1,
                "fillOpacity": 8,
                // A point shows where the readings are few.
                "showPoints": "auto",
            },
        });
        set(&mut defaults, "min", min);
        set(&mut defaults, "max", max);
        let options = json!({
            "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": [] },
            "tooltip": { "mode": "multi", "sort": "desc" },
        });
        Self::of(query, "timeseries", &title(column), described(column), defaults, options).sized([8, 8])
    }

    /// State over time, a bar for each series.
    pub(super) fn states(query: &Query<'_>, column: &Column, mappings: &[Mapping]) -> Self {
        let defaults = json!({
            "displayName": series_name(query.schema, &title(column)),
            "mappings": [mapped(mappings)],
            "custom": { "fillOpacity": 80, "lineWidth": 0 },
        });
        let options = json!({
            "showValue": "auto",
            "rowHeight": 0.8,
            "mergeValues": true,
            "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": [] },
            "tooltip": { "mode": "single", "sort": "none" },
        });
        Self::of(query, "state-timeline", &title(column), described(column), defaults, options).sized([8, 8])
    }

    /// Whether a field was true over time.
    pub(super) fn yes_or_no(query: &Query<'_>, column: &Column) -> Self {
        Self::states(query, column, &YES_NO)
    }

    /// One number for the whole range of time.
    pub(super) fn number(query: &Query<'_>, column: &Column) -> Self {
        let unit = grafana(column.unit.as_deref());
        // In a range without any row no store answers with a zero.
        let defaults =
            json!({ "unit": unit, "noValue": "0", "color": { "mode": "fixed", "fixedColor": "text" } });
        let options = json!({
            "colorMode": "value",
            "graphMode": "none",
            "justifyMode": "auto",
            "orientation": "auto",
            "percentChangeColorMode": "standard",
            "showPercentChange": false,
            "textMode": "value",
            "wideLayout": true,
            "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
        });
        Self::of(query, "stat", &title(column), described(column), defaults, options).sized([4, 4])
    }

    /// Rows, each field in its unit.
    pub(super) fn table(query: &Query<'_>, title: &str, description: &str) -> Self {
        let defaults = json!({});
        let options = json!({ "showHeader": true, "frameIndex": 0, "cellHeight": "sm" });
        let mut panel = Self::of(query, "table", title, description.to_owned(), defaults, options);
        panel.overrides = fields(query.schema).filter_map(cell).collect();
        panel.sized([24, 7])
    }

    pub(super) fn titled(self, title: &str, description: &str) -> Self {
        Self { title: title.to_owned(), description: description.to_owned(), ..self }
    }

    pub(super) fn sized(self, size: [u32; 2]) -> Self {
        Self { size, ..self }
    }

    fn of(
        query: &Query<'_>,
        kind: &'static str,
        title: &str,
        description: String,
        defaults: Value,
        options: Value,
    ) -> Self {
        let targets = Store::ALL.into_iter().map(|store| (store, store.target(query))).collect();
        let (title, size) = (title.to_owned(), [8, 8]);
        Self { title, description, size, kind, defaults, overrides: Vec::new(), options, targets }
    }

    /// JSON of the panel for Grafana.
    pub(super) fn json(&self, id: usize, place: Value, store: Store) -> Value {
        let targets: Vec<_> = self.targets.iter().filter(|it| it.0 == store).map(|it| &it.1).collect();
        json!({
            "id": id,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "gridPos": place,
            "datasource": store.reference(),
            "fieldConfig": { "defaults": self.defaults, "overrides": self.overrides },
            "options": self.options,
            "targets": targets,
        })
    }
}

/// Panel of a field over time; `None` for texts, times and JSON.
pub(super) fn over_time(schema: &Schema, column: &Column) -> Option<Panel> {
    match column.value_type {
        _ if is_time(column) => None,
        Type::Float | Type::Integer | Type::Decimal => {
            let query = Query::new(schema, Ask::Course(column, Aggregate::Mean));
            Some(Panel::lines(&query, column))
        }
        Type::Boolean => {
            let query = Query::new(schema, Ask::Course(column, Aggregate::Last));
            Some(Panel::yes_or_no(&query, column))
        }
        Type::Text | Type::Timestamp | Type::Date | Type::Json => None,
    }
}

/// A field's title: the beginning of its description, or else its name.
pub(super) fn title(column: &Column) -> String {
    let end = column.description.find([',', ';', '.', ':', '`']).unwrap_or(column.description.len());
    let beginning = column.description.get(..end).unwrap_or_default().trim();
    if beginning.is_empty() { humane(&column.name) } else { beginning.to_owned() }
}

/// A name as people write it: `carbon_monoxide` is `Carbon monoxide`.
pub(super) fn humane(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn described(column: &Column) -> String {
    let unit = column.unit.as_deref().map(|unit| format!(", in {unit}")).unwrap_or_default();
    format!("{}\n\nField `{}`{unit}.", column.description, column.name).trim_start().to_owned()
}

/// The values of all tags, so that each line in a legend says which series it is.
fn series_name(schema: &Schema, otherwise: &str) -> String {
    let labels: Vec<_> = tags(schema).map(|tag| format!("${{__field.labels.{}}}", variable(tag))).collect();
    if labels.is_empty() { otherwise.to_owned() } else { labels.join(" · ") }
}

/// Limits of the axis. Valid ranges are often much wider than the values that occur: only a scale such as percent, or
/// a range that begins at zero, helps the eye.
fn bounds(column: &Column) -> [Option<f64>; 2] {
    // The key is absent where the record says nothing of it.
    let column_as_json = serde_json::to_value(column).unwrap_or_default();
    let valid = |end: &str| column_as_json.pointer(&format!("/valid/{end}")).and_then(Value::as_f64);
    let is_scale = column.unit.as_deref().is_some_and(|unit| ["%", "°"].contains(&unit));
    [valid("min").filter(|min| is_scale || *min == 0.0), valid("max").filter(|_| is_scale)]
}

fn set(defaults: &mut Value, key: &str, number: Option<f64>) {
    if let (Some(object), Some(number)) = (defaults.as_object_mut(), number) {
        object.insert(key.to_owned(), json!(number));
    }
}

/// Override for the unit of a field in a table; `None` for a field without a unit.
fn cell(column: &Column) -> Option<Value> {
    let unit = match column.value_type {
        _ if is_time(column) => "dateTimeAsLocal".into(),
        Type::Timestamp => "dateTimeAsLocal".into(),
        _ => grafana(Some(column.unit.as_deref()?)),
    };
    Some(json!({
        "matcher": { "id": "byName", "options": column.name },
        "properties": [{ "id": "unit", "value": unit }],
    }))
}

fn mapped(mappings: &[Mapping]) -> Value {
    let options: serde_json::Map<_, _> = mappings
        .iter()
        .zip(0..)
        .map(|((value, text, color), index)| {
            ((*value).to_owned(), json!({ "text": text, "color": color, "index": index }))
        })
        .collect();
    json!({ "type": "value", "options": options })
}
