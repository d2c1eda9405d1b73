//! What a load needs from a database: one open transaction.

use super::LoadError;
use super::columns::ColumnKind;
use super::rows::TableRows;

/// A database in the transaction of a load. Without [`Database::commit`] nothing is stored.
pub(super) trait Database {
    /// Its dialect of SQL.
    fn dialect(&self) -> Dialect;

    /// Cancels the running statement, from another thread; none if it cannot.
    fn canceller(&self) -> Option<Box<dyn Fn() + Send>>;

    /// Waits until no other load changes this schema; the lock ends with the transaction.
    fn lock(&mut self, schema: &str) -> Result<(), LoadError>;

    /// Runs a statement and returns the number of rows that it changed.
    fn execute(&mut self, action: &'static str, sql: &str) -> Result<u64, LoadError>;

    /// The rows of a query whose columns are texts that are not null.
    fn query(&mut self, action: &'static str, sql: &str) -> Result<Vec<Vec<String>>, LoadError>;

    /// Copies rows into a table that this transaction created, and returns their number.
    fn copy(&mut self, into: &TableName, rows: &TableRows<'_>) -> Result<u64, LoadError>;

    /// Commits the transaction.
    fn commit(self: Box<Self>) -> Result<(), LoadError>;
}

/// A dialect of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Postgres,
    DuckDb,
}

impl Dialect {
    /// The schema of temporary tables.
    pub(super) fn temporary_schema(self) -> &'static str {
        match self {
            Self::Postgres => "pg_temp",
            Self::DuckDb => "temp",
        }
    }

    /// The name of a type as the catalogue of the database has it.
    pub(super) fn type_name(self, kind: ColumnKind) -> &'static str {
        match (self, kind) {
            (Self::Postgres, ColumnKind::Text) => "text",
            (Self::Postgres, ColumnKind::Json) => "jsonb",
            (Self::Postgres, ColumnKind::Bytes) => "bytea",
            (Self::Postgres, ColumnKind::BigInt) => "bigint",
            (Self::Postgres, ColumnKind::SmallInt) => "smallint",
            (Self::Postgres, ColumnKind::Boolean) => "boolean",
            (Self::Postgres, ColumnKind::Numeric) => "numeric(38,9)",
            (Self::Postgres, ColumnKind::Instant) => "timestamp with time zone",
            (Self::Postgres, ColumnKind::Day) => "date",
            (Self::DuckDb, ColumnKind::Text) => "VARCHAR",
            (Self::DuckDb, ColumnKind::Json) => "JSON",
            (Self::DuckDb, ColumnKind::Bytes) => "BLOB",
            (Self::DuckDb, ColumnKind::BigInt) => "BIGINT",
            (Self::DuckDb, ColumnKind::SmallInt) => "SMALLINT",
            (Self::DuckDb, ColumnKind::Boolean) => "BOOLEAN",
            (Self::DuckDb, ColumnKind::Numeric) => "DECIMAL(38,9)",
            (Self::DuckDb, ColumnKind::Instant) => "TIMESTAMP WITH TIME ZONE",
            (Self::DuckDb, ColumnKind::Day) => "DATE",
        }
    }
}

/// A table of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableName {
    pub(super) schema: String,
    pub(super) table: String,
}
