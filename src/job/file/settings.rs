//! `[settings]`: options that every command has, as words of the command line.
//!
//! The program parses its arguments again with these before them, so that an option that a part
//! of the program adds can stand in a job file at once. What was typed goes before.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::CommandFactory;
use toml::Spanned;
use toml::de::DeValue;

use super::keys::{self, JobFileKey, KeyType, key_name};
use super::parser::JobFileParser;
use super::suggest;
use crate::cli::Cli;
use crate::job::JobError;
use crate::job::JobFileProblem;
use crate::job::explain::SettingOrigin;

/// What a job file's `[settings]` would have been typed as.
#[derive(Clone, Debug, Default)]
pub struct JobFileSettings {
    path: PathBuf,
    /// By the names of the keys: words, line and column.
    entries: BTreeMap<String, SettingEntry>,
}

#[derive(Clone, Debug)]
struct SettingEntry {
    id: String,
    argv: Vec<String>,
    problem_template: JobFileProblem,
}

impl JobFileSettings {
    /// Leaves out what was typed, told by clap's id: that goes before.
    pub fn remove_overridden(&mut self, is_typed: impl Fn(&str) -> bool) {
        self.entries.retain(|_, entry| !is_typed(&entry.id));
    }

    /// The words of the settings.
    pub fn argv(&self) -> Vec<String> {
        let entries = self.entries.values();
        entries.flat_map(|entry| entry.argv.clone()).collect()
    }

    /// The ids of the switches that are off: there is no word for that, but their environment
    /// variables must not be looked at.
    pub fn disabled_switches(&self) -> impl Iterator<Item = &str> {
        let entries = self.entries.values();
        let off = entries.filter(|entry| entry.argv.is_empty());
        off.map(|entry| entry.id.as_str())
    }

    /// Where a setting stands, by its key.
    pub fn origin(&self, name: &str) -> Option<SettingOrigin> {
        let entry = self.entries.get(name)?;
        Some(SettingOrigin::JobFile(
            self.path.clone(),
            entry.problem_template.line,
        ))
    }

    /// What clap said about the words, as a problem of the file.
    pub fn to_job_error(&self, error: &clap::Error) -> JobError {
        let text = error.to_string();
        let message_text = text.lines().next().unwrap_or_default();
        let named = self.entries.values().find(|entry| {
            let option = entry.argv.first().map(|word| key_name(word));
            option
                .is_some_and(|name| message_text.contains(&format!("--{}", name.replace('_', "-"))))
        });
        let problem = named.or_else(|| self.entries.values().next());
        let problems = problem.map(|entry| JobFileProblem {
            message: message_text.trim_start_matches("error: ").to_owned(),
            ..entry.problem_template.clone()
        });
        JobError::File {
            path: self.path.clone(),
            problems: problems.into_iter().collect(),
        }
    }
}

impl JobFileParser<'_> {
    /// Whether clap takes the words of a setting; what it says against them is noted.
    fn is_accepted(
        &mut self,
        key: &JobFileKey,
        path: &str,
        value: &Spanned<DeValue<'_>>,
        argv: &[String],
    ) -> bool {
        let cli = Cli::command();
        let options = cli.get_arguments();
        let option = options.filter(|argument| argument.get_id() == key.id.as_str());
        // Alone and without its variable: the file is judged, and not the environment.
        let alone = option.map(|argument| argument.clone().env(None::<&'static str>));
        let command = clap::Command::new("settings").no_binary_name(true);
        let matched = command.args(alone).try_get_matches_from(argv);
        if let Err(error) = &matched {
            let table = path.strip_suffix(&key.name).unwrap_or(path);
            let spans = BTreeMap::from([(key.name.clone(), value.span())]);
            self.record_clap_error(table, &value.span(), &spans, error);
        }
        matched.is_ok()
    }

    /// The settings of the file; what is wrong is noted.
    pub(super) fn job_file_settings(&mut self) -> JobFileSettings {
        let mut settings = JobFileSettings {
            path: self.job.path.clone(),
            entries: BTreeMap::new(),
        };
        let Some(entry) = self.table.get("settings").cloned() else {
            return settings;
        };
        let DeValue::Table(table) = entry.get_ref() else {
            let message = format!("this is a value of type {}", entry.get_ref().type_str());
            let remedy = "write [settings] and a line for each";
            self.problems
                .add(&entry.span(), "settings", message, remedy);
            return settings;
        };
        let keys = keys::settings(&Cli::command());
        for (written, value) in table {
            let name = written.get_ref().as_ref();
            let path = format!("settings.{name}");
            let Some(key) = keys.iter().find(|key| key.name == name) else {
                let remedy = suggest::remedy(name, keys.iter().map(|key| key.name.as_str()));
                let message = "no option of all commands has this name";
                self.problems.add(&written.span(), &path, message, remedy);
                continue;
            };
            let Some(argv) = self.argv(key, &path, value) else {
                continue;
            };
            if argv.is_empty() && key.key_type != KeyType::Switch {
                let remedy = "name one or more, or leave the key out";
                self.problems
                    .add(&value.span(), &path, "the list is empty", remedy);
                continue;
            }
            if !self.is_accepted(key, &path, value, &argv) {
                continue;
            }
            let problem_template = self.problems.at(&value.span(), &path, "correct the value");
            let entry = SettingEntry {
                id: key.id.clone(),
                argv,
                problem_template,
            };
            settings.entries.insert(name.to_owned(), entry);
        }
        settings
    }
}
