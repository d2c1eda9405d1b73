//! The mapping of the user: which column fills which field.

use std::collections::BTreeMap;

use super::super::columns::{ColumnAliases, normalise_header};

/// A mapping to a field that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {header:?} cannot be mapped to {field:?}: the fields are {}", .accepted.join(", "))]
pub struct UnknownMappedField {
    /// The header of the mapping.
    pub header: String,
    /// The field it names.
    pub field: String,
    /// The canonical names.
    pub accepted: Vec<&'static str>,
}

/// The columns that the user has given a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// By normalised header.
    roles: BTreeMap<String, usize>,
    /// Whether the user has named any column, be it for a field of another kind of records.
    is_given: bool,
}

impl Mapping {
    /// Takes one line: the column `header` fills the canonical `field`. Headers are
    /// compared normalised.
    ///
    /// # Errors
    /// [`UnknownMappedField`] when no role has that name.
    pub fn add(
        &mut self,
        columns: &dyn ColumnAliases,
        header: &str,
        field: &str,
    ) -> Result<(), UnknownMappedField> {
        self.is_given = true;
        let roles = columns.roles();
        let role = roles
            .iter()
            .position(|role| role.name == field)
            .ok_or_else(|| UnknownMappedField {
                header: header.to_owned(),
                field: field.to_owned(),
                accepted: roles.iter().map(|role| role.name).collect(),
            })?;
        self.roles.insert(normalise_header(header), role);
        Ok(())
    }

    /// Whether the user has named any column.
    pub fn is_given(&self) -> bool {
        self.is_given
    }

    /// The field of a column, by its normalised header.
    pub(super) fn role_of(&self, normalised_header: &str) -> Option<usize> {
        self.roles.get(normalised_header).copied()
    }

    /// Normalised headers with their fields.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        self.roles
            .iter()
            .map(|(header, role)| (header.as_str(), *role))
    }
}
