//! Reads and validates inputs as an ingest into an empty lake, without writing anything.

use std::sync::Arc;

use chrono_tz::Tz;

use super::changed_input::{ChangedInput, ReadingSettings};
use super::collector::{CommitPolicy, collect};
use super::error::RunError;
use super::findings::{CheckEvent, FindingSink};
use super::options::{IngestOptions, IngestOutcome};
use super::record_kind::RecordKind;
use super::runner::{Progress, RunSettings};
use crate::input::Input;

/// The default of `--max-partitions`.
const DEFAULT_MAX_PARTITIONS: usize = 1000;

/// Validates inputs with a policy that has no lake.
///
/// # Errors
/// The run is interrupted, or the sink fails.
pub(super) fn check<K: RecordKind, E: From<RunError>>(
    inputs: &[Input],
    settings: &RunSettings<K>,
    reject_limit: f64,
    progress: &Progress,
    sink: &mut FindingSink<'_, E>,
    policy: impl CommitPolicy<K>,
) -> Result<IngestOutcome, E> {
    let options = IngestOptions {
        run: RunSettings {
            with_texts: true,
            ..settings.clone()
        },
        reject_limit,
        listed: Arc::default(),
        changed_input: ChangedInput::Append,
        reading_settings: ReadingSettings::default(),
        max_partitions: DEFAULT_MAX_PARTITIONS,
        now_micros: 0,
        // A check writes no rows of inputs.
        default_timezone: Tz::UTC,
    };
    let mut failed = None;
    let mut report = |event: CheckEvent<'_>| {
        sink(event).map_err(|error| {
            failed = Some(error);
            RunError::Interrupted
        })
    };
    let ended = collect(inputs, &options, progress, policy, Some(&mut report));
    let ended = ended.map_err(|failure| failure.error.into());
    failed.map_or(ended, Err)
}
