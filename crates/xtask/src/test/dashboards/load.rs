//! The stores that queries are run in, filled by the programs themselves.

use std::collections::BTreeSet;
use std::path::Path;

use record::Schema;
use testkit::Program;
use testkit::replay::Case;
use testkit::servers::{Influxdb, Postgres};
use testkit::world::{NOBODY, World};

use super::dashboard::Store;
use super::sample;
use crate::demo::build;
use crate::generate::Shipped;
use crate::test::progress::Progress;

/// The servers, and the place of the data in them.
pub(super) struct Stores<'a> {
    pub(super) influxdb: &'a Influxdb,
    pub(super) postgres: &'a Postgres,
    /// The bucket and the database.
    pub(super) place: &'static str,
}

impl Stores<'_> {
    /// Fills both with the records of each job's test case; records that no job stores are composed.
    pub(super) fn fill(
        &self,
        programs: &[Shipped],
        root: &Path,
        progress: &mut Progress,
    ) -> Result<(), String> {
        self.influxdb.fresh_bucket(self.place)?;
        let url = self.postgres.fresh_database(self.place)?;
        let jobs: Vec<_> = programs.iter().filter(|it| it.is_job && has_case(root, it)).collect();
        let built = build::programs(&jobs.iter().map(|job| job.name.clone()).collect::<Vec<_>>())?;
        for job in jobs {
            progress.say(&format!("running {}", job.name));
            let path = built.get(&job.name).ok_or_else(|| format!("{} is not built", job.name))?;
            let package = root.join(&job.folder);
            let program = Program { name: job.name.clone(), path: path.clone(), package };
            self.run(&program, &[("SINK", "influxdb"), ("INFLUXDB_URL", self.influxdb.url())])?;
            self.run(&program, &[("SINK", "postgres"), ("POSTGRES_URL", &url)])?;
        }
        self.compose(programs)
    }

    /// Number of rows of a query.
    pub(super) fn rows(&self, store: Store, query: &str) -> Result<usize, String> {
        match store {
            Store::Influxdb => self.influxdb.query(self.place, query).map(|rows| rows.len()),
            Store::Postgres => Ok(self.sql(query)?.lines().count()),
        }
    }

    /// Runs a query in PostgreSQL.
    pub(super) fn sql(&self, query: &str) -> Result<String, String> {
        self.postgres.execute(self.place, query)
    }

    /// Runs a program once as it should and once with its source away, so that both ends of a run are there.
    fn run(&self, program: &Program, store: &[(&str, &str)]) -> Result<(), String> {
        let case = Case::typical(program);
        let mut world = World::of(program, &case);
        for (name, value) in [
            ("INFLUXDB_TOKEN", self.influxdb.token()),
            ("INFLUXDB_ORG", self.influxdb.org()),
            ("INFLUXDB_BUCKET", self.place),
        ] {
            world.set(name, value);
        }
        for (name, value) in store {
            world.set(name, value);
        }
        let outcome = world.run(&[]);
        if outcome.exit != Some(0) {
            return Err(format!("{} failed:\n{}", program.name, outcome.stderr));
        }
        world.set(&case.source, NOBODY);
        world.run(&[]);
        Ok(())
    }

    fn compose(&self, programs: &[Shipped]) -> Result<(), String> {
        let mut known = BTreeSet::new();
        for schema in programs.iter().flat_map(|program| &program.records) {
            if !known.insert(schema.name.as_ref()) {
                continue;
            }
            if self.sql(&format!("SELECT to_regclass('\"{}\"')", schema.name))?.is_empty() {
                self.sql(&sample::statements(schema))?;
            }
            self.compose_points(schema)?;
        }
        Ok(())
    }

    fn compose_points(&self, schema: &Schema) -> Result<(), String> {
        let points =
            || self.influxdb.query(self.place, &format!("SELECT * FROM \"{}\" LIMIT 1", schema.name));
        if schema.is_measurement() && points()?.is_empty() {
            self.influxdb.write(self.place, &sample::lines(schema))?;
        }
        Ok(())
    }
}

fn has_case(root: &Path, program: &Shipped) -> bool {
    root.join(&program.folder).join("testcases/typical").is_dir()
}
