//! The dashboard of all ingestion: the results of runs of all programs, and the counts of their records.

use record::{Column, Schema};

use super::super::model::Model;
use super::dashboard::Dashboard;
use super::family::INGESTION;
use super::panel::{Mapping, Panel};
use super::query::{Aggregate, Ask, Query};
use super::records;
use super::store::Store;

/// Result of a run, by its exit code.
const ENDS: [Mapping; 4] = [
    ("0", "ok", "green"),
    ("65", "bad data", "orange"),
    ("75", "temporary", "yellow"),
    ("78", "configuration", "red"),
];

/// The dashboard; `None` where no program reports its runs.
pub(super) fn dashboard(model: &Model, store: Store) -> Result<Option<Dashboard>, String> {
    let all = || model.programs.iter().flat_map(|program| &program.records);
    let records: Vec<_> =
        INGESTION.iter().filter_map(|name| all().find(|record| record.name == *name)).collect();
    let [runs, more @ ..] = records.as_slice() else { return Ok(None) };
    let runs = Runs(runs);
    let mut sections = vec![(None, runs.panels()?)];
    sections
        .extend(more.iter().map(|record| (Some(record.description.to_string()), records::panels(record))));
    Ok(Some(Dashboard {
        name: "ingestion".to_owned(),
        title: "Ingestion".to_owned(),
        description: "How the runs of all programs went, and what became of their records.".to_owned(),
        store,
        part_of: model.delivery.name.clone(),
        range: ["now-24h", "now"],
        variables: records::variables(&records, store),
        sections,
    }))
}

/// The run reports.
struct Runs<'a>(&'a Schema);

impl<'a> Runs<'a> {
    fn panels(&self) -> Result<Vec<Panel>, String> {
        let mut panels = self.numbers()?;
        let exit = self.column("exit")?;
        let ends = Query::new(self.0, Ask::Course(exit, Aggregate::Max));
        let how = "The worst exit code in each interval. 65 and 78 need a person; after 75 the next run tries again.";
        panels.push(Panel::states(&ends, exit, &ENDS).titled("How runs ended", how).sized([24, 8]));
        panels.push(self.newest()?);
        panels.push(self.failed()?);
        for (name, aggregate) in [
            ("duration", Aggregate::Max),
            ("rows_in", Aggregate::Sum),
            ("rows_out", Aggregate::Sum),
            ("rows_spooled", Aggregate::Max),
            ("rows_refused", Aggregate::Sum),
            ("retries", Aggregate::Sum),
        ] {
            let column = self.column(name)?;
            panels.push(Panel::lines(&Query::new(self.0, Ask::Course(column, aggregate)), column));
        }
        Ok(panels)
    }

    /// Six totals of the time range.
    fn numbers(&self) -> Result<Vec<Panel>, String> {
        let exit = self.column("exit")?;
        let count =
            |unless_zero| Query { unless_zero, ..Query::new(self.0, Ask::Total(exit, Aggregate::Count)) };
        let mut panels = vec![
            Panel::number(&count(None), exit).titled("Runs", "How many runs ended."),
            Panel::number(&count(Some(exit)), exit)
                .titled("Failed runs", "Number of failed runs, for any reason."),
        ];
        let (out, refused) = (self.column("rows_out")?, self.column("rows_refused")?);
        let (retries, duration) = (self.column("retries")?, self.column("duration")?);
        for (title, column, aggregate) in [
            ("Records stored", out, Aggregate::Sum),
            ("Records refused", refused, Aggregate::Sum),
            ("Retries", retries, Aggregate::Sum),
            ("Longest run", duration, Aggregate::Max),
        ] {
            let query = Query::new(self.0, Ask::Total(column, aggregate));
            panels.push(Panel::number(&query, column).titled(title, &column.description));
        }
        Ok(panels)
    }

    fn newest(&self) -> Result<Panel, String> {
        let names = [
            "version",
            "status",
            "stage",
            "exit",
            "duration",
            "rows_in",
            "rows_out",
            "rows_spooled",
            "error",
        ];
        let query = Query::new(self.0, Ask::Newest(self.columns(&names)?));
        Ok(Panel::table(&query, "Newest run of each program", "In the range of time that is shown.")
            .sized([24, 9]))
    }

    fn failed(&self) -> Result<Panel, String> {
        let columns = self.columns(&["stage", "exit", "error", "run_id"])?;
        let unless_zero = Some(self.column("exit")?);
        let query = Query { unless_zero, ..Query::new(self.0, Ask::Rows(columns)) };
        let how = "The log lines of a run carry its `run_id`.";
        Ok(Panel::table(&query, "Failed runs", how).sized([24, 8]))
    }

    fn columns(&self, names: &[&str]) -> Result<Vec<&'a Column>, String> {
        names.iter().map(|name| self.column(name)).collect()
    }

    fn column(&self, name: &str) -> Result<&'a Column, String> {
        let problem =
            || format!("the dashboard of ingestion shows `{name}`, which `{}` does not have", self.0.name);
        self.0.column(name).ok_or_else(problem)
    }
}
