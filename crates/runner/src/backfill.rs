//! Reading a long past in parts.

use std::time::Duration;

use crate::{Exit, Failure, Run, Window};

impl<C> Run<C> {
    /// Does `work` for the present, which is `None`, or for the window that `--since` and `--until` ask for: in parts of
    /// at most `length`, oldest first.
    ///
    /// `work` extracts, transforms and loads one part, so that memory holds no more than that, and a run that ends early
    /// leaves the parts before in the store. On a terminal, the part is shown while it takes long.
    ///
    /// # Errors
    ///
    /// The failures of parts, with the time of each. A part with data that broke its contract does not keep the others
    /// from being read. Any other failure ends the run, and says by which `--since` to go on.
    pub async fn each_window(
        &self,
        length: Duration,
        work: impl AsyncFn(Option<Window>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let Some(window) = self.window() else { return work(None).await };
        let parts: Vec<Window> = window.parts(length).collect();
        let of = parts.len();
        if of == 1 {
            return work(Some(window)).await;
        }
        let progress = &self.context.progress;
        let mut failures = progress.take_failures();
        for (number, part) in (1..).zip(parts) {
            progress.window(number, of);
            let outcome = Box::pin(work(Some(part))).await;
            // Items of the part that failed while others did not.
            let mut failed = progress.take_failures();
            failed.extend(outcome.err());
            let Some(failure) = Failure::all(failed) else { continue };
            let failure = failure.concerning(&part);
            if failure.exit() != Exit::Data {
                failures.push(failure.adding(&format!("go on with --since {}", part.since)));
                break;
            }
            failures.push(failure);
        }
        Failure::all(failures).map_or(Ok(()), Err)
    }
}
