//! The target of a load: the text of `--to` comes in, a database that can be connected to goes out.
//!
//! Refused: other schemes, and what [`PostgresTarget`] and [`DuckDbTarget`] refuse.

use super::database::Database;
use super::duckdb::{self, DuckDbTarget};
use super::postgres::{self, PostgresTarget};
use super::{LoadEnvironment, LoadError};

/// A database to load into.
#[derive(Clone, Debug)]
pub enum LoadTarget {
    /// PostgreSQL.
    Postgres(Box<PostgresTarget>),
    /// A DuckDB file.
    DuckDb(DuckDbTarget),
}

impl LoadTarget {
    /// Reads a URL such as `postgresql://etl@localhost:5432/warehouse`, or `duckdb:FILE`.
    ///
    /// # Errors
    /// [`LoadError::Target`], which never repeats a password.
    pub fn parse(text: &str) -> Result<Self, LoadError> {
        if let Some(target) = PostgresTarget::parse(text)? {
            return Ok(Self::Postgres(Box::new(target)));
        }
        if let Some(target) = DuckDbTarget::parse(text)? {
            return Ok(Self::DuckDb(target));
        }
        Err(LoadError::target(
            "expected postgresql://USER@HOST:PORT/DATABASE or duckdb:FILE",
        ))
    }

    /// The database, without user and password, for messages, logs and lineage.
    pub fn shown(&self) -> String {
        match self {
            Self::Postgres(target) => target.shown(),
            Self::DuckDb(target) => target.shown(),
        }
    }

    /// The namespace and the name of a table for lineage, by
    /// <https://openlineage.io/docs/spec/naming>.
    pub fn lineage_name(&self, schema: &str, table: &str) -> (String, String) {
        match self {
            Self::Postgres(target) => target.lineage_name(schema, table),
            Self::DuckDb(target) => (target.shown(), format!("{schema}.{table}")),
        }
    }

    /// The schema of the tables unless another is chosen.
    pub fn default_schema(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "public",
            Self::DuckDb(_) => "main",
        }
    }

    /// Connects and begins a transaction.
    pub(super) fn begin(
        &self,
        environment: &LoadEnvironment<'_>,
    ) -> Result<Box<dyn Database>, LoadError> {
        match self {
            Self::Postgres(target) => postgres::begin(target, environment),
            Self::DuckDb(target) => duckdb::begin(target, environment),
        }
    }
}
