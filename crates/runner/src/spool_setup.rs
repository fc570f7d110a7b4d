//! The setup of a program's spool: a file, or for a job the bucket or database that `SPOOL_URL` names.

use std::time::Duration;

use fault::Retry;
use postgres_client::Connector;
use s3_client::Bucket;
use settings::{Settings as _, Source};
use sink_router::{Store, StoreRouter};
use spool::Limits;
use spool_remote::{RemoteSpool, Storage};

use crate::Program;
use crate::environment::Environment;
use crate::program::ProgramKind;
use crate::spool_backend::SpoolBackend;
use crate::spool_config::{RemoteSpoolConfig, SpoolUrl};

const URL: &str = "SPOOL_URL";

/// Time for a spool that fails to be asked again, beside the budget of the run: a batch that it does not take is lost.
const RETRY_BUDGET: Duration = Duration::from_secs(5);

/// The spool of a program: a file, or for a job the place that `SPOOL_URL` names. Mistakes go to `source`.
pub(crate) fn backend(
    program: &Program,
    environment: &Environment,
    limits: Limits,
    source: &mut Source,
) -> SpoolBackend {
    let remote = (program.kind == ProgramKind::Job)
        .then(|| remote(RemoteSpoolConfig::read(source)?, program, environment, limits, source))
        .flatten();
    let file =
        || SpoolBackend::file(environment.spool_folder.join(format!("{}.db", environment.name)), limits);
    remote.map_or_else(file, |remote| SpoolBackend::Remote(Box::new(remote)))
}

/// The spool of a job that is no file; `None` where it is one, or after a mistake.
fn remote(
    config: RemoteSpoolConfig,
    program: &Program,
    environment: &Environment,
    limits: Limits,
    source: &mut Source,
) -> Option<RemoteSpool> {
    match config.url? {
        SpoolUrl::Bucket { bucket: name, prefix } => {
            config.s3.check(source);
            let retry = Retry::with_budget(RETRY_BUDGET);
            let bucket = Bucket::new(&config.s3, &name, environment.http(), retry)
                .map(Box::new)
                .map_err(|error| source.mistake(URL, &fault::chain(&error)))
                .ok()?;
            let folder = format!("{prefix}{}/", environment.name);
            let place = format!("s3://{name}/{folder}");
            Some(RemoteSpool::new(Storage::Bucket { bucket, folder }, place, limits))
        }
        SpoolUrl::Postgres => {
            let Some(postgres) = environment.stores().postgres() else {
                source.mistake(URL, "is postgres, which needs POSTGRES_URL");
                return None;
            };
            if !has_another_store(program, environment) {
                source.mistake(URL, "is postgres, the only store: a spool has to be elsewhere");
                return None;
            }
            let connector = Box::new(Connector::new(postgres.clone(), environment.tls().clone()));
            let storage = Storage::Postgres { connector, program: environment.name.clone() };
            Some(RemoteSpool::new(storage, "the table platform_spool in PostgreSQL", limits))
        }
    }
}

/// Whether some records of the program go to another store than PostgreSQL.
fn has_another_store(program: &Program, environment: &Environment) -> bool {
    let router = StoreRouter::new(environment.stores(), environment.http(), environment.tls());
    let is_other = |store: &Store| !matches!(store, Store::Postgres(_));
    program.records.iter().any(|schema| router.stores_for(schema).any(is_other))
}
