//! The options for CSV.

use super::{OptionError, ReadArguments, RecordKindSelection};
use crate::input::csv::columns::ColumnAliases;
use crate::input::csv::dialect::DialectOverrides;
use crate::purchase::PurchaseCsvColumns;
use crate::supplier_purchase::SupplierPurchaseCsvColumns;

impl ReadArguments {
    /// What is known about CSV inputs of a kind. If inputs may contain both kinds, a column may be
    /// mapped to a field of either.
    pub(super) fn dialect(
        &self,
        columns: &dyn ColumnAliases,
    ) -> Result<DialectOverrides, OptionError> {
        let is_only_kind = self.kind != RecordKindSelection::Auto;
        let mut dialect = self.csv.clone();
        for entry in &self.mapping {
            let invalid = |reason: String| OptionError::Invalid {
                option: "--map",
                value: entry.clone(),
                reason,
            };
            let (header, field) = entry
                .rsplit_once('=')
                .ok_or_else(|| invalid("expected HEADER=FIELD".to_owned()))?;
            match dialect.mapping.add(columns, header, field) {
                Err(unknown) if is_only_kind || !is_field_of_any_kind(field) => {
                    return Err(invalid(unknown.to_string()));
                }
                _ => {}
            }
        }
        Ok(dialect)
    }
}

fn is_field_of_any_kind(field: &str) -> bool {
    let tables: [&dyn ColumnAliases; 2] = [&PurchaseCsvColumns, &SupplierPurchaseCsvColumns];
    tables
        .iter()
        .flat_map(|columns| columns.roles())
        .any(|role| role.name == field)
}
