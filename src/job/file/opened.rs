//! A job file that is being resolved: its tables, its variables, and what was found wrong so far.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::problem::Problems;
use super::template::Templates;
use super::value::text_of;
use super::{Asked, JobText, suggest};
use crate::job::JobError;
use crate::job::explain::{self, Origin, Setting};

/// The tables and keys at the top.
pub(super) const TOP: [&str; 4] = ["lake", "variables", "settings", "steps"];

/// Names that stand for something else, and so are none for variables.
pub(super) const TAKEN: [&str; 4] = ["date", "env", "lake", "company_id"];

/// Names the lake where no option and no job file does.
const LAKE_VARIABLE: &str = "PURCHASE_ETL_LAKE";

/// A job file that is being resolved.
pub(super) struct Opened<'a> {
    pub(super) job: &'a JobText,
    pub(super) asked: &'a Asked<'a>,
    pub(super) table: DeTable<'a>,
    pub(super) problems: Problems<'a>,
    pub(super) templates: Templates<'a>,
    pub(super) lake: String,
}

impl<'a> Opened<'a> {
    /// Parses the text, and works the variables and the lake out.
    ///
    /// # Errors
    /// The text is no TOML, or `--set` names something that is not there.
    pub(super) fn of(job: &'a JobText, asked: &'a Asked<'a>) -> Result<Self, JobError> {
        let (table, errors) = DeTable::parse_recoverable(&job.text);
        let mut opened = Self {
            job,
            asked,
            table: table.into_inner(),
            problems: Problems::of(&job.text),
            templates: Templates {
                date: asked.date,
                environment: asked.environment,
                variables: BTreeMap::new(),
            },
            lake: String::new(),
        };
        for error in &errors {
            let span = error.span().unwrap_or_default();
            let message = error.message().trim().replace('\n', ", ");
            let remedy = "correct the TOML (https://toml.io)";
            opened.problems.add(&span, "", message, remedy);
        }
        if !errors.is_empty() {
            return Err(opened.refused());
        }
        opened.templates.variables = opened.variables();
        opened.check_set()?;
        opened.lake = opened.resolved_lake();
        Ok(opened)
    }

    /// Refuses keys at the top that are not known.
    pub(super) fn check_top(&mut self) {
        let table = self.table.clone();
        self.refuse_unknown(&table, "", &TOP);
    }

    pub(super) fn refuse_unknown(&mut self, table: &DeTable<'_>, prefix: &str, known: &[&str]) {
        for key in table
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
        {
            let name = key.get_ref().as_ref();
            let remedy = suggest::remedy(name, known.iter().copied());
            let path = format!("{prefix}{name}");
            self.problems
                .add(&key.span(), &path, "this key is not known", remedy);
        }
    }

    /// Fills the braces of a text; what is wrong with them is noted.
    pub(super) fn fill(
        &mut self,
        text: &str,
        kept: &[&str],
        key: &str,
        span: &Range<usize>,
    ) -> Option<String> {
        match self.templates.fill(text, kept) {
            Ok(filled) => Some(filled),
            Err(unfilled) => {
                self.problems
                    .add(span, key, unfilled.message, unfilled.remedy);
                None
            }
        }
    }

