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
//! - A commit that may or may not have landed is looked up in the log before anything is said.
//!
//! Refused: tables above protocol reader 1, writer 2, tables with other columns than their
//! specification, log entries that name files outside their table, stores other than the local
//! file system.
//!
//! The interface is blocking; do not call it from asynchronous code.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::runtime::{Builder, Runtime};
use url::Url;

mod actions;
mod append;
mod attempt;
mod background;
mod batch;
mod batch_bytes;
mod change;
mod column;
mod digest;
mod durable;
mod encode;
mod error;
mod held;
mod inputs;
mod known;
mod location;
mod log;
mod partition;
mod read_back;
mod rows;
mod runs;
mod slot;
mod snapshot;
mod spec;
mod spill;
mod staged;
mod table;
#[cfg(test)]
mod testing;
mod writer;

pub use batch::{Batch, CommitOutcome, CommitStep};
pub use change::{Change, ChangeOutcome};
pub use digest::{Digest, DigestError};
pub use encode::write_data_file;
pub use error::LakeError;
pub use held::{HeldBatches, HeldId};
pub use inputs::{InputCounts, InputRow, KnownInput};
pub use known::Known;
pub use partition::{Partition, PartitionColumn, PartitionType, PartitionValue};
pub use runs::RunFile;
pub use snapshot::{FileRef, Snapshot};
pub use spec::{TableSpec, inputs_spec, rejects_spec};
pub use staged::{DataFile, StagedFiles};
pub use writer::{PartitionWriter, WriterOptions};

use location::Location;

/// Enough to overlap a log read with a write; the heavy work runs on rayon.
const RUNTIME_THREADS: usize = 2;

/// A lake: a directory of Delta tables.
///
/// Opening one looks at nothing; a lake that does not exist yet is an empty one.
#[derive(Debug)]
pub struct Lake {
    location: Location,
    runtime: Runtime,
    /// Numbers for the data files, so that all writers of a run have different names.
    file_numbers: Arc<AtomicU64>,
}

impl Lake {
    /// The lake at a local path or a `file://` URL. Relative paths and `..` are resolved.
    ///
    /// # Errors
    /// [`LakeError::Scheme`] for stores that are not supported, [`LakeError::Location`] for text
    /// that names no place, [`LakeError::Runtime`] if the worker threads do not start.
    pub fn at(location: &str) -> Result<Self, LakeError> {
        let location = Location::parse(location)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(RUNTIME_THREADS)
            .thread_name("lake")
            .enable_all()
            .build()
            .map_err(|source| LakeError::Runtime { source })?;
        Ok(Self {
            location,
            runtime,
            file_numbers: Arc::default(),
        })
    }

    /// The absolute URL of the lake's directory; it ends with a slash.
    pub fn location(&self) -> &Url {
        self.location.url()
    }

    fn table_directory(&self, table: &str) -> PathBuf {
        self.location.directory().join(table)
    }

    fn directory(&self) -> &Path {
        self.location.directory()
    }

    fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    fn file_numbers(&self) -> &Arc<AtomicU64> {
        &self.file_numbers
    }
}

#[cfg(test)]
mod tests;
