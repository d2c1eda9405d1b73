//! Whether a purchase is deleted.

use super::super::raw::{RawSupplierPurchase, SupplierPurchaseField};
use super::scalar;
use crate::record::Findings;
use crate::rules::RuleId;

/// Whether a purchase is deleted, and what is known about its stock movements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deletion {
    /// Whether it is.
    pub is_deleted: bool,
    /// Whether its stock movements went with it.
    pub were_stock_movements_deleted: Option<bool>,
}

/// The only sign of deletion in a response is that `were_stock_movements_deleted` is there, with
/// either value. A row of delimited text may have a column of its own for it, which then decides: an
/// export fills the column of the flag on every row. Of a whole dump the user may say it.
pub(super) fn validate(
    raw: &RawSupplierPurchase<'_>,
    deleted_only: bool,
    findings: &mut Findings,
) -> Deletion {
    let flag = scalar::boolean(
        raw,
        SupplierPurchaseField::WereStockMovementsDeleted,
        findings,
    );
    let said = scalar::boolean(raw, SupplierPurchaseField::Deleted, findings);
    let sign = match (said.unwrap_or(flag.is_some()), flag) {
        (true, Some(_)) => Some((
            SupplierPurchaseField::WereStockMovementsDeleted,
            "only there when the purchase is deleted",
        )),
        (true, None) => Some((SupplierPurchaseField::Deleted, "the purchase is deleted")),
        (false, _) => None,
    };
    let is_deleted = sign.is_some() || deleted_only;
    if let Some((name, detail)) = sign {
        let value = raw.get(name).shown();
        findings.add(RuleId::CplDeletedKey, name.as_str(), &value, detail);
    }
    Deletion {
        is_deleted,
        were_stock_movements_deleted: flag.filter(|_| is_deleted),
    }
}
