//! Determines whether a purchase is deleted.

use super::super::raw::{RawSupplierPurchase, SupplierPurchaseField};
use super::scalar;
use crate::record::Findings;
use crate::rules::RuleId;

/// Whether a purchase is deleted, and whether its stock movements are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deletion {
    /// Whether the purchase is deleted.
    pub is_deleted: bool,
    /// Whether its stock movements were deleted with it.
    pub were_stock_movements_deleted: Option<bool>,
}

/// In a response, a purchase is deleted when `were_stock_movements_deleted` is present, with either
/// value. A row may have a separate column for deletion, which takes precedence, because an export
/// fills the column of the flag in every row. The user may mark a whole dump as deleted.
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
    let value = scalar::boolean(raw, SupplierPurchaseField::Deleted, findings);
    let sign = match (value.unwrap_or(flag.is_some()), flag) {
        (true, Some(_)) => Some((
            SupplierPurchaseField::WereStockMovementsDeleted,
            "present only when the purchase is deleted",
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
