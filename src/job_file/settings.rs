//! `[settings]`: options of every command, as defaults of the parser of the program, so that every
//! new global option is a key at once. The command line overrides the job file, and the job file the
//! environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::keys::{self, KeyType};
use super::parser::JobFileParser;
use super::refused_key::RefusedKey;
use super::value::GivenKey;
use super::{SettingOrigin, suggest};

/// The `[settings]` of a job file.
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
    values: Vec<String>,
    line: usize,
}

impl JobFileSettings {
    /// The parser of the program with the settings as defaults.
    #[must_use]
    pub fn as_defaults(&self, program: clap::Command) -> clap::Command {
        self.entries.values().fold(program, |program, entry| {
            let values = entry.values.clone();
            program.mut_arg(&entry.id, |option| {
                option.env(None::<&'static str>).default_values(values)
            })
        })
    }

    /// The position of a setting, by its key.
    pub fn origin(&self, name: &str) -> Option<SettingOrigin> {
        let entry = self.entries.get(name)?;
        Some(SettingOrigin::JobFile(self.path.clone(), entry.line))
    }
}

impl JobFileParser<'_> {
    /// The settings of the file; problems are recorded.
    pub(super) fn job_file_settings(&mut self) -> JobFileSettings {
        let mut settings = JobFileSettings {
            path: self.job.path.clone(),
            entries: BTreeMap::new(),
        };
        let entry = self.table.get("settings").cloned();
        let remedy = "write [settings] and one line per setting";
        let Some(table) = entry
            .as_ref()
            .and_then(|entry| self.table_of(entry, "settings", remedy))
        else {
            return settings;
        };
        let keys = keys::settings(self.context.program);
        let given = self.given_keys("settings.", table, &keys, |name| {
            let known = keys.iter().map(|key| key.name.as_str());
            let remedy = suggest::remedy(name, known);
            Some(("unknown setting".to_owned(), remedy))
        });
        for given in given {
            if self.is_accepted(&given) {
                let entry = SettingEntry {
                    id: given.key.id.clone(),
                    values: values(&given),
                    line: self.problems.line(&given.span),
                };
                settings.entries.insert(given.key.name.clone(), entry);
            }
        }
        settings
    }

    /// Whether clap accepts a setting; its error is recorded.
    fn is_accepted(&mut self, given: &GivenKey<'_>) -> bool {
        let GivenKey {
            key, argv, span, ..
        } = given;
        if argv.is_empty() && key.key_type != KeyType::Switch {
            let path = format!("settings.{}", key.name);
            let remedy = "add a value or remove the key";
            self.problems.add(span, &path, "the list is empty", remedy);
            return false;
        }
        let mut options = self.context.program.get_arguments();
        let option = options.find(|option| option.get_id() == key.id.as_str());
        // Alone and without its environment variable: only the file is validated.
        let alone = option.map(|option| option.clone().env(None::<&'static str>));
        let command = clap::Command::new("settings").no_binary_name(true);
        let matched = command.args(alone).try_get_matches_from(argv);
        if let Err(error) = &matched {
            let refused = RefusedKey::from(error);
            self.record_refused("settings.", span, refused);
        }
        matched.is_ok()
    }
}

/// The values of a setting, without its option.
fn values(given: &GivenKey<'_>) -> Vec<String> {
    if given.key.key_type == KeyType::Switch {
        return vec![(!given.argv.is_empty()).to_string()];
    }
    let words = given.argv.iter();
    let values = words.map(|word| word.split_once('=').map_or("", |(_, value)| value));
    values.map(str::to_owned).collect()
}
