//! Creates and opens Delta tables that match a specification.
//!
//! Refused: protocols above reader 1, writer 2 (the report would ignore deletion vectors and column
//! mapping), columns or partitioning that differ from the specification. A table that lacks only
//! nullable columns was written before they were added: it can be read, and written after
//! [`Lake::upgrade`].

use std::sync::Arc;

use deltalake::kernel::transaction::CommitProperties;
use deltalake::kernel::{StructField, StructType};
use deltalake::protocol::SaveMode;
use deltalake::table::state::DeltaTableState;
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError, TableProperty};

use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;

use super::counts::signed;
use super::error::write_error;
use super::log::TableLog;
use super::table_spec::TableSpec;
use super::{Lake, LakeError, durable};

/// The highest protocol that every reader of the lake supports.
const READER_VERSION: i32 = 1;
const WRITER_VERSION: i32 = 2;

/// The number of commits between checkpoints, as in Spark. Every reader and every commit replays
/// the commits since the last one, at about half a millisecond each.
const CHECKPOINT_INTERVAL: &str = "10";

impl Lake {
    /// Creates the table if it does not exist, and checks it against its specification. Several
    /// processes may do so at once: one of them creates it.
    ///
    /// # Errors
    /// [`LakeError::SchemaDiffers`] with the first column that differs, [`LakeError::MissingColumns`]
    /// for a table to be upgraded, [`LakeError::Protocol`], or an error of the store.
    pub fn create_if_missing(&self, spec: &TableSpec) -> Result<(), LakeError> {
        let columns = spec.delta_columns()?;
        if !self.table_exists(spec.name)? {
            if let Some(directory) = self.local_directory(spec.name) {
                durable::create_directory(&directory)?;
            }
            let created = self.runtime().block_on(self.create(spec, columns));
            if let Err(error) = created {
                // Another process may have created it first, or the table was created and only a
                // later step failed: it counts only whether it exists.
                if !self.table_exists(spec.name)? {
                    return Err(LakeError::delta("create", spec.name)(error));
                }
            }
        }
        // This also covers a table left by a run that was stopped while creating it.
        self.sync_log(spec.name)?;
        self.open_checked(spec).map(drop)
    }

    async fn create(
        &self,
        spec: &TableSpec,
        columns: Vec<StructField>,
    ) -> Result<(), DeltaTableError> {
        // Without retries the loser of a race fails; with them it would commit its own metadata
        // over the winner's as version 1.
        let properties = CommitProperties::default().with_max_retries(0);
        self.build(spec.name)?
            .create()
            .with_table_name(spec.name)
            .with_columns(columns)
            .with_partition_columns(spec.partition_names())
            .with_configuration_property(
                TableProperty::CheckpointInterval,
                Some(CHECKPOINT_INTERVAL),
            )
            .with_save_mode(SaveMode::ErrorIfExists)
            .with_commit_properties(properties)
            .await
            .map(drop)
            .map_err(write_error)
    }

    /// A table handle that has not read the log yet.
    pub(super) fn handle(&self, table: &str) -> Result<DeltaTable, LakeError> {
        self.build(table).map_err(LakeError::delta("open", table))
    }

    fn build(&self, table: &str) -> Result<DeltaTable, DeltaTableError> {
        let refused = |error: LakeError| DeltaTableError::InvalidTableLocation(error.to_string());
        let store = self.location.store().map(|url| self.stores.store(url));
        let store = store
            .transpose()
            .map_err(|error| DeltaTableError::GenericError {
                source: Box::new(error),
            })?;
        let Some(path) = self.location.literal_path(table) else {
            let url = self.location.table_url(table).map_err(refused)?;
            let builder = DeltaTableBuilder::from_url(url.clone())?;
            let Some(store) = store else {
                return builder.build();
            };
            return builder.with_storage_backend(store, url).build();
        };
        // The library sees the table as the root of its store, without the path.
        let url = self.location.root_url().map_err(refused)?;
        let store = store.unwrap_or_else(|| Arc::new(LocalFileSystem::new()));
        DeltaTableBuilder::from_url(url.clone())?
            .with_storage_backend(Arc::new(PrefixStore::new(store, path)), url)
            .build()
    }

    /// The log of a table, which need not exist.
    pub(super) fn log<'a>(&'a self, table: &'a str) -> Result<TableLog<'a>, LakeError> {
        let store = self.handle(table)?.object_store();
        Ok(TableLog::new(table, store, self.runtime()))
    }

    /// Whether the table has a log with at least one commit or checkpoint.
    pub(super) fn table_exists(&self, table: &str) -> Result<bool, LakeError> {
        Ok(self.newest_version(table)?.is_some())
    }

    /// The newest version of a table, if it exists.
    pub(super) fn newest_version(&self, table: &str) -> Result<Option<u64>, LakeError> {
        Ok(self.log(table)?.files()?.newest())
    }

