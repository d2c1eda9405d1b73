//! Writes the valid states of a run for the table of states: the accepted rows and the versions that
//! take part in the commit come in; data files by company go out, not committed.

use std::ops::Range;

use arrow::array::{Int64Array, RecordBatch};

use super::accepted_rows::CompanyMonth;
use super::merge::MergeInput;
use super::table::supplier_versions_spec;
use crate::ingest::error::RunError;
use crate::lake::{
    Partition, PartitionValue, PartitionWriter, StagedFiles, StateOrder, WriterOptions,
};
use crate::record::with_origin;

/// The input of a row of the run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StateInput {
    /// None that takes part in the commit.
    None,
    /// A new one.
    New,
    /// One that was ingested before: its states have the origin under which it is listed.
    Known(usize),
}

impl MergeInput<'_> {
    /// Writes the states of the run.
    pub(super) fn stage_states(&self, order: StateOrder) -> Result<StagedFiles, RunError> {
        let inputs = self.inputs_of_rows();
        let options = WriterOptions {
            max_partitions: self.max_partitions,
            ..WriterOptions::new(self.run_id)
        };
        let mut writer = PartitionWriter::new(self.lake, &supplier_versions_spec(), options)?;
        self.accepted_rows.for_each(&mut |partition, rows, batch| {
            let input = |row: &u32| inputs.get(*row as usize).copied();
            let of_rows: Vec<StateInput> = rows
                .iter()
                .map(|row| input(row).unwrap_or(StateInput::None))
                .collect();
            for range in runs(&of_rows) {
                let of_range = of_rows.get(range.start).copied();
                let states = batch.slice(range.start, range.len());
                let Some(states) = self.with_input(&states, of_range)? else {
                    continue;
                };
                let numbers = rows.get(range).unwrap_or_default().iter();
                let numbers = numbers.map(|row| i64::from(*row));
                let states = order.add_to(&states, Int64Array::from_iter_values(numbers))?;
                writer.append(company(partition), states)?;
            }
            Ok(())
        })?;
        let staged = writer.finish()?;
        let expected = inputs
            .iter()
            .filter(|input| **input != StateInput::None)
            .count();
        if staged.rows != expected as u64 {
            staged.discard(self.lake)?;
            return Err(RunError::unbalanced(
                &supplier_versions_spec(),
                expected as u64,
            ));
        }
        Ok(staged)
    }

    /// The input of each row, by its number.
    fn inputs_of_rows(&self) -> Vec<StateInput> {
        let mut inputs = vec![StateInput::None; self.accepted_rows.len()];
        for candidate in self.candidates {
            let input = if self.known_inputs.contains_key(&candidate.input) {
                StateInput::Known(candidate.input)
            } else if self.new_inputs.contains(&candidate.input) {
                StateInput::New
            } else {
                // A copy of an input of the run.
                StateInput::None
            };
            if let Some(of_row) = inputs.get_mut(candidate.row as usize) {
                *of_row = input;
            }
        }
        inputs
    }

    fn with_input(
        &self,
        states: &RecordBatch,
        input: Option<StateInput>,
    ) -> Result<Option<RecordBatch>, RunError> {
        Ok(match input {
            None | Some(StateInput::None) => None,
            Some(StateInput::New) => Some(states.clone()),
            Some(StateInput::Known(input)) => match self.known_inputs.get(&input) {
                Some(listed) => Some(with_origin(states, &listed.row.path, &listed.run_id)?),
                None => None,
            },
        })
    }
}

/// The ranges of equal neighbours.
fn runs(inputs: &[StateInput]) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut runs = Vec::new();
    for run in inputs.chunk_by(PartialEq::eq) {
        runs.push(start..start + run.len());
        start += run.len();
    }
    runs
}

fn company(partition: CompanyMonth) -> Partition {
    PartitionValue::integer(partition.company_id).into()
}
