//! What is kept of an input of supplier purchases until the commit of the run.

use super::dump_completeness::InputPages;
use super::select_versions::VersionCandidate;
use crate::ingest::pending_input::PendingInput;
use crate::lake::BufferedBatchId;

/// An input that has been read to its end and is not refused.
pub(super) type PendingVersions = PendingInput<InputVersions>;

/// The accepted versions of an input, its rejects and its pages.
#[derive(Debug, Default)]
pub(super) struct InputVersions {
    /// Their rows are stored among the accepted rows of the run.
    pub(super) candidates: Vec<VersionCandidate>,
    pub(super) rejects: Vec<BufferedBatchId>,
    pub(super) pages: InputPages,
}
