//! The table of states that belongs to a version of the table.

use super::table::{supplier_purchases_spec, supplier_versions_spec};
use crate::ingest::error::RunError;
use crate::lake::{Lake, Snapshot};

/// The states of a version of the table; `None` if the table has a newer version since.
///
/// # Errors
/// The lake fails.
pub(super) fn states_at(
    lake: &Lake,
    run_id: &str,
    snapshot: &Snapshot,
) -> Result<Option<Snapshot>, RunError> {
    let (rows, states) = (supplier_purchases_spec(), supplier_versions_spec());
    lake.complete_history(run_id, &rows, None)?;
    let found = lake.snapshot(states.name, None, None)?;
    let of_rows = (&rows, snapshot.version);
    let is_complete = lake.is_history_complete(of_rows, (&states, found.version))?;
    Ok(is_complete.then_some(found))
}
