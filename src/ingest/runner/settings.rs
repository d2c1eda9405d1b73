//! The settings of a run, and its progress.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use crate::input::ReaderOptions;
use crate::rules::RuleSeverities;

/// Counters of a run in progress, and its stop flag; shared with the progress display.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Stored (compressed) bytes read.
    pub bytes: Arc<AtomicU64>,
    /// Records validated.
    pub records: Arc<AtomicU64>,
    /// Set to stop the run at the next chunk.
    pub interrupted: Arc<AtomicBool>,
}

/// Settings of reading and validation.
#[derive(Clone, Debug)]
pub struct RunSettings<K> {
    /// Id of the run.
    pub run_id: String,
    /// How inputs are read.
    pub reader: ReaderOptions,
    /// The kind of the records, with its rules.
    pub kind: K,
    /// The severities that the user has set; none without any.
    pub severities: Option<Arc<RuleSeverities>>,
    /// Keep the text of warnings.
    pub with_texts: bool,
    /// Records of each input that are read at most; all without a limit. Only a check may have one.
    pub max_records: Option<NonZeroU64>,
    /// Threads that validate and encode.
    pub threads: usize,
}
