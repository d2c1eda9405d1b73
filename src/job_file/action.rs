//! The table of an action: its keys are parsed by clap as arguments, so that a job file and the
//! command line have the same meaning.

use std::ops::Range;

use clap::{ArgMatches, FromArgMatches};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, ActionSpec, JobFileKey, Selector};
use super::parser::JobFileParser;
use super::refused_key::RefusedKey;
use super::value::GivenKey;
use super::{Setting, settings_of, suggest};
use crate::commands::StepAction;

impl JobFileParser<'_> {
    /// The action of a step and its settings. `prefix` is the path of the step, with a dot.
    pub(super) fn action(
        &mut self,
        prefix: &str,
        step: &str,
        spec: &ActionSpec,
        entry: &Spanned<DeValue<'_>>,
    ) -> Option<(StepAction, Vec<Setting>)> {
        let path = format!("{prefix}{}.", spec.key);
        let remedy = format!("write a table: {} = {{ … }}", spec.key);
        let table = self.table_of(entry, path.trim_end_matches('.'), &remedy)?;
        let whole = spec.command();
        let chosen = match spec.selector {
            Some(selector) => {
                Some(self.selected_subcommand(&path, entry.span(), table, &whole, selector)?)
            }
            None => None,
        };
        let chosen = chosen.as_deref();
        let command = chosen.and_then(|name| whole.find_subcommand(name));
        let command = command.unwrap_or(&whole).clone();
        let keys = keys::keys(&command);
        let known_problems = self.problems.len();
        let given = self.given_keys(&path, table, &keys, |name| {
            if spec.selector.is_some_and(|selector| selector.key == name) {
                return None;
            }
            Some(unknown_key(name, &keys, &whole, chosen.zip(spec.selector)))
        });
        let given = self.with_table_entries(spec.key, &keys, given);
        self.record_missing_keys(&path, &entry.span(), table, &keys, &given);
        if self.problems.len() > known_problems {
            return None;
        }
        let argv = self.argv(spec.key, chosen, &command, &given);
        match parsed(whole, argv) {
            Ok((action, matches)) => {
                let own = matches.subcommand().map_or(&matches, |(_, below)| below);
                Some((action, self.settings_of(step, &command, own, &given)))
            }
            Err(refused) => {
                match refused_key(&given, &refused) {
                    Some(GivenKey {
                        span,
                        path: Some(path),
                        ..
                    }) => self
                        .problems
                        .add(span, path, refused.message, refused.remedy),
                    given => {
                        let span = given.map_or(entry.span(), |given| given.span.clone());
                        self.record_refused(&path, &span, refused);
                    }
                }
                None
            }
        }
    }

    /// The name of a subcommand: the type of a report, or the command of a lake step.
    fn selected_subcommand(
        &mut self,
        path: &str,
        span: Range<usize>,
        table: &DeTable<'_>,
        whole: &clap::Command,
        selector: Selector,
    ) -> Option<String> {
        let names = || whole.get_subcommands().map(clap::Command::get_name);
        let key = format!("{path}{}", selector.key);
        let Some(entry) = table.get(selector.key) else {
            let remedy = suggest::remedy("", names());
            self.problems.add(&span, &key, selector.missing, remedy);
            return None;
        };
        let chosen = self.string(entry, &key)?;
        if names().any(|name| name == chosen) {
            return Some(chosen);
        }
        let message = format!("{chosen:?} {}", selector.unknown_value);
        let remedy = suggest::remedy(&chosen, names());
        self.problems.add(&entry.span(), &key, message, remedy);
        None
    }

    /// Records required keys that are missing or empty, unless one is misspelt, which is recorded
    /// already.
    fn record_missing_keys(
        &mut self,
        path: &str,
        span: &Range<usize>,
        table: &DeTable<'_>,
        keys: &[JobFileKey],
        given: &[GivenKey<'_>],
    ) {
        for key in keys.iter().filter(|key| key.is_required) {
            let entry = table.get(key.name.as_str());
            let is_misspelt = |name: &str| {
                keys.iter().all(|key| key.name != name) && suggest::is_meant(name, &key.name)
            };
            let is_empty =
                |given: &GivenKey<'_>| given.key.name == key.name && given.argv.is_empty();
            let what = match entry {
                None if table.keys().any(|name| is_misspelt(name.get_ref())) => continue,
                None => "is missing",
                Some(_) if given.iter().any(is_empty) => "is empty",
                Some(_) => continue,
            };
            let span = entry.map_or(span.clone(), Spanned::span);
            let message = format!("`{}` {what}", key.name);
            let remedy = format!("add it: {}", key.help);
            self.problems
                .add(&span, &format!("{path}{}", key.name), message, remedy);
        }
    }

    /// The arguments of a command: its name, its subcommand, the lake and the time zone of the job,
    /// options, and the positional arguments after `--`.
    fn argv(
        &self,
        name: &str,
        chosen: Option<&str>,
        command: &clap::Command,
        given: &[GivenKey<'_>],
    ) -> Vec<String> {
        let (positional, options): (Vec<_>, Vec<_>) =
            given.iter().partition(|given| given.key.option.is_none());
        let words = |given: Vec<&GivenKey<'_>>| -> Vec<String> {
            given.iter().flat_map(|given| given.argv.clone()).collect()
        };
        let has = |name: &str| {
            let mut options = command.get_arguments();
            options.any(|option| option.get_long() == Some(name))
        };
        let mut argv = vec![name.to_owned()];
        argv.extend(chosen.map(str::to_owned));
        argv.extend(has("lake").then(|| format!("--lake={}", self.lake)));
        if let Some((zone, _)) = &self.timezone {
            let options = keys::TIMEZONE_OPTIONS.into_iter();
            let unset =
                options.filter(|name| has(name) && span_of(given, &keys::key_name(name)).is_none());
            argv.extend(unset.map(|name| format!("--{name}={zone}")));
        }
        argv.extend(words(options));
        if !positional.is_empty() {
            argv.push("--".to_owned());
            argv.extend(words(positional));
        }
        argv
    }

    fn settings_of(
        &self,
        step: &str,
        command: &clap::Command,
        matches: &ArgMatches,
        given: &[GivenKey<'_>],
    ) -> Vec<Setting> {
        let of_job = |name: &str| {
            let (_, span) = self.timezone.as_ref()?;
            let mut options = keys::TIMEZONE_OPTIONS.into_iter();
            options
                .any(|option| keys::key_name(option) == name)
                .then(|| span.clone())
        };
        let origin_of = |name: &str| {
            let span = span_of(given, name).or_else(|| of_job(name))?;
            Some(self.origin(&span))
        };
        let settings = settings_of(&format!("step {step:?}"), command, matches, &origin_of);
        // The lake and the clock belong to the job.
        let is_key = |setting: &Setting| keys::excluded(&setting.name).is_none();
        settings.into_iter().filter(is_key).collect()
    }
}

/// The command of these arguments, and what its parser has matched.
fn parsed(
    command: clap::Command,
    argv: Vec<String>,
) -> Result<(StepAction, ArgMatches), RefusedKey> {
    let refused = |error: clap::Error| RefusedKey::from(&error);
    let step = clap::Command::new("step").no_binary_name(true);
    let matches = step.subcommand(command).try_get_matches_from(argv);
    let matches = matches.map_err(refused)?;
    let action = StepAction::from_arg_matches(&matches).map_err(refused)?;
    let valid = action.command().validate();
    valid.map_err(|error| RefusedKey::from(&error))?;
    let (_, own) = matches.subcommand().expect("the arguments name a command");
    Ok((action, own.clone()))
}

/// The key whose value was refused: of several for one option, the one with the value.
fn refused_key<'g, 'k>(
    given: &'g [GivenKey<'k>],
    refused: &RefusedKey,
) -> Option<&'g GivenKey<'k>> {
    let word = format!("--{}={}", refused.name.replace('_', "-"), refused.value);
    let has_value = |given: &&GivenKey<'_>| given.argv.contains(&word);
    let has_name = |given: &&GivenKey<'_>| given.key.name == refused.name;
    let mut keys = given.iter();
    keys.find(has_value).or_else(|| given.iter().find(has_name))
}

fn span_of(given: &[GivenKey<'_>], name: &str) -> Option<Range<usize>> {
    let found = given.iter().find(|given| given.key.name == name);
    found.map(|given| given.span.clone())
}

/// The message about an unknown key of an action, and its remedy.
fn unknown_key(
    name: &str,
    keys: &[JobFileKey],
    whole: &clap::Command,
    chosen: Option<(&str, Selector)>,
) -> (String, String) {
    match (keys::excluded(name), chosen) {
        (Some(reason), _) => ("not a key of a step".to_owned(), reason.to_owned()),
        (None, Some((chosen, selector))) if keys::belongs_to_subcommand(whole, name) => {
            let remedy = format!("remove it, or {}", selector.alternative);
            (format!("not a parameter of {chosen}"), remedy)
        }
        _ => {
            let known = keys.iter().map(|key| key.name.as_str());
            ("unknown key".to_owned(), suggest::remedy(name, known))
        }
    }
}
