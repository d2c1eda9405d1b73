//! Validates inputs of known kinds. What is found goes to a sink; nothing is printed or written.

use crate::commands::CommandError;
use crate::commands::assign_inputs::AssignedInputs;
use crate::ingest::purchases::{self, Purchases};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::{self, SupplierPurchases};
use crate::ingest::{CheckEvent, IngestOutcome, Progress};

/// Receives what a check reports, with the name of the record kind.
pub(in crate::commands) type KindFindingSink<'s> =
    dyn FnMut(&str, CheckEvent<'_>) -> Result<(), CommandError> + 's;

/// Validates the inputs of each kind.
///
/// # Errors
/// The run is interrupted, or the sink fails.
pub(in crate::commands) fn check_assigned(
    assigned: AssignedInputs<'_>,
    reject_limit: f64,
    progress: &Progress,
    sink: &mut KindFindingSink<'_>,
) -> Result<IngestOutcome, CommandError> {
    let AssignedInputs {
        purchases,
        supplier_purchases,
        refused,
        known: _,
    } = assigned;
    let mut checked = IngestOutcome {
        inputs: refused,
        ..IngestOutcome::default()
    };
    if let Some((inputs, settings)) = purchases {
        let mut of_kind = |event: CheckEvent<'_>| sink(Purchases::NAME, event);
        let part = purchases::check(&inputs, settings, reject_limit, progress, &mut of_kind);
        checked.add(part?);
    }
    if let Some((inputs, settings)) = supplier_purchases {
        let mut of_kind = |event: CheckEvent<'_>| sink(SupplierPurchases::NAME, event);
        let part =
            supplier_purchases::check(&inputs, settings, reject_limit, progress, &mut of_kind);
        checked.add(part?);
    }
    Ok(checked)
}
