//! The tables of a job file that are written field by field or rule by rule: `[mapping]` and `[rules]` at
//! the top, which apply to every step that reads inputs, and `map` and `rule` of such a step.
//!
//! In: a table. Out: the options of the command line that mean the same, each with the place of its entry.
//! Whether a field, a format or a severity is valid is decided by the commands.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{JobFileKey, key_name};
use super::parser::{JobFileParser, text_of};
use super::suggest;
use super::table_entry::TableEntry;
use super::value::GivenKey;

/// The steps that read inputs.
const READING_STEPS: [&str; 2] = ["ingest", "check"];

/// The options that a mapping consists of. A step with any of them has a mapping of its own.
const MAPPING_OPTIONS: [&str; 3] = ["map", "default", "constant"];

/// The keys of an entry of a mapping.
const ENTRY_KEYS: [&str; 4] = ["from", "format", "default", "value"];

impl JobFileParser<'_> {
    /// The entries of `[mapping]` and `[rules]`; problems are recorded.
    pub(super) fn table_entries(&mut self) -> Vec<TableEntry> {
        let mut entries = Vec::new();
        for (name, key) in [("mapping", "map"), ("rules", "rule")] {
            let Some(entry) = self.table.get(name).cloned() else {
                continue;
            };
            let remedy = format!("write [{name}] and one line each");
            let Some(table) = self.table_of(&entry, name, &remedy) else {
                continue;
            };
            for (written, value) in table {
                let path = format!("{name}.{}", written.get_ref());
                let argv = self.entry_words(key, &path, written.get_ref(), value);
                entries.extend(argv.map(|argv| TableEntry {
                    key,
                    path,
                    argv,
                    span: value.span(),
                }));
            }
        }
        entries
    }

    /// The given keys of a step, after those of the tables at the top that apply to it.
    pub(super) fn with_table_entries<'k>(
        &self,
        action: &str,
        keys: &'k [JobFileKey],
        given: Vec<GivenKey<'k>>,
    ) -> Vec<GivenKey<'k>> {
        if !READING_STEPS.contains(&action) {
            return given;
        }
        let is_mapping = |given: &GivenKey<'_>| MAPPING_OPTIONS.contains(&given.key.name.as_str());
        let has_mapping = given.iter().any(is_mapping);
        let entries = self.table_entries.iter();
        let applied = entries.filter(|entry| entry.key == "rule" || !has_mapping);
        let applied = applied.flat_map(|entry| {
            entry.argv.iter().filter_map(|word| {
                let option = key_name(word);
                Some(GivenKey {
                    key: keys.iter().find(|key| key.name == option)?,
                    argv: vec![word.clone()],
                    span: entry.span.clone(),
                    path: Some(entry.path.clone()),
                })
            })
        });
        applied.chain(given).collect()
    }

    /// The options of a table in place of the list `key`; a problem of an entry is recorded.
    pub(super) fn table_words(
        &mut self,
        key: &str,
        path: &str,
        table: &DeTable<'_>,
    ) -> Option<Vec<String>> {
        let words = table.iter().map(|(written, value)| {
            let path = format!("{path}.{}", written.get_ref());
            self.entry_words(key, &path, written.get_ref(), value)
        });
        // All entries are read, to report all problems at once.
        let words: Vec<Option<Vec<String>>> = words.collect();
        let words = words.into_iter().collect::<Option<Vec<_>>>()?;
        Some(words.concat())
    }

    fn entry_words(
        &mut self,
        key: &str,
        path: &str,
        name: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Vec<String>> {
        match (key, value.get_ref()) {
            ("rule", DeValue::String(severity)) => {
                let severity = self.fill(severity, &[], path, &value.span())?;
                Some(vec![format!("--rule={name}={severity}")])
            }
            ("rule", _) => {
                let remedy = "write \"reject\", \"warn\" or \"off\"";
                self.problems
                    .add_wrong_type(value, path, "a string", remedy);
                None
            }
            (_, DeValue::String(source)) => {
                let source = self.fill(source, &[], path, &value.span())?;
                Some(vec![format!("--map={source}={name}")])
            }
            (_, DeValue::Table(entry)) => self.mapping_words(path, name, &value.span(), entry),
            _ => {
                let remedy = "write the source in quotes, or { from = \"…\", default = \"…\" }";
                self.problems
                    .add_wrong_type(value, path, "a string or a table", remedy);
                None
            }
        }
    }

    /// The options of `{ from = …, format = …, default = … }` or `{ value = … }`.
    fn mapping_words(
        &mut self,
        path: &str,
        field: &str,
        span: &Range<usize>,
        entry: &DeTable<'_>,
    ) -> Option<Vec<String>> {
        let known_problems = self.problems.len();
        for key in entry.keys() {
            let name = key.get_ref().as_ref();
            if !ENTRY_KEYS.contains(&name) {
                let remedy = suggest::remedy(name, ENTRY_KEYS.iter().copied());
                let path = format!("{path}.{name}");
                self.problems.add(&key.span(), &path, "unknown key", remedy);
            }
        }
        let [from, format, default, value] = ENTRY_KEYS.map(|name| {
            let value = entry.get(name)?;
            self.entry_text(&format!("{path}.{name}"), value)
        });
        if self.problems.len() > known_problems {
            return None;
        }
        let problem = match (&from, &format, &default, &value) {
            (None, Some(_), ..) => Some(("`format` has no source", "add from = \"…\"")),
            (Some(_), _, _, Some(_)) | (_, _, Some(_), Some(_)) => Some((
                "`value` is the value of every record",
                "remove `from` and `default`, or write `default` instead of `value`",
            )),
            (None, None, None, None) => Some(("the entry is empty", "add from, default or value")),
            _ => None,
        };
        if let Some((message, remedy)) = problem {
            self.problems.add(span, path, message, remedy);
            return None;
        }
        let format = format.map_or(String::new(), |format| format!(":{format}"));
        let source = from.map(|source| format!("--map={source}={field}{format}"));
        let default = default.map(|value| format!("--default={field}={value}"));
        let constant = value.map(|value| format!("--constant={field}={value}"));
        Some([source, default, constant].into_iter().flatten().collect())
    }

    /// A string, an integer or a boolean as text.
    fn entry_text(&mut self, path: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => self.fill(text, &[], path, &value.span()),
            DeValue::Boolean(flag) => Some(flag.to_string()),
            other => {
                let text = text_of(other);
                if text.is_none() {
                    let remedy = "write it in quotes";
                    self.problems
                        .add_wrong_type(value, path, "a string", remedy);
                }
                text
            }
        }
    }
}
