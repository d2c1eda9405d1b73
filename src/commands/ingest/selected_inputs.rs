//! The inputs that are read: arguments that match nothing are an error or a note, and files that changed
//! recently are left out.

use chrono::{DateTime, Utc};

use super::IngestCommand;
use super::run_inputs::RunInputs;
use crate::commands::StepCommand;
use crate::commands::discovered::{lake_location, log_omitted_inputs};
use crate::commands::read::missing_notes;
use crate::input::{DiscoveredInputs, Input, InputError, discover_present};
use crate::lake::Lake;
use crate::storage::Stores;

impl IngestCommand {
    /// The inputs that the arguments name; the lake contains none.
    pub(super) fn discover(
        &self,
        lake: &Lake,
        stores: &Stores,
    ) -> Result<DiscoveredInputs, InputError> {
        let (lake, order_events) = (lake_location(lake), self.read.order_events);
        discover_present(&self.read.inputs, stores, lake.as_ref(), order_events)
    }

    /// Whether the command succeeds if these arguments match nothing. The files of a full snapshot may
    /// be missing together, but not some of them.
    pub(super) fn accepts_missing(&self, missing: &[String], inputs: usize) -> bool {
        missing.is_empty() || (self.read.optional && (inputs == 0 || !self.full_snapshot))
    }

    /// The inputs that are read, of those that were found.
    pub(super) fn select(
        &self,
        mut found: DiscoveredInputs,
        has_later_answers: bool,
        clock: DateTime<Utc>,
    ) -> Result<RunInputs, InputError> {
        let mut notes = self.note_missing(&found, has_later_answers)?;
        let passed_over = std::mem::take(&mut found.passed_over);
        let mut inputs = log_omitted_inputs(found);
        notes.extend(self.leave_out_recent(&mut inputs, clock));
        Ok(RunInputs {
            inputs,
            notes,
            passed_over,
        })
    }

    /// Notes on the arguments that match nothing.
    fn note_missing(
        &self,
        found: &DiscoveredInputs,
        has_later_answers: bool,
    ) -> Result<Vec<String>, InputError> {
        if self.accepts_missing(&found.missing, found.inputs.len()) {
            let gate = if has_later_answers {
                ", so no answer is held back"
            } else {
                ""
            };
            let notes = missing_notes(&found.missing).into_iter();
            return Ok(notes.map(|note| note + gate).collect());
        }
        let first = found.missing.first().cloned().unwrap_or_default();
        Err(InputError::NotFound(first))
    }

    /// Removes the inputs that are left out; returns a note of their number, if there are any.
    fn leave_out_recent(&self, inputs: &mut Vec<Input>, clock: DateTime<Utc>) -> Option<String> {
        let all = inputs.len();
        inputs.retain(|input| {
            let leave_out = self.leaves_out(input, clock);
            if leave_out {
                tracing::info!(
                    input = input.location.shown(),
                    "left out: it changed recently"
                );
            }
            !leave_out
        });
        let left_out = all - inputs.len();
        (left_out > 0).then(|| {
            let min_age = humantime::format_duration(self.min_age.unwrap_or_default());
            format!("{left_out} of {all} inputs changed less than {min_age} ago and are left out; a later run reads them")
        })
    }
}
