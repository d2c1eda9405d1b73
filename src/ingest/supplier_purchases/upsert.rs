//! Ingests supplier purchases: all inputs are read, and then committed together.

use super::SupplierPurchases;
use super::collector::read_all;
use super::commit_run::commit_run;
use super::select_versions::SnapshotMode;
use crate::ingest::options::{IngestFailure, IngestOptions, IngestOutcome};
use crate::ingest::runner::Progress;
use crate::input::Input;
use crate::lake::Lake;

/// Ingests supplier purchases: updates the table to their newest versions. A second run with the
/// same inputs changes nothing.
///
/// Inputs are processed in the order of their paths, not in the order given.
///
/// # Errors
/// The lake fails, record counts are inconsistent, or the run is interrupted. Either nothing of the
/// run is visible to readers, or all of it, which the error then reports; the same command
/// completes the run.
pub fn upsert(
    lake: &Lake,
    inputs: &[Input],
    options: &IngestOptions<SupplierPurchases>,
    snapshot_mode: SnapshotMode,
    progress: &Progress,
) -> Result<IngestOutcome, IngestFailure> {
    let mut inputs = inputs.to_vec();
    inputs.sort_by(|one, other| one.location.cmp(&other.location));
    let read = read_all(lake, &inputs, options, snapshot_mode, progress);
    let collector = read.map_err(|error| IngestFailure::after(error, IngestOutcome::default()))?;
    commit_run(collector)
}
