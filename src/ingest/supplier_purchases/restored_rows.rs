//! States of the history that become rows of the table again: their places come in; their rows go out,
//! with their mark of deletion. Rows beyond a limit are spilled to disk.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{cast, take_record_batch};
use arrow::datatypes::{DataType, Schema};

use super::accepted_rows::AcceptedRows;
use super::select_versions::VersionCandidate;
use super::table::{supplier_purchases_spec, supplier_versions_spec};
use crate::ingest::error::RunError;
use crate::lake::{ChangedOrigin, Lake, RowOrigin, Snapshot};
use crate::supplier_purchase::columns::SupplierRows;

/// The row of a state in its file, the state, and whether the purchase is deleted.
type WantedState = (u32, VersionCandidate, bool);

/// States of the history by the position of their file.
#[derive(Default)]
pub(super) struct RestoredRows {
    by_file: BTreeMap<usize, Vec<WantedState>>,
}

impl RestoredRows {
    /// Adds a state.
    pub(super) fn add(
        &mut self,
        file: usize,
        row: u32,
        candidate: &VersionCandidate,
        is_deleted: bool,
    ) {
        let of_file = self.by_file.entry(file).or_default();
        of_file.push((row, candidate.clone(), is_deleted));
    }

    /// Reads the states as rows of the table, with the origins that they have after the change;
    /// returns the candidate of each with the number of its row.
    pub(super) fn read(
        &self,
        lake: &Lake,
        run_id: &str,
        history: &Snapshot,
        origins: &[ChangedOrigin],
    ) -> Result<(AcceptedRows, Vec<VersionCandidate>), RunError> {
        let (spec, states) = (supplier_purchases_spec(), supplier_versions_spec());
        let mut rows = AcceptedRows::new(lake, &spec, run_id)?;
        let mut candidates = Vec::new();
        for (file, wanted) in &self.by_file {
            let Some(reference) = history.files.get(*file) else {
                continue;
            };
            let mut wanted = wanted.clone();
            wanted.sort_unstable_by_key(|(row, _, _)| *row);
            let mut first = 0_u32;
            for batch in lake.read_rows(&states, reference, None)? {
                let batch = batch?;
                let end = first + u32::try_from(batch.num_rows()).unwrap_or(u32::MAX);
                let from = wanted.partition_point(|(row, _, _)| *row < first);
                let to = wanted.partition_point(|(row, _, _)| *row < end);
                let of_batch = wanted.get(from..to).unwrap_or_default();
                if !of_batch.is_empty() {
                    let batch = as_rows(&batch, first, of_batch, origins)?;
                    let versions = of_batch.iter().map(|(_, candidate, _)| candidate.version);
                    let versions = versions.collect();
                    let number = rows.put(SupplierRows { batch, versions })?;
                    candidates.extend((number..).zip(of_batch).map(|(row, (_, candidate, _))| {
                        let candidate = candidate.clone();
                        VersionCandidate { row, ..candidate }
                    }));
                }
                first = end;
            }
        }
        rows.finish()?;
        Ok((rows, candidates))
    }
}

/// Rows of a batch of states with the columns of the table, their origin and mark.
fn as_rows(
    batch: &RecordBatch,
    first: u32,
    wanted: &[WantedState],
    origins: &[ChangedOrigin],
) -> Result<RecordBatch, RunError> {
    let numbers = wanted.iter().map(|(row, _, _)| row - first);
    let taken = take_record_batch(batch, &UInt32Array::from_iter_values(numbers))?;
    let schema = supplier_purchases_spec().schema;
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
    let moved = moved_origins(&taken, origins)?;
    for field in schema.fields() {
        let column = taken
            .column_by_name(field.name())
            .ok_or(RunError::KeyColumns)?;
        columns.push(match (field.name().as_str(), &moved) {
            ("is_deleted", _) => {
                let deleted = wanted.iter().map(|(_, _, is_deleted)| Some(*is_deleted));
                Arc::new(deleted.collect::<BooleanArray>())
            }
            ("source_file", Some((paths, _))) => cast(paths, column.data_type())?,
            ("run_id", Some((_, runs))) => cast(runs, column.data_type())?,
            _ => Arc::clone(column),
        });
    }
    let fields = schema.fields().iter().zip(&columns).map(|(field, column)| {
        let field = field.as_ref().clone();
        field.with_data_type(column.data_type().clone())
    });
    let schema = Schema::new(fields.collect::<Vec<_>>());
    Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
}

/// Paths and runs of states after the change; `None` if no origin changes but leaves.
fn moved_origins(
    batch: &RecordBatch,
    origins: &[ChangedOrigin],
) -> Result<Option<(ArrayRef, ArrayRef)>, RunError> {
    let moved: HashMap<&RowOrigin, &RowOrigin> = origins
        .iter()
        .filter_map(|change| Some((&change.from, change.to.as_ref()?)))
        .collect();
    if moved.is_empty() {
        return Ok(None);
    }
    let text = |name: &str| -> Result<ArrayRef, RunError> {
        let column = batch.column_by_name(name).ok_or(RunError::KeyColumns)?;
        Ok(cast(column, &DataType::Utf8)?)
    };
    let (paths, runs) = (text("source_file")?, text("run_id")?);
    let (old_paths, old_runs) = (paths.as_string::<i32>(), runs.as_string::<i32>());
    let rows = old_paths.iter().zip(old_runs).map(|(path, run_id)| {
        let from = RowOrigin {
            path: path.unwrap_or_default().to_owned(),
            run_id: run_id.unwrap_or_default().to_owned(),
        };
        let to = moved.get(&from).map(|to| (*to).clone());
        to.unwrap_or(from)
    });
    let rows: Vec<RowOrigin> = rows.collect();
    let text = |of: fn(&RowOrigin) -> &str| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|row| Some(of(row)))
                .collect::<StringArray>(),
        )
    };
    Ok(Some((text(|row| &row.path), text(|row| &row.run_id))))
}
