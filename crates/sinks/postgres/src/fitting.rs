//! Making a table fit its records, once per schema and process.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use postgres_client::{Client, Error};
use record::Schema;
use sink_sql::{Layout, Mismatch, Plan, plan};

use crate::dialect::POSTGRES;
use crate::failure::Failure;
use crate::{catalog, statements};

/// The tables that are known to fit, by name, with the schema they fit.
#[derive(Debug, Default)]
pub(crate) struct Fitting {
    known: RefCell<HashMap<String, (Schema, Rc<Layout>)>>,
}

impl Fitting {
    /// Layout of rows of the schema. If it is not known yet, the table is looked at and made to fit.
    pub(crate) async fn layout(&self, client: &Client, schema: &Schema) -> Result<Rc<Layout>, Failure> {
        let known = self.known.borrow().get(schema.name.as_ref()).cloned();
        if let Some((_, layout)) = known.filter(|(known, _)| known == schema) {
            return Ok(layout);
        }
        let mut plan = look(client, schema).await?;
        if !plan.statements.is_empty() {
            plan = change(client, schema).await?;
        }
        let layout = Rc::new(plan.layout);
        self.known.borrow_mut().insert(schema.name.to_string(), (schema.clone(), Rc::clone(&layout)));
        Ok(layout)
    }

    /// Looks at the table again next time.
    pub(crate) fn forget(&self, schema: &Schema) {
        self.known.borrow_mut().remove(schema.name.as_ref());
    }
}

async fn look(client: &Client, schema: &Schema) -> Result<Plan, Failure> {
    let table = catalog::table(client, &schema.name).await?;
    Ok(plan(schema, table.as_ref(), &POSTGRES)?)
}

/// Looks again, alone this time, and changes the table.
async fn change(client: &Client, schema: &Schema) -> Result<Plan, Failure> {
    let begin = statements::begin_alone(&schema.name);
    client.batch_execute(&begin).await.map_err(Error::from)?;
    let plan = look(client, schema).await?;
    if let Some(mismatch) = refuted(client, schema, &plan).await? {
        // The lock is given back at once, not only when the connection is closed.
        client.batch_execute("ROLLBACK").await.map_err(Error::from)?;
        return Err(mismatch.into());
    }
    for statement in &plan.statements {
        tracing::info!(statement, "changing the store");
    }
    let changes = plan.statements.join(";\n");
    client.batch_execute(&changes).await.map_err(definition)?;
    client.batch_execute(statements::COMMIT).await.map_err(Error::from)?;
    Ok(plan)
}

/// Conflict of existing rows with the plan, if any. If rows matter, the table stays locked.
async fn refuted(client: &Client, schema: &Schema, plan: &Plan) -> Result<Option<Mismatch>, Failure> {
    if !plan.conditions.is_empty() {
        client.batch_execute(&statements::lock(&schema.name)).await.map_err(definition)?;
    }
    for condition in &plan.conditions {
        let answer = client.query_typed_one(&condition.question, &[]).await;
        if answer.map_err(Error::from)?.try_get(0).map_err(Error::from)? {
            return Ok(Some(condition.mismatch.clone()));
        }
    }
    Ok(None)
}

fn definition(error: tokio_postgres::Error) -> Failure {
    Failure::Definition(error.into())
}
