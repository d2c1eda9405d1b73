//! The options for delimited text, and what is assigned to fields.

use super::{OptionError, ReadArguments, RecordKindSelection};
use crate::input::csv::columns::ColumnAliases;
use crate::input::csv::dialect::DialectOverrides;
use crate::input::mapping::{Mapping, MappingError};
use crate::purchase::PurchaseCsvColumns;
use crate::supplier_purchase::SupplierPurchaseCsvColumns;

impl ReadArguments {
    /// What is known about delimited text of a kind.
    pub(super) fn dialect(
        &self,
        columns: &dyn ColumnAliases,
    ) -> Result<DialectOverrides, OptionError> {
        Ok(DialectOverrides {
            mapping: self.mapping(columns)?,
            ..self.csv.clone()
        })
    }

    /// What is assigned to the fields of a kind. If inputs may contain both kinds, an entry may name a
    /// field of either.
    pub(super) fn mapping(&self, columns: &dyn ColumnAliases) -> Result<Mapping, OptionError> {
        let mut mapping = Mapping::default();
        for entry in &self.map {
            let split = entry
                .rsplit_once('=')
                .filter(|(source, _)| !source.is_empty());
            let expected = "SOURCE=FIELD or SOURCE=FIELD:FORMAT";
            let (source, field) = split.ok_or_else(|| malformed("--map", entry, expected))?;
            let added = mapping.add(columns, source, field);
            self.accept("--map", entry, field, added)?;
        }
        let fills = [
            ("--default", &self.default, false),
            ("--constant", &self.constant, true),
        ];
        for (option, entries, is_constant) in fills {
            for entry in entries {
                let split = entry.split_once('=');
                let split = split.ok_or_else(|| malformed(option, entry, "FIELD=VALUE"));
                let (field, value) = split?;
                let added = mapping.add_fill(columns, field, value, is_constant);
                self.accept(option, entry, field, added)?;
            }
        }
        Ok(mapping)
    }

    /// Passes on why an entry is refused, unless its field is one of the other kind.
    fn accept(
        &self,
        option: &'static str,
        entry: &str,
        field: &str,
        added: Result<(), MappingError>,
    ) -> Result<(), OptionError> {
        let is_auto = self.kind == RecordKindSelection::Auto;
        match added {
            Err(MappingError::UnknownField { .. }) if is_auto && is_field_of_any_kind(field) => {
                Ok(())
            }
            Err(refused) => Err(OptionError::Invalid {
                option,
                value: entry.to_owned(),
                reason: refused.to_string(),
            }),
            Ok(()) => Ok(()),
        }
    }
}

fn malformed(option: &'static str, entry: &str, expected: &str) -> OptionError {
    OptionError::Invalid {
        option,
        value: entry.to_owned(),
        reason: format!("expected {expected}"),
    }
}

fn is_field_of_any_kind(field: &str) -> bool {
    let name = field.split(':').next().unwrap_or_default();
    let tables: [&dyn ColumnAliases; 2] = [&PurchaseCsvColumns, &SupplierPurchaseCsvColumns];
    tables.iter().any(|columns| {
        let mut roles = columns.roles().iter();
        roles.any(|role| role.name == name) || columns.property_of(field).is_some()
    })
}
