//! The table of inputs: facts about ingested inputs are written as rows, and read back so that
//! unchanged files need not be read again.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use clap::ValueEnum;

use super::columns::{numbers, texts};
use super::counts::unsigned;
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
    /// before it committed the rows has already committed the rejects. Not a column.
    pub with_rejects: bool,
    /// Whether its content is in the tables.
    pub state: InputState,
    /// A hash of the settings that its rows depend on; `None` if it is not known.
    pub reading_settings: Option<String>,
    /// Why it is ignored; `None` in every other state.
    pub reason: Option<String>,
}

impl InputRow {
    /// The row of a further path of the same content: another row has the counts.
    #[must_use]
    pub fn as_copy(&self) -> Self {
        Self {
            counts: InputCounts::default(),
            default_timezone: None,
            reading_settings: None,
            ..self.clone()
        }
    }
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

impl InputCounts {
    /// Valid records: of supplier purchases the states that are kept, current or not.
    pub fn valid(&self) -> u64 {
        unsigned(self.accepted) + unsigned(self.duplicate) + unsigned(self.superseded)
    }
}

/// Whether the content of an input is in the tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum InputState {
    /// Its records are in the tables, under this path or under that of a copy of it
    #[default]
    Current,
    /// Other content of the same path took its place
    Replaced,
    /// It was taken out
    Removed,
    /// It stays bad, and is not read again; it has no records in the tables
    Ignored,
}

impl InputState {
    /// All states, each with its name in the column `state`.
    const NAMES: [(Self, &'static str); 4] = [
        (Self::Current, "current"),
        (Self::Replaced, "replaced"),
        (Self::Removed, "removed"),
        (Self::Ignored, "ignored"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        let found = names.find(|(state, _)| *state == self);
        found.map_or("current", |(_, name)| name)
    }

    /// The state of this name; rows of earlier versions have none and are current.
    fn of_name(name: Option<&str>) -> Option<Self> {
        let Some(name) = name else {
            return Some(Self::Current);
        };
        let mut names = Self::NAMES.iter();
        names.find(|(_, of)| *of == name).map(|(state, _)| *state)
    }
}

/// A row of the table of inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedInput {
    /// The run that ingested it.
    pub run_id: String,
    /// The record kind.
    pub record_kind: String,
    /// The other columns.
    pub row: InputRow,
}

impl ListedInput {
    /// Whether its content is in the tables.
    pub fn is_current(&self) -> bool {
        self.row.state == InputState::Current
    }

    /// Whether its content was replaced or removed.
    pub(super) fn is_out(&self) -> bool {
        matches!(self.row.state, InputState::Replaced | InputState::Removed)
    }

    /// Whether it is a further path of a content, whose counts another row has.
    pub(super) fn is_copy(&self) -> bool {
        self.is_current() && self.row.counts == InputCounts::default()
    }

    /// Kind and content.
    pub(super) fn content(&self) -> (String, Digest) {
        (self.record_kind.clone(), self.row.digest)
    }

    /// What identifies the row, in whatever state: a run lists a content of a path once.
    pub(super) fn key(&self) -> (String, Digest, String, String) {
        let (kind, digest) = self.content();
        (kind, digest, self.row.path.clone(), self.run_id.clone())
    }
}

impl Lake {
    /// All rows of a record kind in the table of inputs, in any state, sorted by path and then by
    /// the time of the ingest; empty if there is no such table. A path may occur with several
    /// digests, and a digest under several paths: the row with counts is the one whose path and run
    /// are in the rows of the tables.
    ///
    /// # Errors
    /// As [`Lake::snapshot`], and for data files that cannot be read.
    pub fn listed_inputs(&self, kind: &str) -> Result<Vec<ListedInput>, LakeError> {
        let snapshot = match self.snapshot(INPUTS, None, None) {
            Err(LakeError::NoTable { .. }) => return Ok(Vec::new()),
            other => other?,
        };
        self.sync_log(INPUTS)?;
        let mut listed = Vec::new();
        for file in &snapshot.files {
            for batch in self.read_rows(&inputs_spec(), file, None)? {
                listed.extend(listed_in(&batch?)?);
            }
        }
        listed.retain(|input| input.record_kind == kind);
        listed.sort_by(|one, other| {
            let paths = one.row.path.cmp(&other.row.path);
            let times = one.row.ingested_at.cmp(&other.row.ingested_at);
            // The ids of runs begin with the time.
            let runs = one.run_id.cmp(&other.run_id);
            paths.then(times).then(runs)
        });
        Ok(listed)
    }

