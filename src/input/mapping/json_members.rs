//! Reads the members of a JSON object and, where a source is inside one of them, of the objects below.

use super::sources::{MappedSource, Mapping};
use crate::json::{JsonCursor, JsonError, JsonKind, JsonOptions, JsonStr};

/// What is done with the members of an object.
pub trait MappedMembers<'a> {
    /// The value of a source, as JSON text.
    ///
    /// # Errors
    /// None for valid JSON.
    fn mapped(&mut self, source: &MappedSource, value: &'a str) -> Result<(), JsonError>;

    /// A member of the record itself that no source names; reads its value at the cursor.
    ///
    /// # Errors
    /// The text is not JSON.
    fn unmapped(&mut self, cursor: &mut JsonCursor<'a>, key: JsonStr<'a>) -> Result<(), JsonError>;

    /// A member of an object with a source, which no source names: its path and its value.
    fn beside_source(&mut self, path: String, value: &'a str, offset: usize);

    /// Whether an object with a source is a field of the record, which is then read as well.
    fn is_field(&self, key: &str) -> bool;
}

/// Reads the object at the cursor, with the members that the sources name.
///
/// # Errors
/// The text is not JSON.
pub fn each_member<'a>(
    mapping: &Mapping,
    cursor: &mut JsonCursor<'a>,
    members: &mut impl MappedMembers<'a>,
) -> Result<(), JsonError> {
    let mut object = cursor.open_object()?;
    while let Some(key) = cursor.next_key(&mut object)? {
        let name = key.decode();
        if let Some(source) = mapping.of_path(&name) {
            let value = cursor.skip_value()?;
            members.mapped(source, value)?;
            continue;
        }
        let path = format!("{name}.");
        let has_source = mapping.has_source_below(&path);
        if !has_source || cursor.peek()? != JsonKind::Object {
            members.unmapped(cursor, key)?;
            continue;
        }
        let value = cursor.skip_value()?;
        let offset = cursor.offset() - value.len();
        let is_field = members.is_field(&name);
        let nested = NestedObject {
            path,
            value,
            offset,
            is_field,
        };
        nested.read(mapping, members)?;
        if is_field {
            members.unmapped(&mut JsonCursor::new(value, ALREADY_VALID), key)?;
        }
    }
    Ok(())
}

/// The reader has validated the text, possibly in lenient mode.
const ALREADY_VALID: JsonOptions = JsonOptions {
    lenient: true,
    max_depth: usize::MAX,
};

/// An object that contains a source. As deep as the path of a source, which limits the recursion.
struct NestedObject<'a> {
    /// Its path, with a dot at the end.
    path: String,
    value: &'a str,
    /// Byte offset of the value in the text of the record.
    offset: usize,
    /// Whether its other members are read as those of a field.
    is_field: bool,
}

impl<'a> NestedObject<'a> {
    fn read(
        &self,
        mapping: &Mapping,
        members: &mut impl MappedMembers<'a>,
    ) -> Result<(), JsonError> {
        let mut cursor = JsonCursor::new(self.value, ALREADY_VALID);
        cursor.peek()?;
        let mut object = cursor.open_object()?;
        while let Some(key) = cursor.next_key(&mut object)? {
            let path = format!("{}{}", self.path, key.decode());
            let value = cursor.skip_value()?;
            let offset = self.offset + cursor.offset() - value.len();
            if let Some(source) = mapping.of_path(&path) {
                members.mapped(source, value)?;
                continue;
            }
            let below = Self {
                path: format!("{path}."),
                value,
                offset,
                is_field: self.is_field,
            };
            if value.starts_with('{') && mapping.has_source_below(&below.path) {
                below.read(mapping, members)?;
            } else if !self.is_field {
                members.beside_source(path, value, offset);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::csv::columns::tests::TestColumns;

    /// Writes down what it is called with.
    #[derive(Default)]
    struct Calls(Vec<String>);

    impl<'a> MappedMembers<'a> for Calls {
        fn mapped(&mut self, source: &MappedSource, value: &'a str) -> Result<(), JsonError> {
            self.0.push(format!("{}={value}", source.source));
            Ok(())
        }

        fn unmapped(
            &mut self,
            cursor: &mut JsonCursor<'a>,
            key: JsonStr<'a>,
        ) -> Result<(), JsonError> {
            let value = cursor.skip_value()?;
            self.0.push(format!("unmapped {}={value}", key.decode()));
            Ok(())
        }

        fn beside_source(&mut self, path: String, value: &'a str, offset: usize) {
            self.0.push(format!("beside {path}={value} at {offset}"));
        }

        fn is_field(&self, key: &str) -> bool {
            key == "properties"
        }
    }

    fn calls(entries: &[(&str, &str)], text: &str) -> Vec<String> {
        let mut mapping = Mapping::default();
        for (source, field) in entries {
            mapping.add(&TestColumns, source, field).unwrap();
        }
        let mut cursor = JsonCursor::new(text, JsonOptions::default());
        cursor.peek().unwrap();
        let mut calls = Calls::default();
        each_member(&mapping, &mut cursor, &mut calls).unwrap();
        assert_eq!(cursor.offset(), text.len());
        calls.0
    }

    #[test]
    fn a_path_is_a_key_or_a_key_of_an_object() {
        let entries = [("customer.id", "external_id"), ("value", "price")];
        for (text, expected) in [
            (
                r#"{"customer":{"id":7,"name":"Ana"},"value":1.5,"n":2}"#,
                &[
                    "customer.id=7",
                    r#"beside customer.name="Ana" at 27"#,
                    "value=1.5",
                    "unmapped n=2",
                ][..],
            ),
            (r#"{"customer.id":"a"}"#, &[r#"customer.id="a""#]),
            (r#"{"customer":"a"}"#, &[r#"unmapped customer="a""#]),
            (r#"{"customer":{}}"#, &[]),
        ] {
            assert_eq!(calls(&entries, text), expected, "{text}");
        }
    }

    #[test]
    fn an_object_that_is_a_field_is_read_as_well() {
        let entries = [("properties.when.utc", "time")];
        let text = r#"{"properties":{"a":1,"when":{"utc":"x"}}}"#;
        let expected = [
            r#"properties.when.utc="x""#,
            r#"unmapped properties={"a":1,"when":{"utc":"x"}}"#,
        ];
        assert_eq!(calls(&entries, text), expected);
    }
}
