//! One load: tables of the lake come in, and after one transaction the target has their newest
//! versions. What each table needed goes out.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::answers::AnswerFile;
use super::columns::{LoadColumn, LoadTable};
use super::database::{Database, TableName};
use super::environment::{LoadEnvironment, LoadProgress};
use super::rows::{RowSource, TableRows};
use super::state_table::{ADDED_ROWS, LoadedVersion, TableLoad, TargetSchema, TargetTable};
use super::{LoadError, LoadTarget, statements};
use crate::lake::{ChangedFiles, FileRef, Lake, LakeError, VersionFiles};

/// How often a running statement looks whether the load has to stop.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// The temporary table of the keys of the rows of removed files.
const REMOVED_KEYS: &str = "purchase_etl_removed";

/// What to load, and where to.
#[derive(Debug)]
pub struct LoadRequest<'a> {
    /// The lake.
    pub lake: &'a Lake,
    /// The database.
    pub target: &'a LoadTarget,
    /// The schema of its tables, created if missing.
    pub schema: &'a str,
    /// The tables. Those that the lake does not have are left out, but one of them must exist.
    pub tables: &'a [LoadTable],
    /// Answers, each of which is all rows of its table.
    pub answers: &'a [AnswerFile],
    /// Where passwords and libraries are looked for.
    pub environment: LoadEnvironment<'a>,
}

/// Loads the newest version of each table, in one transaction.
///
/// # Errors
/// [`LoadError`]; the target is unchanged then, unless the answer to the commit was lost: the next
/// load reads which version the target has.
pub fn load_tables(
    request: &LoadRequest<'_>,
    progress: LoadProgress<'_>,
) -> Result<Vec<TableLoad>, LoadError> {
    let mut database = request.target.begin(&request.environment)?;
    let loaded = cancelled_by(progress.interrupted, &mut *database, |database| {
        load_into(request, database, progress)
    });
    match loaded {
        // The database reports a cancelled statement as its own error.
        _ if progress.is_interrupted() => Err(LoadError::Interrupted),
        Ok(loads) => database.commit().map(|()| loads),
        Err(error) => Err(error),
    }
}

/// Runs `work`, and cancels its statement when the load has to stop.
fn cancelled_by<T>(
    interrupted: &AtomicBool,
    database: &mut dyn Database,
    work: impl FnOnce(&mut dyn Database) -> T,
) -> T {
    let Some(cancel) = database.canceller() else {
        return work(database);
    };
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let is_done = &is_done;
        let canceller = scope.spawn(move || {
            while !is_done.load(Ordering::Relaxed) {
                if interrupted.load(Ordering::Relaxed) {
                    cancel();
                }
                thread::park_timeout(POLL_INTERVAL);
            }
        });
        // Also after a panic: the scope waits for the thread.
        let _done = OnDrop(|| {
            is_done.store(true, Ordering::Relaxed);
            canceller.thread().unpark();
        });
        work(database)
    })
}

/// Calls a function when it is dropped.
struct OnDrop<F: Fn()>(F);

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

fn load_into(
    request: &LoadRequest<'_>,
    database: &mut dyn Database,
    progress: LoadProgress<'_>,
) -> Result<Vec<TableLoad>, LoadError> {
    let mut into = TargetSchema {
        database,
        schema: request.schema,
    };
    into.lock()?;
    let mut loads = Vec::new();
    let mut missing = None;
    for table in request.tables {
        let load = TableToLoad {
            lake: request.lake,
            table,
            columns: table.columns()?,
            key: table.key_columns()?,
            progress,
        };
        match load.run(&mut into) {
            Err(LoadError::Lake(error @ LakeError::NoTable { .. })) => {
                missing.get_or_insert(error);
            }
            loaded => loads.push(loaded?),
        }
    }
    if let (Some(error), true) = (missing, loads.is_empty()) {
        return Err(error.into());
    }
    for answer in request.answers {
        loads.push(answer.load(&mut into, progress)?);
    }
    Ok(loads)
}

/// A table of the lake on its way into the target.
struct TableToLoad<'a> {
    lake: &'a Lake,
    table: &'a LoadTable,
    columns: Vec<LoadColumn>,
    key: Vec<LoadColumn>,
    progress: LoadProgress<'a>,
}

