//! Takes ingested inputs of supplier purchases out of the lake: their states leave the history, and the
//! table gets the newest states of the rest.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::SupplierPurchases;
use super::accepted_rows::AcceptedRows;
use super::merge::MergeInput;
use super::outgoing::check_history;
use super::refold::Refold;
use super::states_at::states_at;
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::ingest::removal::remove;
use crate::lake::{Lake, ListedInput, RowsPlan};

/// Takes the states and rejects of inputs out of the tables; ignored inputs are no longer ignored.
/// Inputs of another kind, and those that are neither current nor ignored any more, are left out. A
/// full snapshot that loses an input marks nothing as deleted any more.
///
/// # Errors
/// [`RunError::BeforeHistory`] if an input was ingested before the history of states began; the lake
/// fails.
pub fn remove_inputs(lake: &Lake, run_id: &str, inputs: &[ListedInput]) -> Result<(), RunError> {
    let no_rows = AcceptedRows::new(lake, &supplier_purchases_spec(), run_id)?;
    let (new_inputs, companies) = (HashSet::new(), BTreeSet::new());
    let nothing = MergeInput {
        lake,
        run_id,
        max_partitions: usize::MAX,
        accepted_rows: &no_rows,
        candidates: &[],
        new_inputs: &new_inputs,
        snapshot_date: None,
        complete_companies: &companies,
        known_inputs: &BTreeMap::new(),
    };
    remove::<SupplierPurchases>(
        lake,
        run_id,
        inputs,
        &|_listed, outgoing| check_history(lake, run_id, outgoing),
        &mut |change| {
            lake.change_inputs(
                change,
                RowsPlan::Fold(&mut |snapshot, origins| {
                    let Some(states) = states_at(lake, run_id, snapshot)? else {
                        return Ok(None);
                    };
                    let refold = Refold {
                        run: &nothing,
                        states: &states,
                        origins,
                        outgoing: change.outgoing,
                    };
                    Ok(Some(refold.fold(snapshot)?.change))
                }),
            )
        },
    )
}
