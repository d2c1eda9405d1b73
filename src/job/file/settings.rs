//! `[settings]`: options that every command has, as words of the command line.
//!
//! The program parses its arguments again with these before them, so that an option that a part
//! of the program adds can stand in a job file at once. What was typed goes before.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::CommandFactory;
use toml::Spanned;
use toml::de::DeValue;

use super::keys::{self, Key, Shape, name_of};
use super::opened::Opened;
use super::suggest;
use crate::cli::Cli;
use crate::job::JobError;
use crate::job::Problem;
use crate::job::explain::Origin;

/// What a job file's `[settings]` would have been typed as.
#[derive(Clone, Debug, Default)]
pub struct TypedSettings {
    path: PathBuf,
    /// By the names of the keys: words, line and column.
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: String,
    words: Vec<String>,
    problem_here: Problem,
}

impl TypedSettings {
    /// Leaves out what was typed, told by clap's id: that goes before.
    pub fn leave_out(&mut self, is_typed: impl Fn(&str) -> bool) {
        self.entries.retain(|_, entry| !is_typed(&entry.id));
    }

    /// The words of the settings.
    pub fn words(&self) -> Vec<String> {
        let entries = self.entries.values();
        entries.flat_map(|entry| entry.words.clone()).collect()
    }

    /// The ids of the switches that are off: there is no word for that, but their environment
    /// variables must not be looked at.
    pub fn switched_off(&self) -> impl Iterator<Item = &str> {
        let entries = self.entries.values();
        let off = entries.filter(|entry| entry.words.is_empty());
        off.map(|entry| entry.id.as_str())
    }

    /// Where a setting stands, by its key.
    pub fn origin(&self, name: &str) -> Option<Origin> {
        let entry = self.entries.get(name)?;
        Some(Origin::JobFile(self.path.clone(), entry.problem_here.line))
    }

    /// What clap said about the words, as a problem of the file.
    pub fn refused(&self, error: &clap::Error) -> JobError {
        let text = error.to_string();
        let said = text.lines().next().unwrap_or_default();
        let named = self.entries.values().find(|entry| {
            let option = entry.words.first().map(|word| name_of(word));
            option.is_some_and(|name| said.contains(&format!("--{}", name.replace('_', "-"))))
        });
        let problem = named.or_else(|| self.entries.values().next());
        let problems = problem.map(|entry| Problem {
            message: said.trim_start_matches("error: ").to_owned(),
            ..entry.problem_here.clone()
        });
        JobError::File {
            path: self.path.clone(),
            problems: problems.into_iter().collect(),
        }
    }
}

impl Opened<'_> {
    /// Whether clap takes the words of a setting; what it says against them is noted.
    fn fits(
        &mut self,
        key: &Key,
        path: &str,
        value: &Spanned<DeValue<'_>>,
        words: &[String],
    ) -> bool {
        let cli = Cli::command();
        let options = cli.get_arguments();
        let option = options.filter(|argument| argument.get_id() == key.id.as_str());
        // Alone and without its variable: the file is judged, and not the environment.
        let alone = option.map(|argument| argument.clone().env(None::<&'static str>));
        let command = clap::Command::new("settings").no_binary_name(true);
        let matched = command.args(alone).try_get_matches_from(words);
        if let Err(error) = &matched {
            let table = path.strip_suffix(&key.name).unwrap_or(path);
            let spans = BTreeMap::from([(key.name.clone(), value.span())]);
            self.refuse_clap(table, &value.span(), &spans, error);
        }
        matched.is_ok()
    }

    /// The settings of the file; what is wrong is noted.
    pub(super) fn typed_settings(&mut self) -> TypedSettings {
        let mut settings = TypedSettings {
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
            let Some(words) = self.words(key, &path, value) else {
                continue;
            };
            if words.is_empty() && key.shape != Shape::Switch {
                let remedy = "name one or more, or leave the key out";
                self.problems
                    .add(&value.span(), &path, "the list is empty", remedy);
                continue;
            }
            if !self.fits(key, &path, value, &words) {
                continue;
            }
            let problem_here = self.problems.at(&value.span(), &path, "correct the value");
            let entry = Entry {
                id: key.id.clone(),
                words,
                problem_here,
            };
            settings.entries.insert(name.to_owned(), entry);
        }
        settings
    }
}
