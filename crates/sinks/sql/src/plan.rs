//! The difference between a table and a schema, as statements.

use record::{Column, Role, Schema};

use crate::name::identity_index;
use crate::{
    Dialect, Fit, Held, Layout, Mismatch, Table, TableColumn, Write, definition, identity, quoted_list,
};

/// Changes that adapt a table to a schema, and the layout of rows afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The statements, to be run in one transaction. None when the table fits as it is.
    pub statements: Vec<String>,
    /// Conditions that must not hold for existing rows. Check them in the same transaction before the statements, with
    /// the table locked against writes. Empty without statements.
    pub conditions: Vec<Condition>,
    /// Layout of rows after the statements.
    pub layout: Layout,
}

/// Something that must not be true of the rows of a table when it is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// A query that answers with one boolean.
    pub question: String,
    /// Mismatch if the condition holds.
    pub mismatch: Mismatch,
}

/// Compares a schema with the table of its name, or with none.
///
/// # Errors
///
/// [`Mismatch`] where the table can only be made to fit by losing something.
pub fn plan(schema: &Schema, table: Option<&Table>, dialect: &Dialect) -> Result<Plan, Mismatch> {
    check_names(schema, dialect)?;
    let write = Write::of(schema);
    if write == Write::Upsert && identity::columns(schema).is_empty() {
        return Err(Mismatch::NoKey { table: schema.name.to_string() });
    }
    let mut planner = Planner { schema, dialect, statements: Vec::new(), conditions: Vec::new() };
    let (columns, identity, absent_tags) = match table {
        None => planner.create(),
        Some(table) => planner.widen(table)?,
    };
    let layout = Layout { table: schema.name.to_string(), columns, identity, absent_tags, write };
    Ok(Plan { statements: planner.statements, conditions: planner.conditions, layout })
}

fn check_names(schema: &Schema, dialect: &Dialect) -> Result<(), Mismatch> {
    let index = (!identity::columns(schema).is_empty()).then(|| identity_index(&schema.name));
    let columns = schema.columns.iter().map(|column| column.name.as_ref());
    for name in columns.chain([schema.name.as_ref()]).chain(index.as_deref()) {
        if name.is_empty() || name.contains('\0') {
            return Err(Mismatch::BadName { table: schema.name.to_string() });
        }
        if name.len() > dialect.longest_name {
            return Err(Mismatch::LongName { name: name.to_owned(), longest: dialect.longest_name });
        }
    }
    Ok(())
}

struct Planner<'a> {
    schema: &'a Schema,
    dialect: &'a Dialect,
    statements: Vec<String>,
    conditions: Vec<Condition>,
}

/// The columns of the record, those of the identity, and the tags only the table has.
type Parts = (Vec<Held>, Vec<String>, Vec<String>);

