//! Finding the rows PostgreSQL refuses, by halving the batch, and storing the others.

use postgres_client::{Client, Error};
use record::{Batch, Refused};
use sink_sql::Layout;

use crate::arrays::Arrays;
use crate::failure::Failure;
use crate::statements;

/// Largest number of refused rows. With more, the rows are not to blame: a person should look at the table.
const MOST_REFUSED: usize = 200;

/// Stores `rows` of the batch in one transaction, and returns those PostgreSQL refuses.
pub(crate) async fn rows(
    client: &Client,
    layout: &Layout,
    batch: &Batch<'_>,
    rows: &[usize],
) -> Result<Vec<Refused>, Failure> {
    let (begin, delete) = statements::beginning(layout);
    client.batch_execute(&begin).await.map_err(Error::from)?;
    if let Some(delete) = &delete {
        execute(client, delete, layout, batch, rows).await?;
    }
    let (stored, refused) = halve(client, layout, batch, rows).await?;
    let end = match &delete {
        // Without stored rows, nothing is replaced.
        Some(_) if stored.is_empty() => "ROLLBACK",
        Some(delete) => {
            execute(client, delete, layout, batch, &stored).await?;
            statements::COMMIT
        }
        None => statements::COMMIT,
    };
    client.batch_execute(end).await.map_err(Error::from)?;
    Ok(refused)
}

/// The rows that were stored, and those that were refused.
async fn halve(
    client: &Client,
    layout: &Layout,
    batch: &Batch<'_>,
    rows: &[usize],
) -> Result<(Vec<usize>, Vec<Refused>), Failure> {
    let insert = statements::insert(layout);
    let (mut stored, mut refused) = (Vec::new(), Vec::new());
    let mut waiting = vec![rows];
    while let Some(part) = waiting.pop() {
        client.batch_execute("SAVEPOINT part").await.map_err(Error::from)?;
        let failure = match execute(client, &insert, layout, batch, part).await {
            Ok(()) => {
                client.batch_execute("RELEASE part").await.map_err(Error::from)?;
                stored.extend(part);
                continue;
            }
            Err(failure) if failure.is_about_rows() && refused.len() < MOST_REFUSED => failure,
            Err(failure) => return Err(failure),
        };
        client.batch_execute("ROLLBACK TO part; RELEASE part").await.map_err(Error::from)?;
        match (part, failure) {
            ([row], Failure::Server(error)) => refused.push(Refused { row: *row, reason: error.to_string() }),
            (part, _) => {
                let (first, second) = part.split_at(part.len() / 2);
                // The first half is looked at first.
                waiting.extend([second, first]);
            }
        }
    }
    Ok((stored, refused))
}

async fn execute(
    client: &Client,
    statement: &str,
    layout: &Layout,
    batch: &Batch<'_>,
    rows: &[usize],
) -> Result<(), Failure> {
    let arrays = Arrays::of(layout, batch, rows);
    client.execute_typed(statement, &arrays.parameters()).await.map_err(Error::from)?;
    Ok(())
}
