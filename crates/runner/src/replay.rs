//! `--replay-dead-letters`: offers records that a store refused to that store again.

use std::io::Write as _;
use std::process::ExitCode;

use fault::{Fault as _, Kind, Retry};
use record::{Batch, Timestamp};
use secret::Redactor;
use settings::{Source, Variable};
use sink::Sink as _;
use sink_router::{Store, StoreRouter};
use spool::DeadLetter;

use crate::alerting::{ChannelConfigs, read_thresholds};
use crate::arguments::Replay;
use crate::config::{self, RunLimits, Shared};
use crate::environment::{Environment, RunPolicy};
use crate::judged::Judged;
use crate::letter::{self, Letter};
use crate::outbox::{Outbox, records};
use crate::program;
use crate::spool_config::SpoolConfig;
use crate::spooling::Spooling;
use crate::terminal::Style;
use crate::{Exit, Failure, Program, Stage, spool_setup, start};

/// Destination of records that no store can hold, such as one without a required value.
const ANY_STORE: &str = "any store";

/// Offers the dead letters of a program to their stores, or lists them, and prints a line for each result.
pub(crate) async fn run(program: &Program, variables: &[Variable], replay: Replay) -> ExitCode {
    let prepare =
        |source: &mut Source, redactor: &Redactor| Prepared::new(program, variables, source, redactor);
    let answer = async |prepared: Prepared| prepared.replay(program, &replay).await;
    start::outside_a_run(program, variables, prepare, answer).await
}

/// The stores and the spool of a program, without the rest of a run.
struct Prepared {
    environment: Environment,
    outbox: Outbox,
}

impl Prepared {
    fn new(
        program: &Program,
        variables: &[Variable],
        source: &mut Source,
        redactor: &Redactor,
    ) -> Option<Self> {
        let shared = Shared::read(source);
        let limits: RunLimits = config::or_defaults(source)?;
        let spool: SpoolConfig = config::or_defaults(source)?;
        if program.kind != program::ProgramKind::Service {
            // Their names depend on the settings, and a file of settings may have them.
            let _ = ChannelConfigs::read(source);
            read_thresholds(program, variables, source);
        }
        let has_stores = shared.stores.is_some();
        let retry = Retry::with_budget(limits.retry_budget);
        let policy = RunPolicy { retry, deadline: limits.deadline, may_write: false };
        let environment = Environment::new(program, shared, policy, source, redactor)?;
        let Environment { http, tls, stores, .. } = &environment;
        let router = if has_stores { StoreRouter::new(stores, http, tls) } else { StoreRouter::default() };
        let spooling = Spooling::new(spool_setup::backend(program, &environment, spool.0, source));
        let outbox = Outbox::new(router, spooling);
        Some(Self { environment, outbox })
    }

    async fn replay(&self, program: &Program, replay: &Replay) -> Exit {
        let is_meant = |letter: &DeadLetter| {
            replay.destination.as_ref().is_none_or(|destination| *destination == letter.destination)
        };
        let letters = match self.outbox.spooling.dead_letters().await {
            Ok(letters) => letters.into_iter().filter(is_meant).collect::<Vec<_>>(),
            Err(error) => {
                line(Mark::Failed, "spool", &fault::chain(&error));
                return error.kind().into();
            }
        };
        if letters.is_empty() {
            line(Mark::Good, "spool", "no dead letters");
            return Exit::Done;
        }
        if replay.is_list {
            letters.iter().for_each(list);
            return Exit::Done;
        }
        let Some(right) = self.outbox.spooling.lock().await else {
            line(Mark::Failed, "spool", "another run delivers from it; try again");
            return Exit::Temporary;
        };
        let mut exit = Exit::Done;
        for group in letter::groups(letters, &program.records) {
            exit = exit.or(self.offer(group).await);
        }
        self.outbox.spooling.release(right).await;
        exit
    }

