//! Maps headers to fields.
//!
//! Headers are normalised: `supplier.id` is `supplier_id`, `Situação` is `situacao`. Every field has
//! its column, its documented path, and the further headers of its row in the table of fields.
//! Ambiguous headers (`valor`, `frete`, `numero`) are not among them.

use std::sync::LazyLock;

use crate::input::csv::columns::{ColumnAliases, ColumnRole, CsvValueType, is_portuguese_word};
use crate::supplier_purchase::field::{SupplierFieldSpec, SupplierPurchaseField};
use crate::supplier_purchase::fields::FIELDS;

/// The target of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::supplier_purchase) enum ColumnTarget {
    /// One field.
    Field(SupplierPurchaseField, CsvValueType),
    /// The currency of every amount without a separate currency column.
    AllCurrencies,
    /// The offset of a time, in minutes, which the text of the time contains too.
    OffsetOf(SupplierPurchaseField),
    /// Undocumented keys, as one JSON object.
    Extra,
}

/// The columns of supplier purchase files.
#[derive(Clone, Copy, Debug, Default)]
pub struct SupplierPurchaseCsvColumns;

impl ColumnAliases for SupplierPurchaseCsvColumns {
    fn role_of(&self, normalised_header: &str) -> Option<usize> {
        TARGETS.iter().position(|(role, target)| {
            role.name == normalised_header || target.has_header(normalised_header)
        })
    }

    fn roles(&self) -> &'static [ColumnRole] {
        static ROLES: LazyLock<Vec<ColumnRole>> =
            LazyLock::new(|| TARGETS.iter().map(|(role, _)| *role).collect());
        &ROLES
    }

    fn is_portuguese(&self, normalised_header: &str) -> bool {
        is_portuguese_word(normalised_header)
    }

    /// A supplier purchase has no custom properties.
    fn property_of(&self, _header: &str) -> Option<String> {
        None
    }
}

/// The fields that a column can fill, each with its path, its further headers and the Portuguese ones.
pub fn csv_headers() -> impl Iterator<Item = CsvHeaders> {
    TARGETS.iter().map(|(role, target)| -> CsvHeaders {
        match target {
            ColumnTarget::Field(field, _) => {
                let spec = field.spec();
                (role.name, spec.path, spec.headers, spec.portuguese_headers)
            }
            ColumnTarget::AllCurrencies => (role.name, "", &[], &COMMON_CURRENCY_HEADERS),
            ColumnTarget::OffsetOf(_) | ColumnTarget::Extra => (role.name, "", &[], &[]),
        }
    })
}

/// Name, path, further headers, and Portuguese ones.
pub type CsvHeaders = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

/// Portuguese headers of the currency of every amount.
const COMMON_CURRENCY_HEADERS: [&str; 1] = ["moeda"];

/// The target of the column with this role.
pub(in crate::supplier_purchase) fn column_target(role: usize) -> Option<ColumnTarget> {
    TARGETS.get(role).map(|(_, target)| *target)
}

/// The targets by the name of their role.
static TARGETS: LazyLock<Vec<(ColumnRole, ColumnTarget)>> = LazyLock::new(|| {
    let mut targets = Vec::new();
    let mut add = |name, value_type, target| {
        targets.push((ColumnRole { name, value_type }, target));
    };
    for spec in &FIELDS {
        if let Some(value_type) = spec.csv_type() {
            let target = ColumnTarget::Field(spec.field, value_type);
            add(role_name(spec), value_type, target);
        }
    }
    add("currency", CsvValueType::Text, ColumnTarget::AllCurrencies);
    for spec in &FIELDS {
        if let Some(column) = spec.offset_column {
            add(
                column,
                CsvValueType::Integer,
                ColumnTarget::OffsetOf(spec.field),
            );
        }
    }
    add("extra", CsvValueType::Json, ColumnTarget::Extra);
    targets
});

/// The column, or the header of a field whose column has another name.
fn role_name(spec: &SupplierFieldSpec) -> &'static str {
    match spec.column {
        Some(column) if spec.is_documented() => column,
        _ => spec.path,
    }
}

impl ColumnTarget {
    /// Whether a header means this, besides the name of its role.
    fn has_header(self, header: &str) -> bool {
        match self {
            Self::Field(field, _) => field.spec().has_header(header),
            Self::AllCurrencies => COMMON_CURRENCY_HEADERS.contains(&header),
            Self::OffsetOf(_) | Self::Extra => false,
        }
    }
}

impl SupplierFieldSpec {
    fn has_header(&self, header: &str) -> bool {
        let is_path = || {
            let path = self
                .path
                .bytes()
                .map(|byte| if byte == b'.' { b'_' } else { byte });
            path.eq(header.bytes())
        };
        self.column == Some(header)
            || self.headers.contains(&header)
            || self.portuguese_headers.contains(&header)
            || is_path()
    }
}

#[cfg(test)]
mod tests;
