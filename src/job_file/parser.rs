//! The parser of a job file: its tables, its variables and the problems found so far.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono_tz::Tz;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::JobFileError;
use super::explain::redacted;
use super::job_text::{JobText, ResolveContext};
use super::problem::ProblemCollector;
use super::refused_key::RefusedKey;
use super::table_entry::TableEntry;
use super::template::TemplateValues;
use super::{Setting, SettingOrigin, keys, suggest};
use crate::commands::OptionError;
use crate::values::parse_timezone;

/// Names that templates use otherwise and variables cannot have.
pub(super) const RESERVED_NAMES: [&str; 4] = ["date", "env", "lake", "company_id"];

/// The environment variable of the lake, for jobs that name none.
const LAKE_VARIABLE: &str = "PURCHASE_ETL_LAKE";

/// A job file that is being resolved.
pub(super) struct JobFileParser<'a> {
    pub(super) job: &'a JobText,
    pub(super) context: &'a ResolveContext<'a>,
    pub(super) table: DeTable<'a>,
    pub(super) problems: ProblemCollector<'a>,
    pub(super) templates: TemplateValues<'a>,
    pub(super) lake: String,
    /// The time zone of the job and the position of its key.
    pub(super) timezone: Option<(Tz, Range<usize>)>,
    /// What `[mapping]` and `[rules]` add to the steps that read inputs.
    pub(super) table_entries: Vec<TableEntry>,
}

impl<'a> JobFileParser<'a> {
    /// Parses the text, and resolves the variables and the lake.
    ///
    /// # Errors
    /// The text is not valid TOML, or `--set` names an unknown variable.
    pub(super) fn of(
        job: &'a JobText,
        context: &'a ResolveContext<'a>,
    ) -> Result<Self, JobFileError> {
        let (table, errors) = DeTable::parse_recoverable(&job.text);
        let mut parser = Self {
            job,
            context,
            table: table.into_inner(),
            problems: ProblemCollector::of(&job.text),
            templates: TemplateValues {
                date: context.date,
                environment: context.environment,
                variables: BTreeMap::new(),
            },
            lake: String::new(),
            timezone: None,
            table_entries: Vec::new(),
        };
        for error in &errors {
            let span = error.span().unwrap_or_default();
            let message = error.message().trim().replace('\n', ", ");
            let remedy = "correct the TOML (https://toml.io)";
            parser.problems.add(&span, "", message, remedy);
        }
        if !errors.is_empty() {
            return Err(parser.refused());
        }
        parser.templates.variables = parser.variables();
        parser.check_set()?;
        parser.lake = parser.resolved_lake();
        parser.timezone = parser.resolved_timezone();
        parser.table_entries = parser.table_entries();
        Ok(parser)
    }

    /// Records unknown keys at the top level.
    pub(super) fn check_top(&mut self) {
        let table = self.table.clone();
        self.record_unknown_keys(&table, "", &keys::names(keys::TOP_KEYS));
    }

    pub(super) fn record_unknown_keys(
        &mut self,
        table: &DeTable<'_>,
        prefix: &str,
        known: &[&str],
    ) {
        for key in table
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
        {
            let name = key.get_ref().as_ref();
            let remedy = suggest::remedy(name, known.iter().copied());
            let path = format!("{prefix}{name}");
            self.problems.add(&key.span(), &path, "unknown key", remedy);
        }
    }

    /// Records a key that clap or a command has refused; `path` is that of its table, with a dot.
    pub(super) fn record_refused(&mut self, path: &str, span: &Range<usize>, refused: RefusedKey) {
        let path = format!("{path}{}", refused.name);
        self.problems
            .add(span, &path, refused.message, refused.remedy);
    }

