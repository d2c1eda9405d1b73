//! How a run writes, and what it did: the same for every kind of record.

use chrono::NaiveDate;

use super::counters::RunCounters;
use super::error::RunError;
use super::runner::RunSettings;
use crate::run_report::{InputReport, TableVersions};

/// How a run writes.
#[derive(Clone, Debug)]
pub struct IngestOptions<K> {
    /// How inputs are read and validated.
    pub run: RunSettings<K>,
    /// Largest share of rejects an input may have, 0 to 1.
    pub reject_limit: f64,
    /// Read inputs again whose path, size and time of change are known.
    pub verify_content: bool,
    /// Most partitions: UTC days of an input of customer purchases, companies and months of a run
    /// of supplier purchases.
    pub max_partitions: usize,
    /// µs since 1970 at the start of the run.
    pub now_micros: i64,
    /// The data date of the job that the run is a step of.
    pub data_date: Option<NaiveDate>,
}

/// What a run did.
#[derive(Debug, Default)]
pub struct IngestOutcome {
    /// Sums and counts by rule.
    pub counters: RunCounters,
    /// One per input, in the order of the run.
    pub inputs: Vec<InputReport>,
    /// Versions of the tables that were written.
    pub versions: TableVersions,
}

impl IngestOutcome {
    /// Adds the outcome of another part of the run.
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

/// A run that ended early: why, and what it had committed by then.
#[derive(Debug)]
pub struct IngestFailure {
    /// Why.
    pub error: RunError,
    /// What is in the lake all the same. Inputs whose fate was open are not among its inputs.
    pub ingested: Box<IngestOutcome>,
}

impl IngestFailure {
    /// A run that had done this when it failed.
    pub(super) fn after(error: RunError, ingested: IngestOutcome) -> Self {
        Self {
            error,
            ingested: Box::new(ingested),
        }
    }
}
