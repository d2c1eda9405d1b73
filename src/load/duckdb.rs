//! A DuckDB file: its path comes in, the transaction of a load goes out.
//!
//! DuckDB is a library that is loaded at run time, through ADBC
//! (<https://arrow.apache.org/adbc/>); this program does not contain it.
//!
//! Refused: databases in memory, which end with the program.

mod batches;

use std::path::{Path, PathBuf};

use adbc_core::error::Error as AdbcError;
use adbc_core::options::{
    AdbcVersion, IngestMode, OptionConnection, OptionDatabase, OptionStatement, OptionValue,
};
use adbc_core::{
    Connection as _, Database as _, Driver as _, LOAD_FLAG_DEFAULT, Optionable as _, Statement as _,
};
use adbc_driver_manager::{ManagedConnection, ManagedDriver};
use arrow::array::RecordBatchReader;

use super::database::{Database, Dialect, TableName};
use super::rows::TableRows;
use super::{LoadEnvironment, LoadError};
use batches::{texts, with_partitions};

/// The scheme of a target.
const SCHEME: &str = "duckdb:";
/// The name of the library, and of its manifest for ADBC.
const LIBRARY: &str = "duckdb";
/// The function that a library of DuckDB begins with.
const ENTRYPOINT: &[u8] = b"duckdb_adbc_init";
/// What to do without the library.
const INSTALL: &str = "install it with `pipx run dbc install duckdb`, or name libduckdb in --duckdb-library or PURCHASE_ETL_DUCKDB_LIBRARY";

/// A DuckDB file.
#[derive(Clone, Debug)]
pub struct DuckDbTarget {
    path: PathBuf,
}

impl DuckDbTarget {
    /// Reads `duckdb:FILE`; none if the scheme is another.
    ///
    /// # Errors
    /// [`LoadError::Target`]
    pub fn parse(text: &str) -> Result<Option<Self>, LoadError> {
        let Some(path) = text.strip_prefix(SCHEME) else {
            return Ok(None);
        };
        if path.is_empty() || path == ":memory:" {
            return Err(LoadError::target("the target must be a file: duckdb:FILE"));
        }
        Ok(Some(Self { path: path.into() }))
    }

    /// The target, for messages and logs.
    pub fn shown(&self) -> String {
        format!("{SCHEME}{}", self.path.display())
    }
}

/// Loads the library, opens the file, which is created if it is missing, and begins a transaction.
pub(super) fn begin(
    target: &DuckDbTarget,
    environment: &LoadEnvironment<'_>,
) -> Result<Box<dyn Database>, LoadError> {
    let mut driver = driver(environment.duckdb_library)?;
    let failed = failed(target, "open");
    // An absolute path is never the name of a database elsewhere, such as `md:name`.
    let path = std::path::absolute(&target.path).map_err(|error| LoadError::Database {
        action: "open",
        target: target.shown(),
        remedy: "correct the path".to_owned(),
        source: error.into(),
    })?;
    let text = |text: &str| OptionValue::String(text.to_owned());
    let option = |name: &str| OptionDatabase::Other(name.to_owned());
    let options = [
        (option("path"), text(&path.to_string_lossy())),
        // Nothing is downloaded.
        (option("autoinstall_known_extensions"), text("false")),
    ];
    let database = driver.new_database_with_opts(options).map_err(&failed)?;
    let autocommit = (OptionConnection::AutoCommit, text("false"));
    let connection = database.new_connection_with_opts([autocommit]);
    Ok(Box::new(DuckDbLoad {
        connection: connection.map_err(&failed)?,
        target: target.clone(),
    }))
}

fn driver(library: Option<&Path>) -> Result<ManagedDriver, LoadError> {
    let version = AdbcVersion::V100;
    let (loaded, shown) = match library {
        Some(path) => (
            ManagedDriver::load_dynamic_from_filename(path, Some(ENTRYPOINT), version),
            path.display().to_string(),
        ),
        None => (
            ManagedDriver::load_from_name(
                LIBRARY,
                Some(ENTRYPOINT),
                version,
                LOAD_FLAG_DEFAULT,
                None,
            ),
            "DuckDB".to_owned(),
        ),
    };
    loaded.map_err(|error| LoadError::Library {
        problem: format!("the library {shown} cannot be loaded ({})", error.message),
        remedy: INSTALL,
    })
}

/// The transaction of a load. The file is locked until it ends.
struct DuckDbLoad {
    connection: ManagedConnection,
    target: DuckDbTarget,
}

impl Database for DuckDbLoad {
    fn dialect(&self) -> Dialect {
        Dialect::DuckDb
    }

    /// A statement ends by itself: it runs in this process.
    fn canceller(&self) -> Option<Box<dyn Fn() + Send>> {
        None
    }

    /// The file is locked as long as it is open.
    fn lock(&mut self, _schema: &str) -> Result<(), LoadError> {
        Ok(())
    }

    fn execute(&mut self, action: &'static str, sql: &str) -> Result<u64, LoadError> {
        let failed = failed(&self.target, action);
        let mut statement = self.connection.new_statement().map_err(&failed)?;
        statement.set_sql_query(sql).map_err(&failed)?;
        let changed = statement.execute_update().map_err(&failed)?;
        Ok(changed
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or_default())
    }

    fn query(&mut self, action: &'static str, sql: &str) -> Result<Vec<Vec<String>>, LoadError> {
        let failed = failed(&self.target, action);
        let mut statement = self.connection.new_statement().map_err(&failed)?;
        statement.set_sql_query(sql).map_err(&failed)?;
        let reader: Box<dyn RecordBatchReader> = Box::new(statement.execute().map_err(&failed)?);
        let mut rows = Vec::new();
        for batch in reader {
            let batch = batch.map_err(|error| failed(AdbcError::from(error)))?;
            rows.extend(texts(&batch).map_err(|error| failed(AdbcError::from(error)))?);
        }
        Ok(rows)
    }

    fn copy(&mut self, into: &TableName, rows: &TableRows<'_>) -> Result<u64, LoadError> {
        let failed = failed(&self.target, "copy rows");
        let mut statement = self.connection.new_statement().map_err(&failed)?;
        let text = |text: &str| OptionValue::String(text.to_owned());
        let mut set = |option, value| statement.set_option(option, value).map_err(&failed);
        set(OptionStatement::TargetTable, text(&into.table))?;
        set(OptionStatement::IngestMode, IngestMode::Append.into())?;
        if into.schema == Dialect::DuckDb.temporary_schema() {
            set(OptionStatement::Temporary, text("true"))?;
        } else {
            set(OptionStatement::TargetDbSchema, text(&into.schema))?;
        }
        let mut count = 0;
        rows.for_each(|file, batch, _first_row| {
            let batch = with_partitions(rows.columns, file, batch)?;
            count += u64::try_from(batch.num_rows()).unwrap_or_default();
            statement.bind(batch).map_err(&failed)?;
            statement.execute_update().map_err(&failed)?;
            Ok(())
        })?;
        Ok(count)
    }

    fn commit(mut self: Box<Self>) -> Result<(), LoadError> {
        let committed = self.connection.commit();
        committed.map_err(failed(&self.target, "commit the load"))
    }
}

fn failed(target: &DuckDbTarget, action: &'static str) -> impl Fn(AdbcError) -> LoadError + use<> {
    let shown = target.shown();
    move |source| LoadError::Database {
        action,
        target: shown.clone(),
        remedy: "correct the cause, close other programs that have the file open, and load again"
            .to_owned(),
        source: source.into(),
    }
}
