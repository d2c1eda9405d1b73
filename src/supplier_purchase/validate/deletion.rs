//! Determines whether a purchase is deleted.

use super::scalar::{self, ValidationContext};
use crate::record::Findings;
use crate::rules::RuleId;
use crate::supplier_purchase::field::SupplierPurchaseField;
use crate::supplier_purchase::values::{SupplierPurchaseValues, SupplierValue};

/// In a response, a purchase is deleted when `were_stock_movements_deleted` is present, with either
/// value. A row may have a separate column for deletion, which takes precedence, because an export
/// fills the column of the flag in every row. The user may mark a whole dump as deleted.
pub(super) fn validate(
    context: &ValidationContext<'_, '_>,
    values: &mut SupplierPurchaseValues<'_>,
    findings: &mut Findings,
) {
    let raw = context.raw;
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
    let is_deleted = sign.is_some() || context.settings.deleted_only;
    if let Some((name, detail)) = sign {
        let value = raw.get(name).shown();
        findings.add(RuleId::CplDeletedKey, name.as_str(), &value, detail);
    }
    let flag = flag.filter(|_| is_deleted).map(SupplierValue::Boolean);
    values.set(SupplierPurchaseField::WereStockMovementsDeleted, flag);
    let is_deleted = SupplierValue::Boolean(is_deleted);
    values.set(SupplierPurchaseField::Deleted, Some(is_deleted));
}