impl TableToLoad<'_> {
    fn run(&self, into: &mut TargetSchema<'_>) -> Result<TableLoad, LoadError> {
        let name = self.table.spec.name;
        let files = self.lake.version_files(name)?;
        let loaded = into.loaded(name)?;
        let state = into.migrate(name, &self.columns)?;
        let exists = state != TargetTable::Missing;
        let is_extended = state == TargetTable::Extended;
        let loaded = check_origin(name, loaded, exists, &files)?;
        let mut load = TableLoad {
            table: name.to_owned(),
            version: Some(files.version),
            ..TableLoad::default()
        };
        let target = into.table(name);
        match loaded {
            Some(loaded) if loaded.version == files.version && !is_extended => {
                load.is_current = true;
                return Ok(load);
            }
            Some(loaded) => {
                let changed = if is_extended {
                    None
                } else {
                    self.lake.changed_files(name, loaded.version, &files)?
                };
                self.apply_changes(into, changed.as_ref(), &files, &mut load)?;
            }
            None => {
                let create = statements::create(into.database.dialect(), &target, &self.columns);
                into.database.execute("create a table", &create)?;
                let rows = self.rows(&self.columns, &files.files);
                load.rows_read = into.database.copy(&target, &rows)?;
                load.rows_inserted = load.rows_read;
                let key = statements::add_key(&target, &self.key);
                into.database.execute("create the primary key", &key)?;
            }
        }
        let VersionFiles { id, version, .. } = files;
        let now = LoadedVersion {
            table_id: id,
            version,
        };
        into.record(name, &now)?;
        Ok(load)
    }

    /// Brings a table to the newest version: by the files that changed since the version it has, or
    /// by comparing all rows if they are not known.
    fn apply_changes(
        &self,
        into: &mut TargetSchema<'_>,
        changed: Option<&ChangedFiles>,
        files: &VersionFiles,
        load: &mut TableLoad,
    ) -> Result<(), LoadError> {
        let name = self.table.spec.name;
        let target = &into.table(name);
        let new = changed.map_or(&files.files, |known| &known.added);
        let added = self.stage(into, ADDED_ROWS, &self.columns, new, load)?;
        let mut deleted = match changed {
            Some(ChangedFiles { removed, .. }) if removed.is_empty() => 0,
            Some(ChangedFiles { removed, .. }) => {
                let keys = self.stage(into, REMOVED_KEYS, &self.key, removed, load)?;
                let delete = statements::delete_removed(target, &self.key, &added, &keys);
                let deleted = into.database.execute("delete rows", &delete)?;
                into.drop_table(&keys)?;
                deleted
            }
            None => {
                tracing::info!(
                    table = name,
                    "files of the loaded version are deleted, or columns were added: comparing all rows"
                );
                let delete = statements::delete_others(target, &self.key, &added);
                into.database.execute("delete rows", &delete)?
            }
        };
        let (columns, key) = (&self.columns, &self.key);
        let delete = statements::delete_changed(target, columns, key, &added);
        deleted += into.database.execute("delete rows", &delete)?;
        let insert = statements::insert_missing(target, columns, key, &added);
        load.rows_inserted = into.database.execute("insert rows", &insert)?;
        load.rows_deleted = deleted;
        into.drop_table(&added)
    }

    fn stage(
        &self,
        into: &mut TargetSchema<'_>,
        table: &str,
        columns: &[LoadColumn],
        files: &[FileRef],
        load: &mut TableLoad,
    ) -> Result<TableName, LoadError> {
        let (staged, count) = into.stage(table, &self.rows(columns, files))?;
        load.rows_read += count;
        Ok(staged)
    }

    fn rows<'r>(&'r self, columns: &'r [LoadColumn], files: &'r [FileRef]) -> TableRows<'r> {
        TableRows {
            source: RowSource::Lake {
                lake: self.lake,
                table: self.table,
                files,
            },
            columns,
            progress: self.progress,
        }
    }
}

/// The version that the target has, if it has the table; an error if the table is not an earlier
/// version of this one.
fn check_origin(
    table: &str,
    loaded: Option<LoadedVersion>,
    exists: bool,
    files: &VersionFiles,
) -> Result<Option<LoadedVersion>, LoadError> {
    let foreign = |problem: String, remedy| {
        Err(LoadError::Foreign {
            table: table.to_owned(),
            problem,
            remedy,
        })
    };
    match loaded {
        _ if !exists => Ok(None),
        None => foreign(
            "was not created by a load".to_owned(),
            "load into another --schema, or drop the table",
        ),
        Some(loaded) if loaded.table_id != files.id => foreign(
            "was loaded from another lake".to_owned(),
            "load into another --schema, or drop the table",
        ),
        Some(loaded) if loaded.version > files.version => foreign(
            format!(
                "has version {}, and the lake only version {}",
                loaded.version, files.version
            ),
            "load from the newest copy of the lake, or drop the table to load this one",
        ),
        Some(loaded) => Ok(Some(loaded)),
    }
}
