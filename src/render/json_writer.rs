//! A JSON writer that writes numbers digit by digit.
//!
//! In: a tree of values with amounts as digits. Out: the text that serde would write for it,
//! indented by two spaces or on one line, without converting a number to a float.

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum JsonValue {
    Null,
    Bool(bool),
    /// The digits of a number; the caller ensures that they are valid JSON.
    Digits(String),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(&'static str, Self)>),
}

impl JsonValue {
    /// Indented, with a final newline.
    pub(super) fn pretty(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.write(&mut bytes, Some(0))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Appends the value to `bytes`, without whitespace.
    pub(super) fn compact(&self, bytes: &mut Vec<u8>) -> serde_json::Result<()> {
        self.write(bytes, None)
    }

    /// `depth` is the indentation of the line in steps of two spaces, `None` for output on one
    /// line.
    fn write(&self, bytes: &mut Vec<u8>, depth: Option<usize>) -> serde_json::Result<()> {
        let deeper = depth.map(|depth| depth + 1);
        match self {
            Self::Null => bytes.extend(b"null"),
            Self::Bool(true) => bytes.extend(b"true"),
            Self::Bool(false) => bytes.extend(b"false"),
            Self::Digits(digits) => bytes.extend(digits.as_bytes()),
            Self::Text(text) => serde_json::to_writer(bytes, text)?,
            Self::List(items) if items.is_empty() => bytes.extend(b"[]"),
            Self::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    bytes.push(if at == 0 { b'[' } else { b',' });
                    write_line_break(bytes, deeper);
                    item.write(bytes, deeper)?;
                }
                write_line_break(bytes, depth);
                bytes.push(b']');
            }
            Self::Object(entries) if entries.is_empty() => bytes.extend(b"{}"),
            Self::Object(entries) => {
                for (at, (key, value)) in entries.iter().enumerate() {
                    bytes.push(if at == 0 { b'{' } else { b',' });
                    write_line_break(bytes, deeper);
                    serde_json::to_writer(&mut *bytes, key)?;
                    bytes.extend(if depth.is_some() {
                        b": ".as_slice()
                    } else {
                        b":"
                    });
                    value.write(bytes, deeper)?;
                }
                write_line_break(bytes, depth);
                bytes.push(b'}');
            }
        }
        Ok(())
    }

    /// Removes the members that are null, at every depth.
    #[must_use]
    pub(super) fn without_nulls(self) -> Self {
        match self {
            Self::Object(entries) => {
                let known = entries
                    .into_iter()
                    .filter(|(_, value)| *value != Self::Null);
                Self::Object(
                    known
                        .map(|(key, value)| (key, value.without_nulls()))
                        .collect(),
                )
            }
            Self::List(items) => Self::List(items.into_iter().map(Self::without_nulls).collect()),
            other => other,
        }
    }

    /// A text, or null.
    pub(super) fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.to_owned()))
    }

    /// A whole number.
    pub(super) fn number(number: impl Into<i128>) -> Self {
        Self::Digits(number.into().to_string())
    }
}

fn write_line_break(bytes: &mut Vec<u8>, depth: Option<usize>) {
    if let Some(depth) = depth {
        bytes.push(b'\n');
        bytes.extend(std::iter::repeat_n(b"  ", depth).flatten());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_that_of_serde() {
        let text = r#"{"a":[1,[],{},null,true,false],"é \"b\"\n":{"c":"\u0001/😀"}}"#;
        let tree = JsonValue::Object(vec![
            (
                "a",
                JsonValue::List(vec![
                    JsonValue::number(1),
                    JsonValue::List(Vec::new()),
                    JsonValue::Object(Vec::new()),
                    JsonValue::text(None),
                    JsonValue::Bool(true),
                    JsonValue::Bool(false),
                ]),
            ),
            (
                "é \"b\"\n",
                JsonValue::Object(vec![("c", JsonValue::text(Some("\u{1}/😀")))]),
            ),
        ]);
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let mut compact = Vec::new();
        tree.compact(&mut compact).expect("written");
        assert_eq!(compact, serde_json::to_vec(&value).expect("written"));
        let mut pretty = serde_json::to_vec_pretty(&value).expect("written");
        pretty.push(b'\n');
        assert_eq!(tree.pretty().expect("written"), pretty);
    }

    #[test]
    fn digits_stay_as_they_are() {
        let tree = JsonValue::Digits("12345678901234567890123456789.10".to_owned());
        assert_eq!(
            tree.pretty().expect("written"),
            b"12345678901234567890123456789.10\n"
        );
    }
}
