//! Takes ingested inputs of a record kind out of the lake: listed inputs come in; the change of the
//! tables that takes them out goes to the kind, and is planned again if another process was first.

use super::error::RunError;
use super::listed_inputs::ListedInputs;
use super::record_kind::RecordKind;
use crate::lake::{InputChange, InputChangeOutcome, InputState, Lake, ListedInput};

/// How often a change of inputs is planned again because another process has changed them.
pub(super) const MAX_ATTEMPTS: usize = 20;

/// Refuses inputs that cannot be taken out.
type CheckInputs<'c> = dyn Fn(&ListedInputs, &[ListedInput]) -> Result<(), RunError> + 'c;

/// Changes the tables, as the kind requires.
type ChangeInputs<'c> = dyn FnMut(&InputChange<'_>) -> Result<InputChangeOutcome, RunError> + 'c;

/// Takes the rows and rejects of inputs of a kind out of the tables; ignored inputs are no longer
/// ignored. Inputs of another kind, and those that are neither current nor ignored any more, are left
/// out. `check` refuses inputs that cannot be taken out, and `change` changes the tables.
///
/// # Errors
/// Those of `check` and `change`; the lake fails.
pub(super) fn remove<K: RecordKind>(
    lake: &Lake,
    run_id: &str,
    inputs: &[ListedInput],
    check: &CheckInputs<'_>,
    change: &mut ChangeInputs<'_>,
) -> Result<(), RunError> {
    let (spec, kind) = (K::table(), K::NAME);
    for _ in 0..MAX_ATTEMPTS {
        lake.complete_history(run_id, &spec, None)?;
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
        check(&listed, &outgoing)?;
        let changed = change(&InputChange {
            run_id,
            record_kind: kind,
            rows_table: &spec,
            listed: listed.rows(),
            outgoing: &outgoing,
            state: InputState::Removed,
            incoming: Vec::new(),
            rejects: None,
            snapshots: &[],
        })?;
        if changed != InputChangeOutcome::Superseded {
            return Ok(());
        }
    }
    Err(RunError::Superseded)
}
