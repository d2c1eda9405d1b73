//! The lake: tables with a Delta log. Record batches and facts about inputs come in; durable
//! Parquet files, commits and file lists go out.
//!
//! ```text
//! batches -PartitionWriter-> StagedFiles -Lake::commit_batch-> commits -Lake::snapshot-> file list
//!                            TableChange  -Lake::commit_change-'
//! ```
//!
//! Guarantees:
//!
//! - A reader of the log sees all rows of a batch or none.
//! - A change of a table is valid only for the version it was planned on; after a conflict it is
//!   planned again. Older versions stay readable.
//! - The rows of an input are committed once: its digest is a `txn` in the same commit.
//! - Everything reported as committed is on disk: data files and directories are synced before the
//!   commit, the log after it.
//! - Log entries of other writers are synced before a run relies on them: a stopped run may have
//!   left an entry that is visible and not yet on disk.
//! - The outcome of a commit without a clear response is read from the log before it is reported.
//!
//! Refused: tables above protocol reader 1, writer 2, tables whose columns differ from their
//! specification, log entries that name files outside their table. A table that lacks only nullable
//! columns can be read, and written after [`Lake::upgrade`].
//!
//! The interface is blocking; do not call it from asynchronous code.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::runtime::Runtime;
use url::Url;

mod actions;
mod append;
mod background;
mod batch;
mod batch_buffer;
mod batch_bytes;
mod change;
mod changed_files;
mod columns;
mod commit;
mod committed_digests;
mod completion_markers;
mod counts;
mod digest;
mod durable;
mod encode;
mod error;
mod files;
mod full_snapshots;
mod input_change;
mod inputs;
mod listing;
mod location;
mod log;
mod log_store;
mod log_sync;
pub mod maintenance;
mod partition;
mod partition_writer;
mod partition_writer_state;
mod read_rows;
mod recovery;
mod row_origins;
mod run_reports;
mod sidecar_files;
mod snapshot;
mod spill;
mod staged;
mod staged_files_in_store;
mod state_commit;
mod state_history;
mod stopped_changes;
mod table;
mod table_spec;
#[cfg(test)]
mod testing;
mod text_columns;
mod timezone;

pub use background::start_pool;
pub use batch::{CommitBatch, CommitStep};
pub use batch_buffer::{BatchBuffer, BufferedBatchId};
pub use change::TableChange;
pub use changed_files::{ChangedFiles, VersionFiles};
pub use commit::{CommitOutcome, CommittedVersions};
pub use committed_digests::CommittedDigests;
pub use digest::{Digest, DigestError};
pub use encode::write_data_file;
pub use error::{InputChangeError, LakeError};
pub use full_snapshots::{AppliedFullSnapshot, CompanySnapshot};
pub use input_change::{
    FoldRows, FoldedRows, IncomingContent, InputChange, InputChangeOutcome, RowsPlan,
};
pub use inputs::{InputCounts, InputRow, InputState, ListedInput};
pub use partition::{Partition, PartitionColumn, PartitionType, PartitionValue};
pub use partition_writer::{PartitionWriter, WriterOptions};
pub use recovery::RecoveredInputs;
pub use run_reports::{RunReportFile, local_run_ids};
pub use snapshot::{FileRef, Snapshot};
pub use staged::{DataFile, StagedFiles};
pub use state_commit::{ChangedOrigin, RowOrigin, StateCommit};
pub use state_history::{
    BrokenSnapshots, COMMIT_ORDER, COMMIT_ROW, LeavingStates, SNAPSHOT_DATE, STATE_COLUMNS,
    StateOrder, state_columns,
};
pub use table_spec::{TableSpec, inputs_spec, rejects_spec};
pub use timezone::TimezoneProperty;

use durable::DurableVersions;
use location::LakeLocation;

use crate::storage::{StoreUrl, Stores};

/// A lake: a directory of Delta tables.
///
/// Creating a `Lake` reads nothing from the store; a lake that does not exist yet is empty.
#[derive(Debug)]
pub struct Lake {
    location: LakeLocation,
    stores: Stores,
    /// The next number for data file names, so that all writers of a run use different names.
    file_numbers: Arc<AtomicU64>,
    durable: DurableVersions,
}

impl Lake {
    /// Creates a lake from a local path, a `file://` URL, or a URL of an object store. Relative
    /// paths and `..` are resolved.
    ///
    /// # Errors
    /// [`LakeError::Location`] for text that is no valid location, [`LakeError::Store`] for URLs
    /// that are refused, and for settings or credentials of a store that are missing or invalid.
    pub fn at(location: &str, stores: &Stores) -> Result<Self, LakeError> {
        let location = LakeLocation::parse(location)?;
        if let Some(url) = location.store() {
            log_store::register_log_stores();
            // Reports invalid settings before anything is done with the lake.
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

    /// The directory of a lake on the local file system.
    pub fn local_path(&self) -> Option<&Path> {
        self.location.directory()
    }

    /// The URL of a lake in an object store.
    pub fn store_url(&self) -> Option<&StoreUrl> {
        self.location.store()
    }

    /// The object stores that the lake was opened with.
    pub fn stores(&self) -> &Stores {
        &self.stores
    }

    /// Settings and credentials of the lake's store, under the names that polars uses; `None` for a
    /// lake on the local file system.
    ///
    /// # Errors
    /// [`LakeError::Store`] for settings or credentials that are missing or invalid.
    pub fn store_options(&self) -> Result<Option<Vec<(String, String)>>, LakeError> {
        let Some(url) = self.location.store() else {
            return Ok(None);
        };
        Ok(Some(self.stores.options(url)?))
    }

    /// The directory of a table on the local file system.
    fn local_directory(&self, table: &str) -> Option<PathBuf> {
        Some(self.location.directory()?.join(table))
    }

    fn runtime(&self) -> &Runtime {
        self.stores.runtime()
    }
}

#[cfg(test)]
mod tests;
