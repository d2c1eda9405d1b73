//! The mapping of the user: which column fills which field.

use std::collections::BTreeMap;

use super::super::columns::{Columns, normalise_header};

/// A mapping to a field that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {header:?} cannot be mapped to {field:?}: the fields are {}", .accepted.join(", "))]
pub struct UnknownField {
    /// The header of the mapping.
    pub header: String,
    /// The field it names.
    pub field: String,
    /// The canonical names.
    pub accepted: Vec<&'static str>,
}

/// The columns that the user has given a field, by normalised header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping(BTreeMap<String, usize>);

impl Mapping {
    /// Takes one line: the column `header` fills the canonical `field`. Headers are
    /// compared normalised.
    ///
    /// # Errors
    /// [`UnknownField`] when no role has that name.
    pub fn add(
        &mut self,
        columns: &dyn Columns,
        header: &str,
        field: &str,
    ) -> Result<(), UnknownField> {
        let roles = columns.roles();
        let role = roles
            .iter()
            .position(|role| role.name == field)
            .ok_or_else(|| UnknownField {
                header: header.to_owned(),
                field: field.to_owned(),
                accepted: roles.iter().map(|role| role.name).collect(),
            })?;
        self.0.insert(normalise_header(header), role);
        Ok(())
    }

    /// The field of a column, by its normalised header.
    pub(super) fn role_of(&self, normalised_header: &str) -> Option<usize> {
        self.0.get(normalised_header).copied()
    }

    /// Normalised headers with their fields.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        self.0.iter().map(|(header, role)| (header.as_str(), *role))
    }
}
