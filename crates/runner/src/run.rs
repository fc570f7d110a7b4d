//! A run of a job, as the program sees it: settings, environment, and the stages its work passes through.

use std::fmt::Display;
use std::ops::Deref;
use std::rc::Rc;

use fault::Fault;
use record::{Batch, Record};

use crate::context::Context;
use crate::judged::Judged;
use crate::{Environment, Failure, Finding, Records, Window};

/// One run of a job.
#[derive(Debug)]
pub struct Run<C> {
    /// The program's own settings.
    pub config: C,
    pub(crate) context: Rc<Context>,
}

impl<C> Run<C> {
    /// The window that `--since` and `--until` ask for.
    pub fn window(&self) -> Option<Window> {
        self.context.request.window
    }

    /// Asks the source.
    ///
    /// # Errors
    ///
    /// The error of the call, at the stage `extract`; or that the run has to end.
    pub async fn extract<T, E: Fault + 'static>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        self.context.extract(call).await
    }

    /// Asks the source for each of several items, such as places, one after the other. Returns each item with its
    /// reply.
    ///
    /// An item that fails is left out and the others go on; the run then fails at its end and names the item.
    ///
    /// # Errors
    ///
    /// All items failed.
    pub async fn extract_each<I: Display + Copy, T, E: Fault + 'static>(
        &self,
        items: impl IntoIterator<Item = I>,
        call: impl AsyncFn(I) -> Result<T, E>,
    ) -> Result<Vec<(I, T)>, Failure> {
        let (mut replies, mut failures) = (Vec::new(), Vec::new());
        let items: Vec<I> = items.into_iter().collect();
        let of = items.len();
        for (number, item) in (1..).zip(items) {
            self.context.progress.item(number, of);
            // Boxed, since a client may be large and its future weighs on every caller.
            match Box::pin(self.context.extract(call(item))).await {
                Ok(reply) => replies.push((item, reply)),
                Err(failure) if failure.is_ended() => {
                    failures.push(failure);
                    break;
                }
                Err(failure) => failures.push(failure.concerning(&item)),
            }
        }
        self.unless_all_failed(replies, failures)
    }

    /// Takes the outcome of a transformation: the reply of the source, as records.
    ///
    /// # Errors
    ///
    /// The error, at the stage `transform`. The source broke its contract, so no repeat will help.
    pub fn transform<T, E: std::error::Error + 'static>(&self, outcome: Result<T, E>) -> Result<T, Failure> {
        self.context.transform(outcome)
    }

    /// Transforms each reply of [`Run::extract_each`].
    ///
    /// An item that fails is left out and the others go on; the run then fails at its end and names the item.
    ///
    /// # Errors
    ///
    /// All items failed.
    pub fn transform_each<I: Display + Copy, T, R, E: std::error::Error + 'static>(
        &self,
        replies: impl IntoIterator<Item = (I, T)>,
        mut transform: impl FnMut(I, T) -> Result<R, E>,
    ) -> Result<Vec<R>, Failure> {
        let (mut transformed, mut failures) = (Vec::new(), Vec::new());
        for (item, reply) in replies {
            match self.context.transform(transform(item, reply)) {
                Ok(value) => transformed.push(value),
                Err(failure) => failures.push(failure.concerning(&item)),
            }
        }
        self.unless_all_failed(transformed, failures)
    }

    /// Stores records of one type or, as a tuple, of several: `run.load((&rows, &points))`.
    ///
    /// # Errors
    ///
    /// A store did not take them all, at the stage `load`. Records that it may take later wait in the spool for the
    /// next run. A failure of one type keeps no other from being stored.
    pub async fn load(&self, records: impl Records) -> Result<(), Failure> {
        let mut failures = Vec::new();
        for batch in records.batches() {
            failures.extend(self.context.load(&Judged::of(&batch)).await.err());
        }
        Failure::all(failures).map_or(Ok(()), Err)
    }

    /// Stores records under a name that a setting decides.
    ///
    /// # Errors
    ///
    /// As for [`Run::load`].
    pub async fn load_as<R: Record>(&self, name: &str, records: &[R]) -> Result<(), Failure> {
        self.load(Batch::of(records).named(name)).await
    }

    /// Notes a finding of the program. It becomes an alert when the run is over.
    pub fn observe(&self, finding: Finding) {
        self.context.note(finding);
    }

    /// Fails where nothing succeeded; else notes the failures for the end of the run.
    fn unless_all_failed<T>(&self, succeeded: Vec<T>, failures: Vec<Failure>) -> Result<Vec<T>, Failure> {
        if succeeded.is_empty() {
            return Failure::all(failures).map_or(Ok(succeeded), Err);
        }
        self.context.progress.fail_later(failures);
        Ok(succeeded)
    }
}

impl<C> Deref for Run<C> {
    type Target = Environment;

    fn deref(&self) -> &Environment {
        &self.context.environment
    }
}
