//! A dashboard: panels laid out on Grafana's grid of 24 columns, and the variables above them.

use serde_json::{Value, json};

use super::panel::Panel;
use super::store::Store;

/// The version of the form of dashboards, which Grafana brings up to date by itself when it reads one.
const SCHEMA_VERSION: u32 = 39;
const COLUMNS: u32 = 24;
/// The longest identifier that Grafana takes.
const LONGEST_UID: usize = 40;

/// A dashboard.
#[derive(Debug)]
pub(super) struct Dashboard {
    /// Name of its file.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) store: Store,
    /// Name of the platform, as a tag by which dashboards find each other.
    pub(super) part_of: String,
    /// Start and end of the time range, as in `now-24h`.
    pub(super) range: [&'static str; 2],
    /// Variables, chosen above the panels.
    pub(super) variables: Vec<Value>,
    /// Panels under a heading each, in their order; the first may have none.
    pub(super) sections: Vec<(Option<String>, Vec<Panel>)>,
}

impl Dashboard {
    /// JSON of the dashboard for Grafana.
    pub(super) fn text(&self) -> Result<String, String> {
        let uid = format!("{}-{}", self.name, self.store.name());
        if uid.len() > LONGEST_UID {
            return Err(format!("the dashboard `{uid}` has a name of more than {LONGEST_UID} characters"));
        }
        let [from, to] = self.range;
        let mut variables = vec![self.store.choice()];
        variables.extend(self.variables.iter().cloned());
        let members = [
            ("uid", json!(uid)),
            ("title", json!(format!("{} · {}", self.title, self.store.title()))),
            ("description", json!(format!("{} Made by `cargo xtask generate`.", self.description))),
            ("tags", json!([self.part_of, self.store.name()])),
            ("schemaVersion", json!(SCHEMA_VERSION)),
            // One cursor in all panels.
            ("graphTooltip", json!(1)),
            ("refresh", json!("1m")),
            ("time", json!({ "from": from, "to": to })),
            ("timezone", json!("browser")),
            ("annotations", json!({ "list": [] })),
            ("links", json!([self.others()])),
        ];
        let lines = members.iter().map(|(name, value)| format!("  \"{name}\": {value},\n"));
        let (variables, panels) = (one_a_line(&variables), one_a_line(&self.panels()));
        Ok(format!(
            "{{\n{}  \"templating\": {{ \"list\": [{variables}] }},\n  \"panels\": [{panels}]\n}}",
            lines.collect::<String>()
        ))
    }

    /// Link to the other dashboards of the store.
    fn others(&self) -> Value {
        json!({
            "type": "dashboards",
            "title": "Other records",
            "icon": "external link",
            "tooltip": "",
            "tags": [self.part_of, self.store.name()],
            "asDropdown": true,
            "targetBlank": false,
            "includeVars": false,
            "keepTime": true,
        })
    }

    /// Panels stand beside each other as long as there is room, and below each other then.
    fn panels(&self) -> Vec<Value> {
        let (mut all, mut top) = (Vec::new(), 0);
        for (heading, panels) in &self.sections {
            if let Some(heading) = heading {
                all.push(row(heading, id(&all), top));
                top += 1;
            }
            let (mut left, mut height) = (0, 0);
            for panel in panels {
                let [wide, high] = panel.size;
                if left + wide > COLUMNS {
                    (left, top, height) = (0, top + height, 0);
                }
                let place = json!({ "x": left, "y": top, "w": wide, "h": high });
                all.push(panel.json(id(&all), place, self.store));
                left += wide;
                height = height.max(high);
            }
            top += height;
        }
        all
    }
}

/// The items of a list, each on a line of its own, so that a change of one panel is a change of one line.
fn one_a_line(items: &[Value]) -> String {
    let lines: Vec<_> = items.iter().map(|item| format!("\n    {item}")).collect();
    format!("{}\n  ", lines.join(","))
}

/// Counted from one.
fn id(before: &[Value]) -> usize {
    before.len() + 1
}

fn row(title: &str, id: usize, top: u32) -> Value {
    json!({
        "id": id,
        "type": "row",
        "title": title,
        "collapsed": false,
        "gridPos": { "x": 0, "y": top, "w": COLUMNS, "h": 1 },
        "panels": [],
    })
}
