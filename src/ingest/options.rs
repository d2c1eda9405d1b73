//! Options and result of a run, for every record kind.

use std::sync::Arc;

use chrono_tz::Tz;

use super::changed_input::{ChangedInput, ReadingSettings};
use super::counters::RunCounters;
use super::error::RunError;
use super::listed_inputs::ListedInputs;
use super::runner::RunSettings;
use crate::run_report::{InputReport, TableVersions};

/// Options of an ingest run.
#[derive(Clone, Debug)]
pub struct IngestOptions<K> {
    /// How inputs are read and validated.
    pub run: RunSettings<K>,
    /// Largest share of rejects an input may have, 0 to 1.
    pub reject_limit: f64,
    /// The inputs that the lake lists.
    pub listed: Arc<ListedInputs>,
    /// What happens when a path brings other content than before.
    pub changed_input: ChangedInput,
    /// The settings that the rows depend on.
    pub reading_settings: ReadingSettings,
    /// Maximum number of partitions: UTC days of an input of customer purchases, companies and
    /// months of a run of supplier purchases.
    pub max_partitions: usize,
    /// µs since 1970 at the start of the run.
    pub now_micros: i64,
    /// The zone in which times without an offset are read.
    pub default_timezone: Tz,
}

/// The result of a run.
#[derive(Debug, Default)]
pub struct IngestOutcome {
    /// Counts of records, and of findings by rule.
    pub counters: RunCounters,
    /// One report per input, in the order of the run.
    pub inputs: Vec<InputReport>,
    /// Versions of the tables that were written.
    pub versions: TableVersions,
}

impl IngestOutcome {
    /// Adds the result of another part of the run.
    pub fn add(&mut self, other: Self) {
        let Self {
            counters,
            inputs,
            versions,
        } = other;
        self.counters.merge(counters);
        self.inputs.extend(inputs);
        self.versions = versions.or(self.versions);
    }
}

/// A run that failed, with what it had committed by then.
#[derive(Debug)]
pub struct IngestFailure {
    /// Why it failed.
    pub error: RunError,
    /// What is committed nevertheless. Inputs without an outcome are not listed.
    pub ingested: Box<IngestOutcome>,
}

impl<E: Into<RunError>> From<E> for IngestFailure {
    /// A failure before anything was committed.
    fn from(error: E) -> Self {
        Self {
            error: error.into(),
            ingested: Box::default(),
        }
    }
}