    /// Offers letters of one store and one schema.
    async fn offer(&self, group: letter::Group) -> Exit {
        let letter::Group { destination, letters } = group;
        let mut readable = Vec::new();
        let mut exit = Exit::Done;
        for Letter { dead, batch } in letters {
            match batch {
                Ok(batch) => readable.push((dead, batch)),
                Err(problem) => {
                    line(Mark::Failed, &destination, &format!("not offered: {problem}"));
                    exit = exit.or(Exit::Data);
                }
            }
        }
        let Some((_, first)) = readable.first() else { return exit };
        let stores = match self.stores(&destination, &first.batch()) {
            Ok(stores) => stores,
            Err(problem) => {
                line(Mark::Failed, &destination, &format!("{}: {problem}", records(readable.len())));
                return exit.or(Exit::Configuration);
            }
        };
        for (dead, batch) in readable {
            let offered = self.offer_one(&stores, &batch.batch()).await;
            exit = exit.or(self.settle(&dead, offered).await);
        }
        exit
    }

    fn stores(&self, destination: &str, batch: &Batch<'_>) -> Result<Vec<&Store>, String> {
        if destination == ANY_STORE {
            return Ok(self.outbox.router.stores_for(batch.schema()).collect());
        }
        let store = self.outbox.router.stores().find(|store| store.name() == destination);
        store
            .map(|store| vec![store])
            .ok_or_else(|| "this store is not configured; see --help stores".to_owned())
    }

    /// Offers one record; `Err` where it stays as it is.
    async fn offer_one(
        &self,
        stores: &[&Store],
        batch: &Batch<'_>,
    ) -> Result<Vec<(String, String)>, Failure> {
        let mut refusals = Vec::new();
        if let Some(refused) = Judged::of(batch).invalid.first() {
            refusals.push((ANY_STORE.to_owned(), refused.reason.clone()));
            return Ok(refusals);
        }
        for store in stores {
            let write = self.environment.retry.run(async || store.write(batch).await);
            let written = tokio::select! {
                biased;
                reason = self.environment.interrupt.raised() => {
                    return Err(Failure::ended(Stage::Load, reason));
                }
                written = write => written,
            };
            match written {
                Ok(written) => {
                    let reason = written.refused.first().map(|refused| refused.reason.clone());
                    refusals.extend(reason.map(|reason| (store.name().to_owned(), reason)));
                }
                Err(error) if error.kind() == Kind::Rejected => {
                    refusals.push((store.name().to_owned(), fault::chain(&error)));
                }
                Err(error) => return Err(Failure::of(Stage::Load, &error)),
            }
        }
        Ok(refusals)
    }

    /// Removes a letter that was taken, and replaces one that was refused again.
    async fn settle(&self, dead: &DeadLetter, offered: Result<Vec<(String, String)>, Failure>) -> Exit {
        let name = letter::name(dead);
        let refusals = match offered {
            Ok(refusals) => refusals,
            Err(failure) => {
                line(Mark::Failed, &dead.destination, &format!("{name}: {failure}"));
                return failure.exit();
            }
        };
        let again: Vec<_> = refusals
            .iter()
            .map(|(destination, reason)| DeadLetter {
                destination: destination.clone(),
                reason: self.environment.redactor.scrub(reason).into_owned(),
                at: Timestamp::now(),
                ..dead.clone()
            })
            .collect();
        if let Err(error) = self.outbox.spooling.replace_letter(dead, &again).await {
            line(Mark::Failed, &dead.destination, &format!("{name}: {}", fault::chain(&error)));
            return error.kind().into();
        }
        if again.is_empty() {
            line(Mark::Good, &dead.destination, &format!("{name}: stored"));
            return Exit::Done;
        }
        for DeadLetter { destination, reason, .. } in again {
            line(Mark::Refused, &destination, &format!("{name}: {reason}"));
        }
        Exit::Data
    }
}

/// Marks of a result.
#[derive(Debug, Clone, Copy)]
enum Mark {
    Good,
    Refused,
    Failed,
}

fn list(dead: &DeadLetter) {
    let DeadLetter { destination, reason, at, .. } = dead;
    let at = at.strftime("%Y-%m-%d %H:%M:%S UTC");
    line(Mark::Refused, destination, &format!("{}, refused {at}: {reason}", letter::name(dead)));
}

fn line(mark: Mark, subject: &str, text: &str) {
    let style = Style::of(&std::io::stdout());
    let mark = match mark {
        Mark::Good => style.success("ok     "),
        Mark::Refused => style.error("refused"),
        Mark::Failed => style.error("FAILED "),
    };
    // A closed standard output has no reader.
    let _ = writeln!(std::io::stdout(), "{mark} {subject:<15} {}", text.replace('\n', " "));
}