impl Planner<'_> {
    fn create(&mut self) -> Parts {
        self.statements.push(definition::create_table(self.schema, self.dialect));
        let identity = self.own_identity();
        if !identity.is_empty() {
            self.statements.push(definition::create_identity(&self.schema.name, &identity));
        }
        if self.dialect.has_comments {
            self.statements.extend(definition::describe_table(self.schema));
            self.schema.columns.iter().for_each(|column| self.describe(column));
        }
        let columns = self.schema.columns.iter().map(|column| self.held_new(column)).collect();
        (columns, identity, Vec::new())
    }

    fn widen(&mut self, table: &Table) -> Result<Parts, Mismatch> {
        let mut columns = Vec::new();
        for column in self.schema.columns.iter() {
            columns.push(match table.column(&column.name) {
                Some(existing) => self.keep(column, existing)?,
                None => self.add(column)?,
            });
        }
        let (identity, absent_tags) = self.identify(table)?;
        let unfilled = table.columns.iter().find(|column| {
            let is_written = self.schema.column(&column.name).is_some() || absent_tags.contains(&column.name);
            column.is_required && !column.has_default && !is_written
        });
        match unfilled {
            Some(column) => Err(Mismatch::Unfilled { table: self.table(), column: column.name.clone() }),
            None => Ok((columns, identity, absent_tags)),
        }
    }

    fn add(&mut self, column: &Column) -> Result<Held, Mismatch> {
        // The rows that are there have no time and no key; an absent tag they all have.
        if matches!(column.role, Role::Time | Role::Partition | Role::Key) {
            return Err(Mismatch::MissingKey { table: self.table(), column: column.name.to_string() });
        }
        self.statements.push(definition::add_column(&self.schema.name, column, self.dialect));
        if self.dialect.has_comments {
            self.describe(column);
        }
        Ok(self.held_new(column))
    }

    fn keep(&mut self, column: &Column, existing: &TableColumn) -> Result<Held, Mismatch> {
        let (table, name) = (self.table(), column.name.to_string());
        let held_as = existing.sql_type.clone();
        let sql_type = match (self.dialect.fit)(&existing.sql_type, column.value_type) {
            Fit::Holds => held_as,
            Fit::Widens(sql_type) => {
                self.alter(&column.name, &format!("TYPE {sql_type}"));
                sql_type.to_owned()
            }
            Fit::WidensIfExact(sql_type) => {
                let question = definition::has_inexact(&table, &name);
                let mismatch = Mismatch::Rounds { table, column: name, held_as, wanted: sql_type };
                self.conditions.push(Condition { question, mismatch });
                self.alter(&column.name, &format!("TYPE {sql_type}"));
                sql_type.to_owned()
            }
            Fit::Refuses => {
                let wanted = (self.dialect.column_type)(column.value_type);
                return Err(Mismatch::Type { table, column: name, held_as, wanted });
            }
        };
        self.keep_absence(column, existing)?;
        Ok(Held { name: existing.name.clone(), role: column.role, value_type: column.value_type, sql_type })
    }

    /// Makes an existing column as willing to take `NULL` as ours.
    fn keep_absence(&mut self, column: &Column, existing: &TableColumn) -> Result<(), Mismatch> {
        match (column.role, existing.is_required) {
            (Role::Field, true) if column.optional => {
                if !self.dialect.alters_columns {
                    return Err(Mismatch::NotNull { table: self.table(), column: column.name.to_string() });
                }
                self.alter(&column.name, "DROP NOT NULL");
            }
            // Without the constraint the table works too, as long as nobody else writes to it.
            (Role::Tag, false) if self.dialect.alters_columns => {
                self.statements.push(definition::fill_tag(&self.schema.name, &column.name));
                self.alter(&column.name, "SET DEFAULT ''");
                self.alter(&column.name, "SET NOT NULL");
            }
            (Role::Time | Role::Partition | Role::Key, false) if self.dialect.alters_columns => {
                self.alter(&column.name, "SET NOT NULL");
            }
            _ => {}
        }
        Ok(())
    }

    /// The columns that identify a row from now on, and those of them the record does not have.
    fn identify(&mut self, table: &Table) -> Result<(Vec<String>, Vec<String>), Mismatch> {
        let own = self.own_identity();
        let own_names: Vec<_> = own.iter().map(String::as_str).collect();
        if own.is_empty() || table.is_unique_over(&own_names) {
            return Ok((own, Vec::new()));
        }
        let Some(index) = table.index(&identity_index(&self.schema.name)) else {
            self.fill_tags(table);
            self.statements.push(definition::create_identity(&self.schema.name, &own));
            return Ok((own, Vec::new()));
        };
        if !self.schema.is_measurement() {
            let columns = quoted_list(index.columns.iter().map(String::as_str));
            return Err(Mismatch::OtherKey { table: self.table(), columns });
        }
        let absent: Vec<_> = index.columns.iter().filter(|name| !own.contains(name)).cloned().collect();
        if let Some(field) = absent.iter().find(|name| self.schema.column(name).is_some()) {
            return Err(Mismatch::TagAsField { table: self.table(), column: field.clone() });
        }
        let new: Vec<_> = own.into_iter().filter(|name| !index.has(name)).collect();
        let all = [index.columns.clone(), new.clone()].concat();
        if !new.is_empty() {
            self.fill_tags(table);
            self.statements.push(definition::drop_identity(&self.schema.name));
            self.statements.push(definition::create_identity(&self.schema.name, &all));
        }
        Ok((all, absent))
    }

    /// Fills absent tags before the identity is made, in columns that cannot be made to refuse `NULL`.
    fn fill_tags(&mut self, table: &Table) {
        if self.dialect.alters_columns {
            return;
        }
        let tags = self.schema.columns.iter().filter(|column| column.role == Role::Tag);
        for tag in tags.filter(|tag| table.column(&tag.name).is_some_and(|existing| !existing.is_required)) {
            self.statements.push(definition::fill_tag(&self.schema.name, &tag.name));
        }
    }

    fn own_identity(&self) -> Vec<String> {
        identity::columns(self.schema).iter().map(|column| column.name.to_string()).collect()
    }

    fn held_new(&self, column: &Column) -> Held {
        Held {
            name: column.name.to_string(),
            role: column.role,
            value_type: column.value_type,
            sql_type: (self.dialect.column_type)(column.value_type).to_owned(),
        }
    }

    fn alter(&mut self, column: &str, change: &str) {
        self.statements.push(definition::alter_column(&self.schema.name, column, change));
    }

    fn describe(&mut self, column: &Column) {
        self.statements.extend(definition::describe_column(&self.schema.name, column));
    }

    fn table(&self) -> String {
        self.schema.name.to_string()
    }
}
