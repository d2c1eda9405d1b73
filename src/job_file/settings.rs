//! `[settings]`: options of every command, as arguments.
//!
//! The program parses its arguments again with these before them, so that every new global option
//! is a key at once. The command line overrides the job file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::DeValue;

use super::keys::{self, JobFileKey, KeyType};
use super::parser::JobFileParser;
use super::{SettingOrigin, suggest};

/// The `[settings]` of a job file as arguments.
#[derive(Clone, Debug, Default)]
pub struct JobFileSettings {
    path: PathBuf,
    /// By the names of the keys.
    entries: BTreeMap<String, SettingEntry>,
}

#[derive(Clone, Debug)]
struct SettingEntry {
    /// The id of clap.
    id: String,
    argv: Vec<String>,
    line: usize,
}

impl JobFileSettings {
    /// Removes the settings that the command line overrides, by the ids of clap.
    pub fn remove_overridden(&mut self, is_typed: impl Fn(&str) -> bool) {
        self.entries.retain(|_, entry| !is_typed(&entry.id));
    }

    /// The arguments of the settings.
    pub fn argv(&self) -> Vec<String> {
        let entries = self.entries.values();
        entries.flat_map(|entry| entry.argv.clone()).collect()
    }

    /// The ids of the switches that are off: no argument expresses that, but their environment
    /// variables must be ignored.
    pub fn disabled_switches(&self) -> impl Iterator<Item = &str> {
        let entries = self.entries.values();
        let off = entries.filter(|entry| entry.argv.is_empty());
        off.map(|entry| entry.id.as_str())
    }

    /// The position of a setting, by its key.
    pub fn origin(&self, name: &str) -> Option<SettingOrigin> {
        let entry = self.entries.get(name)?;
        Some(SettingOrigin::JobFile(self.path.clone(), entry.line))
    }
}

impl JobFileParser<'_> {
    /// Whether clap accepts the arguments of a setting; its error is recorded.
    fn is_accepted(
        &mut self,
        key: &JobFileKey,
        value: &Spanned<DeValue<'_>>,
        argv: &[String],
    ) -> bool {
        let options = self.context.program.get_arguments();
        let option = options.filter(|argument| argument.get_id() == key.id.as_str());
        // Alone and without its environment variable: only the file is validated.
        let alone = option.map(|argument| argument.clone().env(None::<&'static str>));
        let command = clap::Command::new("settings").no_binary_name(true);
        let matched = command.args(alone).try_get_matches_from(argv);
        if let Err(error) = &matched {
            let spans = BTreeMap::from([(key.name.clone(), value.span())]);
            self.record_clap_error("settings.", &value.span(), &spans, error);
        }
        matched.is_ok()
    }

    /// The settings of the file; problems are recorded.
    pub(super) fn job_file_settings(&mut self) -> JobFileSettings {
        let mut settings = JobFileSettings {
            path: self.job.path.clone(),
            entries: BTreeMap::new(),
        };
        let Some(entry) = self.table.get("settings").cloned() else {
            return settings;
        };
        let DeValue::Table(table) = entry.get_ref() else {
            let remedy = "write [settings] and one line per setting";
            self.problems
                .add_wrong_type(&entry, "settings", "a table", remedy);
            return settings;
        };
        let keys = keys::settings(self.context.program);
        for (written, value) in table {
            let name = written.get_ref().as_ref();
            let path = format!("settings.{name}");
            let Some(key) = keys.iter().find(|key| key.name == name) else {
                let remedy = suggest::remedy(name, keys.iter().map(|key| key.name.as_str()));
                let message = "unknown setting";
                self.problems.add(&written.span(), &path, message, remedy);
                continue;
            };
            let Some(argv) = self.argv(key, &path, value) else {
                continue;
            };
            if argv.is_empty() && key.key_type != KeyType::Switch {
                let remedy = "add a value or remove the key";
                self.problems
                    .add(&value.span(), &path, "the list is empty", remedy);
                continue;
            }
            if self.is_accepted(key, value, &argv) {
                let entry = SettingEntry {
                    id: key.id.clone(),
                    argv,
                    line: self.problems.line(&value.span()),
                };
                settings.entries.insert(name.to_owned(), entry);
            }
        }
        settings
    }
}
