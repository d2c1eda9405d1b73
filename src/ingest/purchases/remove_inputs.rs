//! Takes ingested inputs of customer purchases out of the lake.

use super::Purchases;
use super::replace_input::duplicates_of;
use crate::ingest::error::RunError;
use crate::ingest::removal::remove;
use crate::lake::{Lake, ListedInput, RowsPlan};

/// Takes the rows and rejects of inputs out of the tables; ignored inputs are no longer ignored.
/// Inputs of another kind, and those that are neither current nor ignored any more, are left out.
///
/// # Errors
/// [`RunError::CountsDuplicates`] if a later input counts events of these as duplicates; the lake
/// fails.
pub fn remove_inputs(lake: &Lake, run_id: &str, inputs: &[ListedInput]) -> Result<(), RunError> {
    remove::<Purchases>(
        lake,
        run_id,
        inputs,
        &|listed, outgoing| match duplicates_of(lake, listed, outgoing)? {
            Some(later) => Err(RunError::CountsDuplicates {
                path: later.row.path.clone(),
                duplicates: later.row.counts.duplicate,
            }),
            None => Ok(()),
        },
        &mut |change| lake.change_inputs(change, RowsPlan::Files(None)),
    )
}
