//! The lake: tables under a Delta log. Record batches and facts about inputs come in; durable
//! Parquet files, commits and file lists come out.
//!
//! ```text
//! batches -PartitionWriter-> StagedFiles -Lake::commit_batch-> commits -Lake::snapshot-> file list
//!                            Change       -Lake::commit_change-'
//! ```
//!
//! What the room promises:
//!
//! - A reader of the log sees all rows of a batch or none.
//! - A change of a table holds for the version it was planned on; when another writer was quicker it
//!   is planned again. Older versions stay readable.
//! - The rows of an input are committed once: its digest is a `txn` in the same commit.
//! - What was reported as committed is on disk: data files and directories are synced before the
//!   commit, the log after it.
//! - So is what others have committed and a run relies on: a run that was stopped may have left a log
//!   entry that is visible and not yet on disk.
//! - A commit that may or may not have landed is looked up in the log before anything is said.
//!
//! Refused: tables above protocol reader 1, writer 2, tables with other columns than their
//! specification, log entries that name files outside their table.
//!
//! The interface is blocking; do not call it from asynchronous code.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::runtime::Runtime;
use url::Url;

mod actions;
mod append;
mod attempt;
mod background;
mod batch;
mod batch_buffer;
mod batch_bytes;
mod change;
mod committed_digests;
mod completion_markers;
mod digest;
mod durable;
mod encode;
mod error;
mod files;
mod full_snapshots;
mod inputs;
mod location;
mod log;
mod log_sync;
pub mod maintenance;
mod partition;
mod partition_writer;
mod partition_writer_state;
mod read_back;
mod read_rows;
mod recovery;
mod run_reports;
mod sidecar_files;
mod snapshot;
mod spill;
mod staged;
mod table;
mod table_spec;
#[cfg(test)]
mod testing;
mod text_columns;

pub use background::start_pool;
pub use batch::{CommitBatch, CommitOutcome, CommitStep};
pub use batch_buffer::{BatchBuffer, BufferedBatchId};
pub use change::{ChangeOutcome, TableChange};
pub use committed_digests::CommittedDigests;
pub use digest::{Digest, DigestError};
pub use encode::write_data_file;
pub use error::LakeError;
pub use full_snapshots::AppliedFullSnapshot;
pub use inputs::{IngestedInput, InputCounts, InputRow};
pub use partition::{Partition, PartitionColumn, PartitionType, PartitionValue};
pub use partition_writer::{PartitionWriter, WriterOptions};
pub use recovery::RecoveredInputs;
pub use run_reports::RunReportFile;
pub use snapshot::{FileRef, Snapshot};
pub use staged::{DataFile, StagedFiles};
pub use table_spec::{TableSpec, inputs_spec, rejects_spec};

use location::LakeLocation;
use log_sync::DurableVersions;

use crate::storage::{StoreUrl, Stores};

/// A lake: a directory of Delta tables.
///
/// Opening one looks at nothing; a lake that does not exist yet is an empty one.
#[derive(Debug)]
pub struct Lake {
    location: LakeLocation,
    stores: Stores,
    /// Numbers for the data files, so that all writers of a run have different names.
    file_numbers: Arc<AtomicU64>,
    durable: DurableVersions,
}

impl Lake {
    /// The lake at a local path, a `file://` URL, or a URL of an object store. Relative paths and
    /// `..` are resolved.
    ///
    /// # Errors
    /// [`LakeError::Location`] for text that names no place, [`LakeError::Store`] for URLs that are
    /// refused, and for settings or credentials of a store that are missing or cannot be used.
    pub fn at(location: &str, stores: &Stores) -> Result<Self, LakeError> {
        let location = LakeLocation::parse(location)?;
        if let Some(url) = location.store() {
            table::register_log_stores();
            // What is wrong with settings is told before anything is done with the lake.
            stores.store(url)?;
        }
        Ok(Self {
            location,
            stores: stores.clone(),
            file_numbers: Arc::default(),
            durable: DurableVersions::default(),
        })
    }

    /// The absolute URL of the lake's directory; it ends with a slash.
    pub fn location(&self) -> &Url {
        self.location.url()
    }

    /// The directory, of a lake on the local file system.
    pub fn local_path(&self) -> Option<&Path> {
        self.location.directory()
    }

    /// The place, of a lake in an object store.
    pub fn store_url(&self) -> Option<&StoreUrl> {
        self.location.store()
    }

    /// The way to the store that the lake is in.
    pub fn stores(&self) -> &Stores {
        &self.stores
    }

    /// Settings and credentials of the store that the lake is in, by the names that polars knows;
    /// `None` for a lake on the local file system.
    ///
    /// # Errors
    /// [`LakeError::Store`] for settings or credentials that are missing or cannot be used.
    pub fn store_options(&self) -> Result<Option<Vec<(String, String)>>, LakeError> {
        let Some(url) = self.location.store() else {
            return Ok(None);
        };
        Ok(Some(self.stores.options(url)?))
    }

    /// The directory of a table, on the local file system.
    fn local_directory(&self, table: &str) -> Option<PathBuf> {
        Some(self.location.directory()?.join(table))
    }

    fn runtime(&self) -> &Runtime {
        self.stores.runtime()
    }

    fn file_numbers(&self) -> &Arc<AtomicU64> {
        &self.file_numbers
    }
}

#[cfg(test)]
mod tests;