    /// The time zones in which the current inputs of these record kinds were read, with the number of
    /// inputs. Inputs whose zone is not known are not counted.
    ///
    /// # Errors
    /// As [`Lake::listed_inputs`].
    pub fn input_timezones(&self, kinds: &[&str]) -> Result<BTreeMap<String, u64>, LakeError> {
        let mut zones = BTreeMap::new();
        for kind in kinds {
            let listed = self.listed_inputs(kind)?.into_iter();
            let current = listed.filter(ListedInput::is_current);
            for zone in current.filter_map(|input| input.row.default_timezone) {
                *zones.entry(zone).or_default() += 1;
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
        let listed = |input: &InputRow| ListedInput {
            run_id: run_id.to_owned(),
            record_kind: kind.to_owned(),
            row: input.clone(),
        };
        let rows: Vec<ListedInput> = inputs.iter().map(listed).collect();
        self.stage_listing(run_id, &rows)
    }

    /// Writes the data file of the table of inputs for these rows, of any run and kind.
    pub(super) fn stage_listing(
        &self,
        run_id: &str,
        rows: &[ListedInput],
    ) -> Result<StagedInputs, LakeError> {
        if rows.is_empty() {
            return Ok(StagedInputs::none());
        }
        let options = WriterOptions::new(run_id);
        let mut writer = PartitionWriter::new(self, &inputs_spec(), options)?;
        writer.append_unpartitioned(inputs_batch(rows)?)?;
        Ok(StagedInputs {
            digests: rows.iter().map(|input| input.row.digest).collect(),
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
fn inputs_batch(inputs: &[ListedInput]) -> Result<RecordBatch, LakeError> {
    let text = |value: fn(&ListedInput) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(inputs.iter().map(value)))
    };
    let number = |value: fn(&InputRow) -> i64| -> ArrayRef {
        let rows = inputs.iter().map(|input| &input.row);
        Arc::new(Int64Array::from_iter_values(rows.map(value)))
    };
    let time = |value: fn(&InputRow) -> Option<i64>| -> ArrayRef {
        let rows = inputs.iter().map(|input| &input.row);
        let times: TimestampMicrosecondArray = rows.map(value).collect();
        Arc::new(times.with_timezone("UTC"))
    };
    let optional = |value: fn(&InputRow) -> &Option<String>| -> ArrayRef {
        let texts = inputs.iter().map(|input| value(&input.row).as_deref());
        Arc::new(texts.collect::<StringArray>())
    };
    let columns = vec![
        text(|input| input.run_id.clone()),
        text(|input| input.record_kind.clone()),
        text(|input| input.row.path.clone()),
        number(|row| row.size_bytes),
        time(|row| row.modified_at),
        text(|input| input.row.digest.to_string()),
        text(|input| input.row.shape.clone()),
        number(|row| row.counts.read),
        number(|row| row.counts.accepted),
        number(|row| row.counts.rejected),
        number(|row| row.counts.duplicate),
        number(|row| row.counts.superseded),
        number(|row| row.counts.skipped),
        time(|row| Some(row.ingested_at)),
        optional(|row| &row.default_timezone),
        text(|input| input.row.state.name().to_owned()),
        optional(|row| &row.reading_settings),
        optional(|row| &row.reason),
    ];
    RecordBatch::try_new(inputs_spec().schema, columns)
        .map_err(LakeError::arrow("build record batches", INPUTS))
}

/// The rows of a batch of the table of inputs, without those that have an invalid digest or state,
/// since they identify no input.
pub(super) fn listed_in(batch: &RecordBatch) -> Result<Vec<ListedInput>, LakeError> {
    let text = |column| texts(batch, INPUTS, column);
    let number = |column| numbers::<Int64Type>(batch, INPUTS, column);
    let time = |column| numbers::<TimestampMicrosecondType>(batch, INPUTS, column);
    let (runs, kinds, paths) = (text("run_id")?, text("record_kind")?, text("path")?);
    let (digests, shapes) = (text("digest")?, text("shape")?);
    let (states, settings) = (text("state")?, text("reading_settings")?);
    let (zones, reasons) = (text("default_timezone")?, text("reason")?);
    let (sizes, modified) = (number("size_bytes")?, time("modified_at")?);
    let (read, accepted) = (number("records_read")?, number("accepted")?);
    let (rejected, duplicate) = (number("rejected")?, number("duplicate")?);
    let (superseded, skipped) = (number("superseded")?, number("skipped")?);
    let ingested = time("ingested_at")?;
    let some = |texts: &StringArray, row| texts.is_valid(row).then(|| texts.value(row).to_owned());
    let input = |row: usize| {
        let state = some(states, row);
        let listed = InputRow {
            path: paths.value(row).to_owned(),
            size_bytes: sizes.value(row),
            modified_at: modified.is_valid(row).then(|| modified.value(row)),
            digest: digests.value(row).parse().ok()?,
            shape: shapes.value(row).to_owned(),
            counts: InputCounts {
                read: read.value(row),
                accepted: accepted.value(row),
                rejected: rejected.value(row),
                duplicate: duplicate.value(row),
                superseded: superseded.value(row),
                skipped: skipped.value(row),
            },
            ingested_at: ingested.value(row),
            default_timezone: some(zones, row),
            with_rejects: false,
            state: InputState::of_name(state.as_deref())?,
            reading_settings: some(settings, row),
            reason: some(reasons, row),
        };
        Some(ListedInput {
            run_id: runs.value(row).to_owned(),
            record_kind: kinds.value(row).to_owned(),
            row: listed,
        })
    };
    Ok((0..batch.num_rows()).filter_map(input).collect())
}

/// The rows of a batch of the table of inputs whose kind, digest and state `keep` accepts.
pub(super) fn filter_inputs(
    batch: &RecordBatch,
    keep: &dyn Fn(&str, &str, Option<InputState>) -> bool,
) -> Result<RecordBatch, LakeError> {
    let text = |column| texts(batch, INPUTS, column);
    let (kinds, digests, states) = (text("record_kind")?, text("digest")?, text("state")?);
    let kept: BooleanArray = (0..batch.num_rows())
        .map(|row| {
            let state = states.is_valid(row).then(|| states.value(row));
            let state = InputState::of_name(state);
            Some(keep(kinds.value(row), digests.value(row), state))
        })
        .collect();
    filter_record_batch(batch, &kept).map_err(LakeError::arrow("filter record batches", INPUTS))
}
