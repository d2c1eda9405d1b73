//! The table of inputs: facts about ingested inputs are written as rows, and read back so that
//! unchanged files need not be read again.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use super::columns::{numbers, texts};
use super::staged::StagedFiles;
use super::table_spec::{INPUTS, inputs_spec};
use super::{Digest, Lake, LakeError, PartitionWriter, WriterOptions};

/// The facts about one ingested input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputRow {
    /// The location of the input, as given.
    pub path: String,
    /// The size of the file as stored, compressed or not.
    pub size_bytes: i64,
    /// When the file was last modified, in microseconds since 1970 in UTC; `None` if unknown, as
    /// for standard input.
    pub modified_at: Option<i64>,
    /// The digest of its decompressed bytes: its identity.
    pub digest: Digest,
    /// The detected shape.
    pub shape: String,
    /// The counts of its records by outcome.
    pub counts: InputCounts,
    /// When it was ingested, in microseconds since 1970 in UTC.
    pub ingested_at: i64,
    /// The IANA time zone in which its times without an offset were read; `None` if it is not known.
    pub default_timezone: Option<String>,
    /// Whether its rejects are part of this batch. `false` if an earlier run that was stopped
    /// before it committed the rows has already committed the rejects.
    pub with_rejects: bool,
}

/// The records of one input by outcome; `read` is the sum of the other counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InputCounts {
    /// Records read.
    pub read: i64,
    /// Records in the rows table.
    pub accepted: i64,
    /// Records in the table of rejects.
    pub rejected: i64,
    /// Duplicate records.
    pub duplicate: i64,
    /// States older than the current one.
    pub superseded: i64,
    /// Elements of `attributes` or `events` beside the purchases.
    pub skipped: i64,
}

/// An input that is already ingested, with the facts that show whether its file has changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IngestedInput {
    /// The location of the input, as given.
    pub path: String,
    /// The size of its file.
    pub size_bytes: i64,
    /// When its file was last modified, in microseconds since 1970 in UTC.
    pub modified_at: Option<i64>,
    /// The digest of its decompressed bytes.
    pub digest: Digest,
    /// Records read from it.
    pub read: i64,
    /// Accepted records.
    pub accepted: i64,
    /// When it was ingested, in microseconds since 1970 in UTC.
    pub ingested_at: i64,
}

/// The columns that [`Lake::ingested_inputs`] reads.
const INGESTED_COLUMNS: [&str; 8] = [
    "record_kind",
    "path",
    "size_bytes",
    "modified_at",
    "digest",
    "records_read",
    "accepted",
    "ingested_at",
];

impl Lake {
    /// All inputs of a record kind in the table of inputs, sorted by path; empty if there is no
    /// such table. A path may occur with several digests.
    ///
    /// # Errors
    /// As [`Lake::snapshot`], and for data files that cannot be read.
    pub fn ingested_inputs(&self, kind: &str) -> Result<Vec<IngestedInput>, LakeError> {
        let snapshot = match self.snapshot(INPUTS, None, None) {
            Err(LakeError::NoTable { .. }) => return Ok(Vec::new()),
            other => other?,
        };
        self.sync_log(INPUTS)?;
        let mut ingested = Vec::new();
        for file in &snapshot.files {
            for batch in self.read_rows(&inputs_spec(), file, Some(&INGESTED_COLUMNS))? {
                ingested.extend(ingested_in(&batch?, kind)?);
            }
        }
        ingested.sort_by(|one, other| (&one.path, one.digest).cmp(&(&other.path, other.digest)));
        Ok(ingested)
    }

    /// The time zones in which inputs of these record kinds were read, with the number of inputs; empty if
    /// there is no table of inputs. Inputs whose zone is not known are not counted.
    ///
    /// # Errors
    /// As [`Lake::ingested_inputs`].
    pub fn input_timezones(&self, kinds: &[&str]) -> Result<BTreeMap<String, u64>, LakeError> {
        let snapshot = match self.snapshot(INPUTS, None, None) {
            Err(LakeError::NoTable { .. }) => return Ok(BTreeMap::new()),
            other => other?,
        };
        let mut zones = BTreeMap::new();
        for file in &snapshot.files {
            let columns = ["record_kind", "default_timezone"];
            for batch in self.read_rows(&inputs_spec(), file, Some(&columns))? {
                let batch = batch?;
                let of_inputs = texts(&batch, INPUTS, "record_kind")?.iter();
                let of_inputs = of_inputs.zip(texts(&batch, INPUTS, "default_timezone")?);
                let is_wanted = |kind: Option<&str>| kind.is_some_and(|kind| kinds.contains(&kind));
                for zone in of_inputs.filter_map(|(kind, zone)| zone.filter(|_| is_wanted(kind))) {
                    *zones.entry(zone.to_owned()).or_default() += 1;
                }
            }
        }
        Ok(zones)
    }

