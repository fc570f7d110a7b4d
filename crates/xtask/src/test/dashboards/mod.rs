//! The dashboards as they ship: every query is run by the store it is for, on what the programs themselves have stored.

mod dashboard;
mod load;
mod macros;
mod names;
mod sample;

use std::path::Path;

use testkit::servers::{Influxdb, Missing, Postgres};

use super::progress::Progress;
use super::step::Outcome;
use crate::generate::{Shipped, shipped};
use crate::workspace;
use dashboard::Dashboard;
use load::Stores;

/// The name of the bucket and of the database that the data are in.
const PLACE: &str = "dashboards";

/// Checks what each dashboard names, and runs each of its queries.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    let servers = match servers() {
        Ok(servers) => servers,
        Err(missing) if missing.is_absent() => {
            return Outcome::Skipped(vec![format!("queries of dashboards, since {missing}")]);
        }
        Err(broken) => return Outcome::Failed(format!("{broken}\n")),
    };
    match faults(&servers, &workspace::root(), progress) {
        Ok(faults) if faults.is_empty() => Outcome::Passed,
        Ok(faults) => Outcome::Failed(format!("{}\n", faults.join("\n"))),
        Err(problem) => Outcome::Failed(format!("{problem}\n")),
    }
}

fn servers() -> Result<(Influxdb, Postgres), Missing> {
    Ok((Influxdb::start()?, Postgres::start()?))
}

fn faults(
    servers: &(Influxdb, Postgres),
    root: &Path,
    progress: &mut Progress,
) -> Result<Vec<String>, String> {
    let programs = shipped()?;
    let dashboards = Dashboard::all(root)?;
    let named: Vec<_> = dashboards.iter().flat_map(|it| names::faults(it, &programs)).collect();
    if !named.is_empty() {
        return Ok(named);
    }
    let stores = Stores { influxdb: &servers.0, postgres: &servers.1, place: PLACE };
    stores.fill(&programs, root, progress)?;
    progress.say("running the queries");
    Ok(dashboards.iter().flat_map(|dashboard| unanswered(dashboard, &stores, &programs)).collect())
}

/// The queries of a dashboard that its store refuses, or answers with nothing though there is something.
fn unanswered(dashboard: &Dashboard, stores: &Stores<'_>, programs: &[Shipped]) -> Vec<String> {
    let mut faults = Vec::new();
    for query in &dashboard.queries {
        let rows = dashboard.expanded(query, stores).and_then(|text| stores.rows(dashboard.store, &text));
        let problem = match rows {
            Ok(0) if names::is_always_answered(query, programs) => "no rows".to_owned(),
            Ok(_) => continue,
            Err(problem) => problem,
        };
        faults.push(format!("{}, {}: {problem}\n  {query}", dashboard.path, dashboard.store.name()));
    }
    faults
}