    /// The variables: those of the file, unless `--set` has others.
    fn variables(&mut self) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        let Some(entry) = self.table.get("variables").cloned() else {
            return variables;
        };
        let DeValue::Table(table) = entry.get_ref() else {
            let message = format!("this is {}, not a table", entry.get_ref().type_str());
            let remedy = "write [variables] and a line for each";
            self.problems
                .add(&entry.span(), "variables", message, remedy);
            return variables;
        };
        for (name, value) in table {
            let (span, name) = (name.span(), name.get_ref().as_ref());
            let key = format!("variables.{name}");
            let is_letter =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            if TAKEN.contains(&name) || name.is_empty() || !name.bytes().all(is_letter) {
                let message = format!("{name:?} is no name of a variable");
                let remedy =
                    "take small letters, digits and _, and none of date, env, lake, company_id";
                self.problems.add(&span, &key, message, remedy);
                continue;
            }
            let set = self.set(name).map(str::to_owned);
            let value = match (set, text_of(value.get_ref())) {
                (Some(set), _) => Some(set),
                // The other variables are not known yet: a variable is made of no other one.
                (None, Some(text)) => self.fill(&text, &[], &key, &value.span()),
                (None, None) => {
                    let message = format!("this is {}, not a text", value.get_ref().type_str());
                    self.problems
                        .add(&value.span(), &key, message, "write it in quotes");
                    None
                }
            };
            variables.insert(name.to_owned(), value.unwrap_or_default());
        }
        variables
    }

    /// What `--set` says about a name; the last one counts.
    fn set(&self, name: &str) -> Option<&str> {
        let mut found = self.asked.set.iter().rev();
        found
            .find(|(set, _)| set == name)
            .map(|(_, value)| value.as_str())
    }

    fn check_set(&self) -> Result<(), JobError> {
        if self.set("lake") == Some("") {
            return Err(JobError::Option {
                option: "--set".to_owned(),
                value: "lake=".to_owned(),
                expected: "lake=PATH or lake=URL".to_owned(),
            });
        }
        let variables = &self.templates.variables;
        let stray = self
            .asked
            .set
            .iter()
            .find(|(name, _)| name != "lake" && !variables.contains_key(name.as_str()));
        let Some((name, value)) = stray else {
            return Ok(());
        };
        let known = variables.keys().map(String::as_str).chain(["lake"]);
        Err(JobError::Option {
            option: "--set".to_owned(),
            value: format!("{name}={value}"),
            expected: format!(
                "`lake` or a variable of {}: {}",
                self.job.path.display(),
                suggest::remedy(name, known)
            ),
        })
    }

    fn resolved_lake(&mut self) -> String {
        if let Some(set) = self.set("lake") {
            return set.to_owned();
        }
        let Some(entry) = self.table.get("lake").cloned() else {
            let named = (self.asked.environment)(LAKE_VARIABLE).filter(|lake| !lake.is_empty());
            if named.is_none() {
                let remedy = format!("write lake = \"…\" above the steps, or set {LAKE_VARIABLE}");
                self.problems
                    .add(&(0..0), "lake", "the job names no lake", remedy);
            }
            return named.unwrap_or_default();
        };
        let DeValue::String(text) = entry.get_ref() else {
            let message = format!("this is {}, not a text", entry.get_ref().type_str());
            self.problems
                .add(&entry.span(), "lake", message, "write it in quotes");
            return String::new();
        };
        let filled = self.fill(text, &[], "lake", &entry.span());
        if filled.as_deref() == Some("") {
            let remedy = "give the path or URL of the tables";
            self.problems
                .add(&entry.span(), "lake", "the text is empty", remedy);
        }
        filled.unwrap_or_default()
    }

    /// The lake and the variables, and where each came from.
    pub(super) fn top_settings(&self) -> Vec<Setting> {
        let from = |name: &str, span: Option<Range<usize>>| match (self.set(name), span) {
            (Some(_), _) => Origin::Flag,
            (None, Some(span)) => self.origin(&span),
            // A variable stands in the file, or it would be none.
            (None, None) => Origin::Environment(LAKE_VARIABLE.to_owned()),
        };
        let setting = |name: &str, value: &str, from| Setting {
            scope: "job".to_owned(),
            name: name.to_owned(),
            value: Some(explain::shown(name, false, value)),
            from,
        };
        let span_of = |table: &DeTable<'_>, name: &str| table.get(name).map(toml::Spanned::span);
        let lake = from("lake", span_of(&self.table, "lake"));
        let mut settings = vec![setting("lake", &self.lake, lake)];
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

    /// A line of this file.
    pub(super) fn origin(&self, span: &Range<usize>) -> Origin {
        Origin::JobFile(self.job.path.clone(), self.problems.line(span))
    }

    /// # Errors
    /// What was found wrong.
    pub(super) fn finish(self) -> Result<(), JobError> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(self.refused())
    }

    fn refused(self) -> JobError {
        JobError::File {
            path: self.job.path.clone(),
            problems: self.problems.into_sorted(),
        }
    }
}