    /// The table of an entry; another type is recorded.
    pub(super) fn table_of<'t>(
        &mut self,
        entry: &'t Spanned<DeValue<'t>>,
        key: &str,
        remedy: &str,
    ) -> Option<&'t DeTable<'t>> {
        let table = entry.get_ref().as_table();
        if table.is_none() {
            self.problems.add_wrong_type(entry, key, "a table", remedy);
        }
        table
    }

    /// The string of an entry with its braces replaced; another type is recorded.
    pub(super) fn string(&mut self, entry: &Spanned<DeValue<'_>>, key: &str) -> Option<String> {
        if let DeValue::String(text) = entry.get_ref() {
            return self.fill(text, &[], key, &entry.span());
        }
        self.problems
            .add_wrong_type(entry, key, "a string", "write it in quotes");
        None
    }

    /// Replaces the braces of a text and records their problems.
    pub(super) fn fill(
        &mut self,
        text: &str,
        verbatim: &[&str],
        key: &str,
        span: &Range<usize>,
    ) -> Option<String> {
        match self.templates.fill(text, verbatim) {
            Ok(filled) => Some(filled),
            Err(unfilled) => {
                self.problems
                    .add(span, key, unfilled.message, unfilled.remedy);
                None
            }
        }
    }

    /// The variables of the file, with the values that `--set` overrides.
    fn variables(&mut self) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        let entry = self.table.get("variables").cloned();
        let remedy = "write [variables] and one line per variable";
        let Some(table) = entry
            .as_ref()
            .and_then(|entry| self.table_of(entry, "variables", remedy))
        else {
            return variables;
        };
        for (name, value) in table {
            let (span, name) = (name.span(), name.get_ref().as_ref());
            let key = format!("variables.{name}");
            let is_letter =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            if RESERVED_NAMES.contains(&name) || name.is_empty() || !name.bytes().all(is_letter) {
                let message = format!("invalid variable name {name:?}");
                let remedy =
                    "use lower-case letters, digits and _, but not date, env, lake or company_id";
                self.problems.add(&span, &key, message, remedy);
                continue;
            }
            let set = self.set(name).map(str::to_owned);
            let value = match (set, text_of(value.get_ref())) {
                (Some(set), _) => Some(set),
                // A variable cannot use other variables.
                (None, Some(text)) => self.fill(&text, &[], &key, &value.span()),
                (None, None) => self.string(value, &key),
            };
            variables.insert(name.to_owned(), value.unwrap_or_default());
        }
        variables
    }

    /// The value of a name in `--set`; the last one applies.
    fn set(&self, name: &str) -> Option<&str> {
        let mut found = self.context.set.iter().rev();
        found
            .find(|(set, _)| set == name)
            .map(|(_, value)| value.as_str())
    }

    fn check_set(&self) -> Result<(), JobFileError> {
        if self.set("lake") == Some("") {
            return Err(OptionError::Invalid {
                option: "--set",
                value: "lake=".to_owned(),
                reason: "expected lake=PATH or lake=URL".to_owned(),
            }
            .into());
        }
        let variables = &self.templates.variables;
        let unknown = self
            .context
            .set
            .iter()
            .find(|(name, _)| name != "lake" && !variables.contains_key(name.as_str()));
        let Some((name, value)) = unknown else {
            return Ok(());
        };
        let known = variables.keys().map(String::as_str).chain(["lake"]);
        Err(OptionError::Invalid {
            option: "--set",
            value: format!("{name}={value}"),
            reason: format!(
                "expected `lake` or a variable of {}; {}",
                self.job.path.display(),
                suggest::remedy(name, known)
            ),
        }
        .into())
    }

    fn resolved_lake(&mut self) -> String {
        if let Some(set) = self.set("lake") {
            return set.to_owned();
        }
        let Some(entry) = self.table.get("lake").cloned() else {
            let named = (self.context.environment)(LAKE_VARIABLE).filter(|lake| !lake.is_empty());
            if named.is_none() {
                let remedy = format!("add lake = \"…\" above the steps, or set {LAKE_VARIABLE}");
                self.problems
                    .add(&(0..0), "lake", "the job has no lake", remedy);
            }
            return named.unwrap_or_default();
        };
        let filled = self.string(&entry, "lake");
        if filled.as_deref() == Some("") {
            let remedy = "set the path or URL of the lake";
            self.problems
                .add(&entry.span(), "lake", "the value is empty", remedy);
        }
        filled.unwrap_or_default()
    }

    fn resolved_timezone(&mut self) -> Option<(Tz, Range<usize>)> {
        let entry = self.table.get("timezone").cloned()?;
        let text = self.string(&entry, "timezone")?;
        match parse_timezone(&text) {
            Ok(zone) => Some((zone, entry.span())),
            Err(unknown) => {
                let message = format!("invalid value {text:?}");
                let remedy = format!("it {unknown}");
                self.problems
                    .add(&entry.span(), "timezone", message, remedy);
                None
            }
        }
    }

    /// The lake, the time zone and the variables, with their origins.
    pub(super) fn top_settings(&self) -> Vec<Setting> {
        let from = |name: &str, span: Option<Range<usize>>| match (self.set(name), span) {
            (Some(_), _) => SettingOrigin::Flag,
            (None, Some(span)) => self.origin(&span),
            // Every variable is in the file, so this is the lake.
            (None, None) => SettingOrigin::Environment(LAKE_VARIABLE.to_owned()),
        };
        let setting = |name: &str, value: &str, from| Setting {
            scope: "job".to_owned(),
            name: name.to_owned(),
            value: Some(redacted(name, false, value)),
            from,
        };
        let span_of = |table: &DeTable<'_>, name: &str| table.get(name).map(Spanned::span);
        let lake = from("lake", span_of(&self.table, "lake"));
        let mut settings = vec![setting("lake", &self.lake, lake)];
        if let Some((zone, span)) = &self.timezone {
            settings.push(setting("timezone", zone.name(), self.origin(span)));
        }
        let variables = self
            .table
            .get("variables")
            .and_then(|entry| entry.get_ref().as_table());
        for (name, value) in &self.templates.variables {
            let span = variables.and_then(|table| span_of(table, name));
            settings.push(setting(name, value, from(name, span)));
        }
        settings
    }

    /// A line of this file as an origin.
    pub(super) fn origin(&self, span: &Range<usize>) -> SettingOrigin {
        SettingOrigin::JobFile(self.job.path.clone(), self.problems.line(span))
    }

    /// # Errors
    /// [`JobFileError::Invalid`] with all problems, if there are any.
    pub(super) fn finish(self) -> Result<(), JobFileError> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(self.refused())
    }

    fn refused(self) -> JobFileError {
        JobFileError::Invalid {
            path: self.job.path.clone(),
            problems: self.problems.into_sorted(),
        }
    }
}

/// The text of a string or an integer.
pub(super) fn text_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
            .ok()
            .map(|number| number.to_string()),
        _ => None,
    }
}
