//! A value of a job file as arguments of the command line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{JobFileKey, KeyType, may_be_table};
use super::parser::{JobFileParser, text_of};
use super::suggest;

/// A key of a table and its arguments: none for a switch that is off and for an empty list.
pub(super) struct GivenKey<'k> {
    pub(super) key: &'k JobFileKey,
    pub(super) argv: Vec<String>,
    pub(super) span: Range<usize>,
    /// Its path in the file, if it is not in the table of the step.
    pub(super) path: Option<String>,
}

impl JobFileParser<'_> {
    /// The keys of a table; problems are recorded. `unknown` returns the message about an unknown
    /// key and its remedy, or none to ignore it. `path` is that of the table, with a dot.
    pub(super) fn given_keys<'k>(
        &mut self,
        path: &str,
        table: &DeTable<'_>,
        keys: &'k [JobFileKey],
        unknown: impl Fn(&str) -> Option<(String, String)>,
    ) -> Vec<GivenKey<'k>> {
        let mut given = Vec::new();
        for (written, value) in table {
            let name = written.get_ref().as_ref();
            let path = format!("{path}{name}");
            match keys.iter().find(|key| key.name == name) {
                Some(key) => given.extend(self.arguments(key, &path, value).map(|argv| GivenKey {
                    key,
                    argv,
                    span: value.span(),
                    path: None,
                })),
                None => {
                    if let Some((message, remedy)) = unknown(name) {
                        self.problems.add(&written.span(), &path, message, remedy);
                    }
                }
            }
        }
        given
    }

    /// The arguments of a key; a problem of its value is recorded.
    fn arguments(
        &mut self,
        key: &JobFileKey,
        path: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Vec<String>> {
        let span = value.span();
        let texts = match (&key.key_type, value.get_ref()) {
            (KeyType::Switch, DeValue::Boolean(is_on)) => {
                let argument = key.option.clone().filter(|_| *is_on);
                return Some(argument.into_iter().collect());
            }
            (KeyType::List, DeValue::Array(entries)) => {
                let filled = entries.iter().map(|entry| {
                    if let DeValue::String(text) = entry.get_ref() {
                        return self.fill(text, &[], path, &entry.span());
                    }
                    self.record_wrong_type(path, entry, "a string");
                    None
                });
                // All entries are read, to report all problems at once.
                let filled: Vec<Option<String>> = filled.collect();
                filled.into_iter().collect::<Option<Vec<String>>>()?
            }
            (KeyType::List, DeValue::Table(table)) if may_be_table(&key.name) => {
                return self.table_words(&key.name, path, table);
            }
            (KeyType::Integer | KeyType::IntegerOrText, number @ DeValue::Integer(_)) => {
                vec![text_of(number)?]
            }
            (KeyType::Integer, DeValue::String(text)) if text.contains('{') => {
                vec![self.fill(text, &[], path, &span)?]
            }
            (KeyType::Choice(choices), DeValue::String(text)) => {
                vec![self.chosen(choices, text, path, &span)?]
            }
            (KeyType::Text | KeyType::IntegerOrText, DeValue::String(text)) => {
                vec![self.fill(text, verbatim_names(&key.name), path, &span)?]
            }
            (key_type, _) => {
                self.record_wrong_type(path, value, expected(key_type));
                return None;
            }
        };
        let argument = |text: String| match &key.option {
            Some(option) => format!("{option}={text}"),
            None => text,
        };
        Some(texts.into_iter().map(argument).collect())
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
        let message = format!("invalid value {filled:?}");
        self.problems.add(span, path, message, remedy);
        None
    }

    fn record_wrong_type(&mut self, path: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let is_unquoted = matches!(value.get_ref(), DeValue::Datetime(_) | DeValue::Float(_));
        let remedy = if is_unquoted && expected.ends_with("string") {
            "write it in quotes".to_owned()
        } else {
            format!("write {expected}")
        };
        self.problems.add_wrong_type(value, path, expected, remedy);
    }
}

/// Names in braces that the option itself replaces.
fn verbatim_names(name: &str) -> &'static [&'static str] {
    match name {
        "company_path" => &["company_id"],
        _ => &[],
    }
}

fn expected(key_type: &KeyType) -> &'static str {
    match key_type {
        KeyType::Switch => "true or false",
        KeyType::Integer => "an integer",
        KeyType::Text | KeyType::Choice(_) => "a string",
        KeyType::IntegerOrText => "an integer or a string",
        KeyType::List => "an array of strings, [\"…\", \"…\"]",
    }
}
