//! Takes ingested inputs out of the lake.

use super::replace_input::duplicates_of;
use crate::ingest::error::RunError;
use crate::ingest::listed_inputs::ListedInputs;
use crate::ingest::record_kind::RecordKind;
use crate::lake::{InputChange, InputChangeOutcome, InputState, Lake, ListedInput};

/// How often a change of inputs is planned again because another process has changed them.
pub(super) const MAX_ATTEMPTS: usize = 20;

/// Takes the rows and rejects of inputs of a kind out of the tables, which needs
/// [`RecordKind::CAN_REPLACE`]; ignored inputs are no longer ignored. Inputs of another kind, and those
/// that are neither current nor ignored any more, are left out.
///
/// # Errors
/// [`RunError::CountsDuplicates`] if a later input counts events of these as duplicates; the lake
/// fails.
pub fn remove_inputs<K: RecordKind>(
    lake: &Lake,
    run_id: &str,
    inputs: &[ListedInput],
) -> Result<(), RunError> {
    let (spec, kind) = (K::table(), K::NAME);
    for _ in 0..MAX_ATTEMPTS {
        lake.recover_changed_inputs(run_id, &spec, kind)?;
        let listed = ListedInputs::load(lake, &spec, kind)?;
        let outgoing: Vec<ListedInput> = inputs
            .iter()
            .filter(|input| listed.rows().contains(input))
            .cloned()
            .collect();
        if outgoing.is_empty() {
            return Ok(());
        }
        if let Some(later) = duplicates_of(lake, &listed, &outgoing)? {
            return Err(RunError::CountsDuplicates {
                path: later.row.path.clone(),
                duplicates: later.row.counts.duplicate,
            });
        }
        let changed = lake.change_inputs(&InputChange {
            run_id,
            record_kind: kind,
            rows_table: &spec,
            listed: listed.rows(),
            outgoing: &outgoing,
            state: InputState::Removed,
            incoming: None,
        })?;
        if changed != InputChangeOutcome::Superseded {
            return Ok(());
        }
    }
    Err(RunError::Superseded)
}
