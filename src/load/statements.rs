//! The statements of a load: a table and its columns come in, SQL goes out, the same for each
//! dialect. Every name is quoted.

use super::columns::LoadColumn;
use super::database::{Dialect, TableName};

/// A quoted name.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as a literal.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl TableName {
    /// The quoted name with its schema.
    pub(super) fn sql(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.table))
    }

    /// A temporary table.
    pub(super) fn temporary(dialect: Dialect, table: &str) -> Self {
        Self {
            schema: dialect.temporary_schema().to_owned(),
            table: table.to_owned(),
        }
    }
}

/// The columns, separated by commas, each after a prefix.
pub(super) fn list(columns: &[LoadColumn], prefix: &str) -> String {
    let names = columns.iter().map(|column| quoted(&column.name));
    let names: Vec<String> = names.map(|name| format!("{prefix}{name}")).collect();
    names.join(", ")
}

/// Creates a table with these columns. A table in the schema of temporary tables is temporary.
pub(super) fn create(dialect: Dialect, table: &TableName, columns: &[LoadColumn]) -> String {
    let is_temporary = table.schema == dialect.temporary_schema();
    let what = if is_temporary { "TEMPORARY " } else { "" };
    let columns = columns.iter().map(|column| {
        let null = if column.is_nullable { "" } else { " NOT NULL" };
        let name = quoted(&column.name);
        format!("{name} {}{null}", dialect.type_name(column.kind))
    });
    let columns: Vec<String> = columns.collect();
    format!(
        "CREATE {what}TABLE {} ({})",
        table.sql(),
        columns.join(", ")
    )
}

/// Adds a column, which is null in the rows that are there.
pub(super) fn add_column(dialect: Dialect, table: &TableName, column: &LoadColumn) -> String {
    let name = quoted(&column.name);
    let kind = dialect.type_name(column.kind);
    format!("ALTER TABLE {} ADD COLUMN {name} {kind}", table.sql())
}

/// Makes the key the primary key.
pub(super) fn add_key(table: &TableName, key: &[LoadColumn]) -> String {
    let table = table.sql();
    format!("ALTER TABLE {table} ADD PRIMARY KEY ({})", list(key, ""))
}

/// Deletes the rows with the removed keys, except those that the added rows have.
pub(super) fn delete_removed(
    table: &TableName,
    key: &[LoadColumn],
    added: &TableName,
    removed: &TableName,
) -> String {
    format!(
        "DELETE FROM {} target USING {} removed WHERE {} \
         AND NOT EXISTS (SELECT 1 FROM {} added WHERE {})",
        table.sql(),
        removed.sql(),
        equal(key, "target", "removed"),
        added.sql(),
        equal(key, "added", "removed"),
    )
}

/// Deletes the rows that are not among the added rows, which are all rows of the version.
pub(super) fn delete_others(table: &TableName, key: &[LoadColumn], added: &TableName) -> String {
    format!(
        "DELETE FROM {} target WHERE NOT EXISTS (SELECT 1 FROM {} added WHERE {})",
        table.sql(),
        added.sql(),
        equal(key, "added", "target"),
    )
}

/// Deletes the rows that have a key of the added rows and other values.
pub(super) fn delete_changed(
    table: &TableName,
    columns: &[LoadColumn],
    key: &[LoadColumn],
    added: &TableName,
) -> String {
    let values = columns.iter().filter(|column| !key.contains(column));
    let values: Vec<LoadColumn> = values.cloned().collect();
    format!(
        "DELETE FROM {} target USING {} added WHERE {} AND ROW({}) IS DISTINCT FROM ROW({})",
        table.sql(),
        added.sql(),
        equal(key, "added", "target"),
        list(&values, "target."),
        list(&values, "added."),
    )
}

/// Inserts the added rows whose keys the table does not have.
pub(super) fn insert_missing(
    table: &TableName,
    columns: &[LoadColumn],
    key: &[LoadColumn],
    added: &TableName,
) -> String {
    format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {} added \
         WHERE NOT EXISTS (SELECT 1 FROM {table} target WHERE {})",
        list(columns, ""),
        list(columns, "added."),
        added.sql(),
        equal(key, "target", "added"),
        table = table.sql(),
    )
}

/// Inserts all added rows.
pub(super) fn insert_all(table: &TableName, columns: &[LoadColumn], added: &TableName) -> String {
    let (table, added, names) = (table.sql(), added.sql(), list(columns, ""));
    format!("INSERT INTO {table} ({names}) SELECT {names} FROM {added}")
}

fn equal(key: &[LoadColumn], one: &str, other: &str) -> String {
    let names = key.iter().map(|column| quoted(&column.name));
    let equal: Vec<String> = names
        .map(|name| format!("{one}.{name} = {other}.{name}"))
        .collect();
    equal.join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_names_and_texts_are_doubled() {
        let name = TableName {
            schema: "a\"b".to_owned(),
            table: "t".to_owned(),
        };
        assert_eq!(name.sql(), "\"a\"\"b\".\"t\"");
        assert_eq!(literal("d'água"), "'d''água'");
    }
}
