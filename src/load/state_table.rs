//! The tables of the target: the version that each one has, their columns, and changes of these.
//!
//! Refused: a table that this program did not load, columns of other types.

use super::LoadError;
use super::columns::LoadColumn;
use super::database::{Database, Dialect, TableName};
use super::rows::TableRows;
use super::statements::{add_column, create, literal, quoted};

/// The table of loaded versions, in the schema of the tables.
const STATE_TABLE: &str = "purchase_etl_loads";

/// The temporary table of the rows of added files.
pub(super) const ADDED_ROWS: &str = "purchase_etl_added";

/// What was done for one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableLoad {
    /// The table.
    pub table: String,
    /// The version of the table of the lake; none for an answer.
    pub version: Option<i64>,
    /// Whether the target had this version, or this answer, before.
    pub is_current: bool,
    /// Rows that were read from the lake.
    pub rows_read: u64,
    /// Rows that were inserted.
    pub rows_inserted: u64,
    /// Rows that were deleted, with those that were inserted again with other values.
    pub rows_deleted: u64,
}

/// The version of a table that the target has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoadedVersion {
    /// The id of the table of the lake, or the digest of the file of an answer.
    pub(super) table_id: String,
    pub(super) version: i64,
}

/// A table of the target before a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TargetTable {
    Missing,
    /// It has all columns.
    Complete,
    /// Columns were added: its rows lack their values.
    Extended,
}

/// The schema of the target in the transaction of a load.
pub(super) struct TargetSchema<'a> {
    pub(super) database: &'a mut dyn Database,
    pub(super) schema: &'a str,
}

impl TargetSchema<'_> {
    /// A table of the schema.
    pub(super) fn table(&self, table: &str) -> TableName {
        TableName {
            schema: self.schema.to_owned(),
            table: table.to_owned(),
        }
    }

    /// Waits for other loads into the schema, and creates the schema and the table of versions if
    /// they are missing.
    pub(super) fn lock(&mut self) -> Result<(), LoadError> {
        self.database.lock(self.schema)?;
        let select = format!(
            "SELECT nspname::text FROM pg_catalog.pg_namespace WHERE nspname = {}",
            literal(self.schema)
        );
        if self.database.query("read the schemas", &select)?.is_empty() {
            let create = format!("CREATE SCHEMA {}", quoted(self.schema));
            self.database.execute("create the schema", &create)?;
        }
        if self.columns_of(STATE_TABLE)?.is_empty() {
            let create = format!(
                "CREATE TABLE {} (table_name text PRIMARY KEY, table_id text NOT NULL, \
                 version bigint NOT NULL, loaded_at timestamptz NOT NULL)",
                self.table(STATE_TABLE).sql()
            );
            let action = "create the table of loaded versions";
            self.database.execute(action, &create)?;
        }
        Ok(())
    }

    /// The version of a table that the target has, if it was loaded before.
    pub(super) fn loaded(&mut self, table: &str) -> Result<Option<LoadedVersion>, LoadError> {
        let select = format!(
            "SELECT table_id, version::text FROM {} WHERE table_name = {}",
            self.table(STATE_TABLE).sql(),
            literal(table)
        );
        let rows = self.database.query("read the loaded versions", &select)?;
        let Some([table_id, version]) = rows.first().map(Vec::as_slice) else {
            return Ok(None);
        };
        Ok(Some(LoadedVersion {
            table_id: table_id.clone(),
            version: version.parse().expect("the text of a bigint"),
        }))
    }

    /// Records the version that the target now has.
    pub(super) fn record(&mut self, table: &str, loaded: &LoadedVersion) -> Result<(), LoadError> {
        let upsert = format!(
            "INSERT INTO {} VALUES ({}, {}, {}, now()) ON CONFLICT (table_name) DO UPDATE \
             SET table_id = excluded.table_id, version = excluded.version, \
             loaded_at = excluded.loaded_at",
            self.table(STATE_TABLE).sql(),
            literal(table),
            literal(&loaded.table_id),
            loaded.version
        );
        self.database
            .execute("record the loaded version", &upsert)?;
        Ok(())
    }

    /// Whether the target has the table.
    pub(super) fn has_table(&mut self, table: &str) -> Result<bool, LoadError> {
        Ok(!self.columns_of(table)?.is_empty())
    }

    /// Adds the columns that the table lacks. They are null in its rows, whatever the lake has.
    pub(super) fn migrate(
        &mut self,
        table: &str,
        columns: &[LoadColumn],
    ) -> Result<TargetTable, LoadError> {
        let found = self.columns_of(table)?;
        if found.is_empty() {
            return Ok(TargetTable::Missing);
        }
        let mut state = TargetTable::Complete;
        let name = self.table(table);
        let dialect = self.database.dialect();
        for column in columns {
            let expected = dialect.type_name(column.kind);
            match found.iter().find(|(name, _)| *name == column.name) {
                None if column.is_nullable => {
                    let add = add_column(dialect, &name, column);
                    self.database.execute("add a column", &add)?;
                    state = TargetTable::Extended;
                }
                Some((_, data_type)) if data_type == expected => {}
                other => {
                    return Err(LoadError::ColumnDiffers {
                        table: table.to_owned(),
                        column: column.name.clone(),
                        expected,
                        found: other.map_or_else(|| "none".to_owned(), |(_, found)| found.clone()),
                    });
                }
            }
        }
        Ok(state)
    }

    /// Copies rows into a new temporary table; returns it, and their number.
    pub(super) fn stage(
        &mut self,
        table: &str,
        rows: &TableRows<'_>,
    ) -> Result<(TableName, u64), LoadError> {
        let dialect = self.database.dialect();
        let staged = TableName::temporary(dialect, table);
        let create = create(dialect, &staged, rows.columns);
        self.database.execute("create a temporary table", &create)?;
        let count = self.database.copy(&staged, rows)?;
        let analyse = format!("ANALYZE {}", staged.sql());
        self.database.execute("analyse the rows", &analyse)?;
        Ok((staged, count))
    }

    /// Drops a temporary table.
    pub(super) fn drop_table(&mut self, table: &TableName) -> Result<(), LoadError> {
        let drop = format!("DROP TABLE {}", table.sql());
        self.database.execute("drop a temporary table", &drop)?;
        Ok(())
    }

    /// Names and types of the columns of a table; none if it does not exist.
    fn columns_of(&mut self, table: &str) -> Result<Vec<(String, String)>, LoadError> {
        let (schema, table) = (literal(self.schema), literal(table));
        let select = match self.database.dialect() {
            Dialect::Postgres => format!(
                "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod) \
                 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                 JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = {schema} \
                 AND c.relname = {table} AND a.attnum > 0 AND NOT a.attisdropped"
            ),
            Dialect::DuckDb => format!(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE \
                 database_name = current_database() AND schema_name = {schema} \
                 AND table_name = {table}"
            ),
        };
        let rows = self.database.query("read the columns", &select)?;
        let pairs = rows.into_iter().filter_map(|row| {
            let [name, data_type] = <[String; 2]>::try_from(row).ok()?;
            Some((name, data_type))
        });
        Ok(pairs.collect())
    }
}