    /// Writes the data file of the table of inputs for these rows.
    pub(super) fn stage_inputs(
        &self,
        run_id: &str,
        kind: &str,
        inputs: &[InputRow],
    ) -> Result<StagedInputs, LakeError> {
        let spec = inputs_spec();
        if inputs.is_empty() {
            return Ok(StagedInputs::none());
        }
        let mut writer = PartitionWriter::new(self, &spec, WriterOptions::new(run_id))?;
        writer.append_unpartitioned(inputs_batch(run_id, kind, inputs)?)?;
        Ok(StagedInputs {
            digests: inputs.iter().map(|input| input.digest).collect(),
            files: writer.finish()?,
        })
    }
}

/// Rows of the table of inputs that are written and not committed.
#[derive(Debug)]
pub(super) struct StagedInputs {
    /// The inputs, each once.
    pub(super) digests: Vec<Digest>,
    /// One file, or none if there are no inputs.
    pub(super) files: StagedFiles,
}

impl StagedInputs {
    /// No rows.
    pub(super) fn none() -> Self {
        Self {
            digests: Vec::new(),
            files: StagedFiles::none(&inputs_spec()),
        }
    }

    /// The path of the file below the table's directory.
    pub(super) fn path(&self) -> Option<&str> {
        let file = self.files.files.first();
        file.map(|file| file.relative_path.as_str())
    }
}

/// The rows of the table of inputs, in the order of its specification.
fn inputs_batch(run_id: &str, kind: &str, inputs: &[InputRow]) -> Result<RecordBatch, LakeError> {
    let same = |text: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(inputs.iter().map(|_| text)))
    };
    let text = |value: fn(&InputRow) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(inputs.iter().map(value)))
    };
    let number = |value: fn(&InputRow) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(inputs.iter().map(value)))
    };
    let time = |value: fn(&InputRow) -> Option<i64>| -> ArrayRef {
        let times: TimestampMicrosecondArray = inputs.iter().map(value).collect();
        Arc::new(times.with_timezone("UTC"))
    };
    let zones = inputs.iter().map(|input| input.default_timezone.as_deref());
    let columns = vec![
        same(run_id),
        same(kind),
        text(|input| input.path.clone()),
        number(|input| input.size_bytes),
        time(|input| input.modified_at),
        text(|input| input.digest.to_string()),
        text(|input| input.shape.clone()),
        number(|input| input.counts.read),
        number(|input| input.counts.accepted),
        number(|input| input.counts.rejected),
        number(|input| input.counts.duplicate),
        number(|input| input.counts.superseded),
        number(|input| input.counts.skipped),
        time(|input| Some(input.ingested_at)),
        Arc::new(zones.collect::<StringArray>()),
    ];
    RecordBatch::try_new(inputs_spec().schema, columns)
        .map_err(LakeError::arrow("build record batches", INPUTS))
}

/// The ingested inputs of a kind in a batch of [`INGESTED_COLUMNS`], without rows that have an
/// invalid digest, since they identify no input.
fn ingested_in(batch: &RecordBatch, kind: &str) -> Result<Vec<IngestedInput>, LakeError> {
    let text = |column| texts(batch, INPUTS, column);
    let number = |column| numbers::<Int64Type>(batch, INPUTS, column);
    let time = |column| numbers::<TimestampMicrosecondType>(batch, INPUTS, column);
    let (kinds, paths, digests) = (text("record_kind")?, text("path")?, text("digest")?);
    let (sizes, modified) = (number("size_bytes")?, time("modified_at")?);
    let (read, accepted) = (number("records_read")?, number("accepted")?);
    let ingested = time("ingested_at")?;
    let input = |row: usize| {
        Some(IngestedInput {
            path: paths.value(row).to_owned(),
            size_bytes: sizes.value(row),
            modified_at: modified.is_valid(row).then(|| modified.value(row)),
            digest: digests.value(row).parse().ok()?,
            read: read.value(row),
            accepted: accepted.value(row),
            ingested_at: ingested.value(row),
        })
    };
    let of_kind = (0..batch.num_rows()).filter(|row| kinds.value(*row) == kind);
    Ok(of_kind.filter_map(input).collect())
}

/// The rows of a batch of the table of inputs whose kind and digest `keep` accepts.
pub(super) fn filter_inputs(
    batch: &RecordBatch,
    keep: &dyn Fn(&str, &str) -> bool,
) -> Result<RecordBatch, LakeError> {
    let kinds = texts(batch, INPUTS, "record_kind")?;
    let digests = texts(batch, INPUTS, "digest")?;
    let kept: BooleanArray = (0..batch.num_rows())
        .map(|row| Some(keep(kinds.value(row), digests.value(row))))
        .collect();
    filter_record_batch(batch, &kept).map_err(LakeError::arrow("filter record batches", INPUTS))
}
