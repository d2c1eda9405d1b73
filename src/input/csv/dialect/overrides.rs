//! Settings of the user for delimited text.

use std::collections::BTreeMap;

use clap::Args;

use super::super::columns::{ColumnAliases, normalise_header};
use super::super::delimiter::Delimiter;
use super::super::encoding::Charset;
use crate::values::pt_br::{DateOrder, DecimalSign};

/// Settings of the user, which replace detection, as options of the commands that read inputs.
#[derive(Clone, Debug, Default, Args)]
pub struct DialectOverrides {
    /// Set the character between fields: one of `;` `,` `|` `tab` [default: detected per input]
    #[arg(
        long,
        value_name = "CHAR",
        help_heading = "CSV",
        hide_short_help = true
    )]
    pub delimiter: Option<Delimiter>,
    /// Set the encoding, e.g. utf-8 or windows-1252 [default: detected per input]
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "CSV",
        hide_short_help = true
    )]
    pub encoding: Option<Charset>,
    /// Set the decimal separator of prices [default: detected per input]
    #[arg(long, value_enum, value_name = "SIGN", help_heading = "CSV")]
    pub decimal: Option<DecimalSign>,
    /// Set the order of day and month in dates [default: detected per input]
    #[arg(
        long,
        value_enum,
        value_name = "ORDER",
        help_heading = "CSV",
        hide_short_help = true
    )]
    pub date_order: Option<DateOrder>,
    /// The columns of `--map`, which depend on the record kind.
    #[arg(skip)]
    pub mapping: Mapping,
}

/// The columns that the user has mapped to fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// By normalised header.
    roles: BTreeMap<String, usize>,
    /// Whether the user has mapped any column, including to fields of another record kind.
    is_given: bool,
}

impl Mapping {
    /// Maps the column `header` to the canonical `field`. Headers are compared in normal form.
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

    /// Whether the user has mapped any column.
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

/// A mapping to an unknown field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown field {field:?}; valid fields: {}", .accepted.join(", "))]
pub struct UnknownMappedField {
    /// The header of the mapping.
    pub header: String,
    /// The unknown field.
    pub field: String,
    /// The canonical names of the valid fields.
    pub accepted: Vec<&'static str>,
}