    /// Loads a table at `version`, or at the newest.
    pub(super) fn open(&self, table: &str, version: Option<i64>) -> Result<DeltaTable, LakeError> {
        let mut handle = self.handle(table)?;
        let log = TableLog::new(table, handle.object_store(), self.runtime());
        let newest = log.files()?.newest();
        let newest = newest.ok_or_else(|| self.no_table(table))?;
        let loaded = match version {
            Some(version) => {
                let version = checked_version(table, version, newest)?;
                self.runtime().block_on(handle.load_version(version))
            }
            None => self.runtime().block_on(handle.load()),
        };
        loaded.map_err(LakeError::delta("load", table))?;
        check_protocol(table, loaded_state(table, &handle)?)?;
        Ok(handle)
    }

    pub(super) fn no_table(&self, table: &str) -> LakeError {
        LakeError::NoTable {
            table: table.to_owned(),
            lake: self.location().to_string(),
        }
    }

    /// Loads the newest version of a table for writing: it must match its specification.
    pub(super) fn open_checked(&self, spec: &TableSpec) -> Result<DeltaTable, LakeError> {
        let (handle, missing) = self.open_readable(spec)?;
        if missing.is_empty() {
            return Ok(handle);
        }
        Err(LakeError::MissingColumns {
            table: spec.name.to_owned(),
            columns: missing.iter().map(|column| column.name().clone()).collect(),
            lake: self.location().to_string(),
        })
    }

    /// Loads the newest version of a table for reading, with the nullable columns of its
    /// specification that it lacks.
    pub(super) fn open_readable(
        &self,
        spec: &TableSpec,
    ) -> Result<(DeltaTable, Vec<StructField>), LakeError> {
        let handle = self.open(spec.name, None)?;
        let state = loaded_state(spec.name, &handle)?;
        let missing = missing_columns(spec, &state.schema())?;
        check_partitioning(spec, state.metadata().partition_columns())?;
        Ok((handle, missing))
    }
}

/// The state of a table that is loaded.
pub(super) fn loaded_state<'t>(
    table: &str,
    loaded: &'t DeltaTable,
) -> Result<&'t DeltaTableState, LakeError> {
    loaded.snapshot().map_err(LakeError::delta("load", table))
}

/// Checks that a version exists, and converts it to the type of the log.
pub(super) fn checked_version(table: &str, version: i64, newest: u64) -> Result<u64, LakeError> {
    let unknown = || LakeError::NoVersion {
        table: table.to_owned(),
        version,
        newest: signed(newest),
    };
    let requested = u64::try_from(version).map_err(|_| unknown())?;
    if requested > newest {
        return Err(unknown());
    }
    Ok(requested)
}

fn check_protocol(table: &str, state: &DeltaTableState) -> Result<(), LakeError> {
    let protocol = state.protocol();
    let (reader, writer) = (protocol.min_reader_version(), protocol.min_writer_version());
    if reader > READER_VERSION || writer > WRITER_VERSION {
        return Err(LakeError::Protocol {
            table: table.to_owned(),
            reader,
            writer,
        });
    }
    Ok(())
}

/// The nullable columns of the specification that a table lacks; any other difference is refused.
pub(super) fn missing_columns(
    spec: &TableSpec,
    found: &StructType,
) -> Result<Vec<StructField>, LakeError> {
    let differs = |column: &str, expected: String, found: String| LakeError::SchemaDiffers {
        table: spec.name.to_owned(),
        column: column.to_owned(),
        expected,
        found,
    };
    let expected = spec.delta_columns()?;
    let mut missing = Vec::new();
    for column in &expected {
        let other = found.field(column.name());
        if other.is_none() && column.is_nullable() {
            missing.push(column.clone());
            continue;
        }
        let other = other.map_or_else(|| "missing".to_owned(), describe_column);
        let expected = describe_column(column);
        if other != expected {
            return Err(differs(column.name(), expected, other));
        }
    }
    let known = |name: &str| expected.iter().any(|column| column.name() == name);
    match found.fields().find(|column| !known(column.name())) {
        Some(extra) => Err(differs(
            extra.name(),
            "absent".into(),
            describe_column(extra),
        )),
        None => Ok(missing),
    }
}

fn check_partitioning(spec: &TableSpec, found: &[String]) -> Result<(), LakeError> {
    let expected = spec.partition_names();
    if found == expected {
        return Ok(());
    }
    let wrong = |name: &&str| !found.iter().any(|other| other == name);
    let column = expected
        .iter()
        .copied()
        .find(wrong)
        .or(expected.first().copied())
        .or(found.first().map(String::as_str))
        .unwrap_or_default();
    Err(LakeError::SchemaDiffers {
        table: spec.name.to_owned(),
        column: column.to_owned(),
        expected: format!("partitioned by {expected:?}"),
        found: format!("partitioned by {found:?}"),
    })
}

fn describe_column(column: &StructField) -> String {
    let null = if column.is_nullable() {
        "nullable"
    } else {
        "not null"
    };
    format!("{} {null}", column.data_type())
}
