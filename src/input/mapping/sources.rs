//! The sources and values that are assigned to the fields of a record kind.

use std::collections::{BTreeMap, BTreeSet};

use super::error::MappingError;
use super::fill::FieldFill;
use crate::input::csv::columns::{ColumnAliases, CsvValueType, normalise_header};
use crate::values::instant::TimeFormat;

/// What a source fills.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MappedTarget {
    /// The field at this position in [`ColumnAliases::roles`].
    Role(usize),
    /// The property with this key.
    Property(String),
}

/// A source of the inputs and what it fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedSource {
    /// A header, or the path of a key in JSON: `customer.id` is the key `id` of the object `customer`.
    pub source: String,
    /// What it fills.
    pub target: MappedTarget,
    /// The format of its times; they are read as usual without one.
    pub format: Option<TimeFormat>,
}

/// The sources and values that the user has assigned to fields.
///
/// - A source fills one field.
/// - A field with sources is filled by no other key or column of a record that has one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    sources: Vec<MappedSource>,
    /// Positions in `sources` by normalised header.
    by_header: BTreeMap<String, usize>,
    /// Positions in `sources` by path.
    by_path: BTreeMap<String, usize>,
    /// Paths of the objects that contain a source, each with a dot at its end.
    objects: BTreeSet<String>,
    fills: Vec<FieldFill>,
}

impl Mapping {
    /// Maps a source to a field: `price`, `properties.weight`, or `time:%d/%m/%y` with the format of
    /// its values.
    ///
    /// # Errors
    /// The field does not exist or has no times, the format is invalid, or the source is mapped already.
    pub fn add(
        &mut self,
        columns: &dyn ColumnAliases,
        source: &str,
        field: &str,
    ) -> Result<(), MappingError> {
        let (target, format) = target_of(columns, field)?;
        let (header, position) = (normalise_header(source), self.sources.len());
        if self.by_path.contains_key(source) || self.by_header.contains_key(&header) {
            return Err(MappingError::MappedTwice(source.to_owned()));
        }
        self.by_header.insert(header, position);
        self.by_path.insert(source.to_owned(), position);
        let dots = source.match_indices('.').map(|(at, _)| at + 1);
        let objects = dots.filter_map(|end| source.get(..end));
        self.objects.extend(objects.map(str::to_owned));
        self.sources.push(MappedSource {
            source: source.to_owned(),
            target,
            format,
        });
        Ok(())
    }

    /// Adds the value of a field: for the records that do not have it, or for all of them.
    ///
    /// # Errors
    /// The field does not exist, has a value already, or has another type.
    pub fn add_fill(
        &mut self,
        columns: &dyn ColumnAliases,
        field: &str,
        value: &str,
        is_constant: bool,
    ) -> Result<(), MappingError> {
        let role = role_named(columns, field)?;
        if self.fills.iter().any(|fill| fill.role == role) {
            return Err(MappingError::FilledTwice(field.to_owned()));
        }
        let value_type = columns.roles()[role].value_type;
        self.fills
            .push(FieldFill::of(role, field, value_type, value, is_constant)?);
        Ok(())
    }

    /// Whether there is no source.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The sources, in the order in which they were added.
    pub fn sources(&self) -> &[MappedSource] {
        &self.sources
    }

    /// The values of fields, in the order in which they were added.
    pub fn fills(&self) -> &[FieldFill] {
        &self.fills
    }

    /// The source with this header, in normal form.
    pub fn of_header(&self, normalised_header: &str) -> Option<&MappedSource> {
        let position = self.by_header.get(normalised_header)?;
        self.sources.get(*position)
    }

    /// Whether a source fills the field.
    pub fn has_source_of(&self, role: usize) -> bool {
        self.sources
            .iter()
            .any(|source| source.target == MappedTarget::Role(role))
    }

    /// Whether the object at this path, which ends with a dot, contains a source.
    pub(super) fn has_source_below(&self, path: &str) -> bool {
        self.objects.contains(path)
    }

    /// The source at this path.
    pub(super) fn of_path(&self, path: &str) -> Option<&MappedSource> {
        let position = self.by_path.get(path)?;
        self.sources.get(*position)
    }
}

fn target_of(
    columns: &dyn ColumnAliases,
    field: &str,
) -> Result<(MappedTarget, Option<TimeFormat>), MappingError> {
    if let Some(key) = columns.property_of(field) {
        return Ok((MappedTarget::Property(key), None));
    }
    let (name, format) = match field.split_once(':') {
        Some((name, format)) => (name, Some(format)),
        None => (field, None),
    };
    let role = role_named(columns, name)?;
    let Some(format) = format else {
        return Ok((MappedTarget::Role(role), None));
    };
    match columns.roles()[role].value_type {
        CsvValueType::Timestamp | CsvValueType::Date => {
            Ok((MappedTarget::Role(role), Some(format.parse()?)))
        }
        _ => Err(MappingError::NotTime(name.to_owned())),
    }
}

fn role_named(columns: &dyn ColumnAliases, field: &str) -> Result<usize, MappingError> {
    let roles = columns.roles();
    let role = roles.iter().position(|role| role.name == field);
    role.ok_or_else(|| MappingError::UnknownField {
        field: field.to_owned(),
        accepted: roles.iter().map(|role| role.name).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::csv::columns::tests::TestColumns;

    fn mapping(entries: &[(&str, &str)]) -> Result<Mapping, MappingError> {
        let mut mapping = Mapping::default();
        for (source, field) in entries {
            mapping.add(&TestColumns, source, field)?;
        }
        Ok(mapping)
    }

    #[test]
    fn a_source_is_found_by_its_header_and_by_its_path() {
        let found = mapping(&[
            ("Preço final", "price"),
            ("buyer.ids.shop", "external_id"),
            ("peso", "properties.weight"),
            ("quando", "time:%d/%m/%y"),
        ])
        .unwrap();
        assert_eq!(
            found.of_header("preco_final").unwrap().target,
            MappedTarget::Role(1)
        );
        assert_eq!(found.of_path("preco_final"), None);
        assert!(found.of_path("buyer.ids.shop").is_some());
        assert_eq!(
            found.objects.iter().collect::<Vec<_>>(),
            ["buyer.", "buyer.ids."]
        );
        let weight = MappedTarget::Property("weight".to_owned());
        assert_eq!(found.of_header("peso").unwrap().target, weight);
        let format = found.of_header("quando").unwrap().format.as_ref().unwrap();
        assert_eq!(format.iso("05/04/26").as_deref(), Some("2026-04-05"));
        assert!(found.has_source_of(1) && !found.has_source_of(2));
    }

    #[test]
    fn an_entry_that_cannot_be_meant_is_refused_with_what_is_valid() {
        for (entries, expected) in [
            (
                [("a", "price"), ("b", "prise")],
                "unknown field \"prise\"; valid fields: product_id, price",
            ),
            (
                [("Valor", "price"), ("valor", "quantity")],
                "\"valor\" is mapped already",
            ),
            (
                [("a", "price"), ("b", "quantity:%d/%m/%y")],
                "field \"quantity\" has no format",
            ),
            (
                [("a", "price"), ("b", "time:%H:%M")],
                "expected a format with day, month and year",
            ),
        ] {
            let refused = mapping(&entries).unwrap_err().to_string();
            assert!(refused.starts_with(expected), "{refused}");
        }
    }
}
