//! Writing a batch: one transaction, sent at once.

use postgres_client::{Client, Error};
use record::{Batch, Refused};
use sink_sql::Layout;

use crate::arrays::Arrays;
use crate::failure::Failure;
use crate::fitting::Fitting;
use crate::{exact, isolate, statements};

/// Stores `rows` of the batch and returns those PostgreSQL refuses.
pub(crate) async fn rows(
    client: &Client,
    fitting: &Fitting,
    batch: &Batch<'_>,
    rows: &[usize],
) -> Result<Vec<Refused>, Failure> {
    let outcome = fit_and_store(client, fitting, batch, rows).await;
    match outcome {
        // Another program changed the table since it was looked at.
        Err(failure) if failure.is_stale() => {
            fitting.forget(batch.schema());
            fit_and_store(client, fitting, batch, rows).await
        }
        outcome => outcome,
    }
}

async fn fit_and_store(
    client: &Client,
    fitting: &Fitting,
    batch: &Batch<'_>,
    rows: &[usize],
) -> Result<Vec<Refused>, Failure> {
    let layout = fitting.layout(client, batch.schema()).await?;
    let (rows, mut refused) = exact::sift(&layout, batch, rows);
    // Without rows, nothing is replaced.
    if rows.is_empty() {
        return Ok(refused);
    }
    match at_once(client, &layout, batch, &rows).await {
        Ok(()) => {}
        Err(failure) if failure.is_about_rows() => {
            refused.extend(isolate::rows(client, &layout, batch, &rows).await?);
        }
        Err(failure) => return Err(failure),
    }
    Ok(refused)
}

/// Sends the whole transaction without waiting for answers, so that it takes one round trip.
///
/// If a statement fails, the server skips those after it, and the last one ends the transaction without effect.
async fn at_once(client: &Client, layout: &Layout, batch: &Batch<'_>, rows: &[usize]) -> Result<(), Failure> {
    let arrays = Arrays::of(layout, batch, rows);
    let parameters = arrays.parameters();
    let (begin, delete) = statements::beginning(layout);
    let insert = statements::insert(layout);
    let deleting = async {
        match &delete {
            Some(delete) => client.execute_typed(delete, &parameters).await,
            None => Ok(0),
        }
    };
    // In this order: each is sent when it is first polled.
    let (started, deleted, inserted, committed) = tokio::join!(biased;
        client.batch_execute(&begin),
        deleting,
        client.execute_typed(&insert, &parameters),
        client.batch_execute(statements::COMMIT),
    );
    started.map_err(Error::from)?;
    let deleted = deleted.map_err(Error::from)?;
    let changed = inserted.map_err(Error::from)?;
    committed.map_err(Error::from)?;
    tracing::debug!(table = layout.table, rows = rows.len(), changed, deleted, "written");
    Ok(())
}
