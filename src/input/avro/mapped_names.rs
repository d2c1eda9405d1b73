//! The fields of a schema that the user has mapped to those of purchases.

use super::schema::AvroRecord;
use crate::input::csv::columns::ColumnAliases;
use crate::input::mapping::{MappedTarget, Mapping};

/// The mapping of the user, by the names of the fields of purchases.
#[derive(Clone, Copy)]
pub(in crate::input) struct MappedNames<'m> {
    mapping: &'m Mapping,
    columns: &'m dyn ColumnAliases,
}

impl<'m> MappedNames<'m> {
    /// The mapping to the fields of a record kind.
    pub(in crate::input) fn new(mapping: &'m Mapping, columns: &'m dyn ColumnAliases) -> Self {
        Self { mapping, columns }
    }

    /// The source that is mapped to a field.
    pub(super) fn source_of(self, name: &str) -> Option<&'m str> {
        let is_field = |target: &MappedTarget| match target {
            MappedTarget::Role(role) => self.is_role(*role, name),
            MappedTarget::Property(_) => false,
        };
        let mut sources = self.mapping.sources().iter();
        let mapped = sources.find(|source| is_field(&source.target));
        mapped.map(|source| source.source.as_str())
    }

    /// The field of the schema in which a field of purchases is.
    pub(super) fn field(self, name: &'m str) -> &'m str {
        self.source_of(name).unwrap_or(name)
    }

    /// Whether a field of purchases is in the records, or has a value for those without it.
    pub(super) fn is_filled(self, record: &AvroRecord, name: &'m str) -> bool {
        let source = self.field(name);
        // Of `customer.id` the record has the field `customer`.
        let outer = source.split_once('.').map_or(source, |(outer, _)| outer);
        let has_fill = || {
            let mut fills = self.mapping.fills().iter();
            fills.any(|fill| self.is_role(fill.role, name))
        };
        record.position(outer).is_some() || has_fill()
    }

    fn is_role(self, role: usize, name: &str) -> bool {
        let role = self.columns.roles().get(role);
        role.is_some_and(|role| role.name == name)
    }
}
