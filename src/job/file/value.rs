//! A value of a job file as words of the command line.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::keys::{Key, Shape};
use super::opened::Opened;
use super::suggest;

/// The text of a text or of a whole number.
pub(super) fn text_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
            .ok()
            .map(|number| number.to_string()),
        _ => None,
    }
}

impl Opened<'_> {
    /// What would have been typed for a key; a value that does not fit is noted. `path` is the key
    /// with the tables around it.
    pub(super) fn words(
        &mut self,
        key: &Key,
        path: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Vec<String>> {
        let span = value.span();
        let texts = match (&key.shape, value.get_ref()) {
            (Shape::Switch, DeValue::Boolean(is_on)) => {
                let word = key.option.clone().filter(|_| *is_on);
                return Some(word.into_iter().collect());
            }
            (Shape::List, DeValue::Array(entries)) => {
                let filled = entries.iter().map(|entry| match entry.get_ref() {
                    DeValue::String(text) => self.fill(text, &[], path, &entry.span()),
                    other => {
                        self.refuse_type(path, &entry.span(), other, "a text");
                        None
                    }
                });
                // All of them are looked at, so that all problems are told.
                let filled: Vec<Option<String>> = filled.collect();
                filled.into_iter().collect::<Option<Vec<String>>>()?
            }
            (Shape::Integer | Shape::IntegerOrText, number @ DeValue::Integer(_)) => {
                vec![text_of(number)?]
            }
            (Shape::Integer, DeValue::String(text)) if text.contains('{') => {
                vec![self.fill(text, &[], path, &span)?]
            }
            (Shape::Choice(choices), DeValue::String(text)) => {
                vec![self.chosen(choices, text, path, &span)?]
            }
            (Shape::Text | Shape::IntegerOrText, DeValue::String(text)) => {
                vec![self.fill(text, kept(&key.name), path, &span)?]
            }
            (shape, other) => {
                self.refuse_type(path, &span, other, expected(shape));
                return None;
            }
        };
        let word = |text: String| match &key.option {
            Some(option) => format!("{option}={text}"),
            None => text,
        };
        Some(texts.into_iter().map(word).collect())
    }

    fn chosen(
        &mut self,
        choices: &[String],
        text: &str,
        path: &str,
        span: &Range<usize>,
    ) -> Option<String> {
        let filled = self.fill(text, &[], path, span)?;
        if choices.contains(&filled) {
            return Some(filled);
        }
        let remedy = suggest::remedy(&filled, choices.iter().map(String::as_str));
        let message = format!("{filled:?} is none of its values");
        self.problems.add(span, path, message, remedy);
        None
    }

    fn refuse_type(
        &mut self,
        path: &str,
        span: &Range<usize>,
        value: &DeValue<'_>,
        expected: &str,
    ) {
        let found = value.type_str();
        let message = format!("this is a value of type {found}, and the key takes {expected}");
        let is_unquoted = matches!(value, DeValue::Datetime(_) | DeValue::Float(_));
        let remedy = if is_unquoted && expected.ends_with("text") {
            "write it in quotes".to_owned()
        } else {
            format!("write {expected}")
        };
        self.problems.add(span, path, message, remedy);
    }
}

/// Braces that belong to the option itself.
fn kept(name: &str) -> &'static [&'static str] {
    match name {
        "company_path" => &["company_id"],
        _ => &[],
    }
}

fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Switch => "true or false",
        Shape::Integer => "a whole number",
        Shape::Text | Shape::Choice(_) => "a text",
        Shape::IntegerOrText => "a whole number or a text",
        Shape::List => "a list of texts, [\"…\", \"…\"]",
    }
}
