//! The table of an action: its keys are parsed by clap as arguments, so that a job file and the
//! command line have the same meaning.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::Range;

use clap::ArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, ActionSpec, JobFileKey, Selector};
use super::parser::JobFileParser;
use super::{Setting, SettingOrigin, settings_of, suggest};
use crate::commands::{OptionError, StepCommand};

/// The arguments of a command, from the keys of a table.
struct ActionArguments {
    argv: Vec<String>,
    /// Positions of the keys.
    spans: BTreeMap<String, Range<usize>>,
}

/// The subcommand of this name, or the command itself.
fn selected_command<'c>(whole: &'c clap::Command, chosen: Option<&str>) -> &'c clap::Command {
    let found = chosen.and_then(|name| whole.find_subcommand(name));
    found.unwrap_or(whole)
}

impl JobFileParser<'_> {
    /// The action of a step and its settings. `prefix` is the path of the step, with a dot.
    pub(super) fn action(
        &mut self,
        prefix: &str,
        step: &str,
        spec: &ActionSpec,
        entry: &Spanned<DeValue<'_>>,
    ) -> Option<(Box<dyn StepCommand>, Vec<Setting>)> {
        let path = format!("{prefix}{}.", spec.key);
        let DeValue::Table(table) = entry.get_ref() else {
            let remedy = format!("write a table: {} = {{ … }}", spec.key);
            let key = path.trim_end_matches('.');
            self.problems.add_wrong_type(entry, key, "a table", remedy);
            return None;
        };
        let whole = spec.command();
        let chosen = match spec.selector {
            Some(selector) => {
                Some(self.selected_subcommand(&path, entry.span(), table, &whole, selector)?)
            }
            None => None,
        };
        let chosen = chosen.as_deref();
        let mut action_arguments =
            self.action_arguments(&path, entry.span(), table, (spec, &whole), chosen)?;
        let command = selected_command(&whole, chosen).clone();
        let mut options = command.get_arguments();
        if options.any(|option| option.get_long() == Some("lake")) {
            let lake = format!("--lake={}", self.lake);
            action_arguments.argv.insert(0, lake);
        }
        if let Some(chosen) = chosen {
            action_arguments.argv.insert(0, chosen.to_owned());
        }
        let matched = whole.try_get_matches_from(&action_arguments.argv);
        let matches = match matched {
            Ok(matches) => matches,
            Err(error) => {
                self.record_clap_error(&path, &entry.span(), &action_arguments.spans, &error);
                return None;
            }
        };
        let own = matches.subcommand().map_or(&matches, |(_, below)| below);
        let settings = self.settings_of(step, &command, own, &action_arguments.spans);
        let parsed = (spec.parse)(&matches);
        let parsed = parsed.expect("the arguments are those of the command that matched them");
        if let Err(error) = parsed.validate() {
            self.record_option_error(&path, &entry.span(), &action_arguments.spans, &error);
            return None;
        }
        Some((parsed, settings))
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
        let names: Vec<&str> = whole
            .get_subcommands()
            .map(clap::Command::get_name)
            .collect();
        let key = format!("{path}{}", selector.key);
        let Some(entry) = table.get(selector.key) else {
            let remedy = suggest::remedy("", names);
            self.problems.add(&span, &key, selector.missing, remedy);
            return None;
        };
        let DeValue::String(text) = entry.get_ref() else {
            self.problems
                .add_wrong_type(entry, &key, "a string", "write it in quotes");
            return None;
        };
        let chosen = self.fill(text, &[], &key, &entry.span())?;
        if names.contains(&chosen.as_str()) {
            return Some(chosen);
        }
        let message = format!("{chosen:?} {}", selector.unknown_value);
        let remedy = suggest::remedy(&chosen, names);
        self.problems.add(&entry.span(), &key, message, remedy);
        None
    }

    /// The arguments of all keys; none if one of them is invalid.
    fn action_arguments(
        &mut self,
        path: &str,
        span: Range<usize>,
        table: &DeTable<'_>,
        (spec, whole): (&ActionSpec, &clap::Command),
        chosen: Option<&str>,
    ) -> Option<ActionArguments> {
        let selector = spec.selector;
        let keys = keys::keys(selected_command(whole, chosen));
        let known = |name: &str| keys.iter().find(|key| key.name == name);
        let mut is_whole = true;
        let mut arguments = Vec::new();
        let mut action_arguments = ActionArguments {
            argv: Vec::new(),
            spans: BTreeMap::new(),
        };
        for (written, value) in table {
            let name = written.get_ref().as_ref();
            if selector.is_some_and(|selector| selector.key == name) {
                continue;
            }
            let key_path = format!("{path}{name}");
            let Some(key) = known(name) else {
                let chosen = chosen.zip(selector);
                self.record_unknown_key(&key_path, written, &keys, whole, chosen);
                is_whole = false;
                continue;
            };
            action_arguments.spans.insert(name.to_owned(), value.span());
            match self.argv(key, &key_path, value) {
                Some(argv) if key.option.is_none() => arguments.extend(argv),
                Some(argv) => action_arguments.argv.extend(argv),
                None => is_whole = false,
            }
        }
        for key in keys.iter().filter(|key| key.is_required) {
            let is_empty = key.option.is_none() && arguments.is_empty() && is_whole;
            let missing = !action_arguments.spans.contains_key(&key.name);
            // The misspelt key is already recorded.
            let mut unknown_keys = table.keys().map(|written| written.get_ref().as_ref());
            let is_misspelt = unknown_keys
                .any(|name| known(name).is_none() && suggest::is_meant(name, &key.name));
            if (missing && !is_misspelt) || is_empty {
                let place = action_arguments
                    .spans
                    .get(&key.name)
                    .unwrap_or(&span)
                    .clone();
                let what = if missing { "is missing" } else { "is empty" };
                let message = format!("`{}` {what}", key.name);
                let remedy = format!("add it: {}", key.help);
                self.problems
                    .add(&place, &format!("{path}{}", key.name), message, remedy);
                is_whole = false;
            }
        }
        if !arguments.is_empty() {
            action_arguments.argv.push("--".to_owned());
            action_arguments.argv.extend(arguments);
        }
        is_whole.then_some(action_arguments)
    }

    fn record_unknown_key(
        &mut self,
        path: &str,
        written: &Spanned<toml::de::DeString<'_>>,
        keys: &[JobFileKey],
        whole: &clap::Command,
        chosen: Option<(&str, Selector)>,
    ) {
        let name = written.get_ref().as_ref();
        let option = name.replace('_', "-");
        let elsewhere = keys::EXCLUDED_OPTIONS
            .iter()
            .find(|(listed, _)| *listed == option);
        let (message, remedy) = match (elsewhere, chosen) {
            (Some((_, reason)), _) => ("not a key of a step".to_owned(), (*reason).to_owned()),
            (None, Some((chosen, selector))) if keys::belongs_to_subcommand(whole, name) => {
                let remedy = format!("remove it, or {}", selector.alternative);
                (format!("not a parameter of {chosen}"), remedy)
            }
            _ => {
                let known = keys.iter().map(|key| key.name.as_str());
                ("unknown key".to_owned(), suggest::remedy(name, known))
            }
        };
        self.problems.add(&written.span(), path, message, remedy);
    }

    fn settings_of(
        &self,
        step: &str,
        command: &clap::Command,
        matches: &ArgMatches,
        spans: &BTreeMap<String, Range<usize>>,
    ) -> Vec<Setting> {
        let origin_of =
            |name: &str| -> Option<SettingOrigin> { Some(self.origin(spans.get(name)?)) };
        let scope = format!("step {step:?}");
        let settings = settings_of(&scope, command, matches, &origin_of);
        // The lake and the clock belong to the job.
        let is_key = |setting: &Setting| {
            let option = setting.name.replace('_', "-");
            keys::EXCLUDED_OPTIONS
                .iter()
                .all(|(listed, _)| *listed != option)
        };
        settings.into_iter().filter(is_key).collect()
    }

    /// Records the error of clap for the arguments.
    pub(super) fn record_clap_error(
        &mut self,
        path: &str,
        table: &Range<usize>,
        spans: &BTreeMap<String, Range<usize>>,
        error: &clap::Error,
    ) {
        let named = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(keys::key_name(text)),
            Some(ContextValue::Strings(texts)) => texts.first().map(|text| keys::key_name(text)),
            _ => None,
        };
        let name = named(ContextKind::InvalidArg).unwrap_or_default();
        let other = named(ContextKind::PriorArg).unwrap_or_default();
        let span = spans.get(&name).unwrap_or(table).clone();
        let path = format!("{path}{name}");
        let value = match error.get(ContextKind::InvalidValue) {
            Some(ContextValue::String(value)) => value.as_str(),
            _ => "",
        };
        // The requirement of a value, such as `expected a number from 1 to 128`.
        let reason = error.source().map(ToString::to_string).unwrap_or_default();
        if error.kind() == ErrorKind::ArgumentConflict {
            let message = format!("`{name}` and `{other}` cannot be used together");
            self.problems
                .add(&span, &path, message, "remove one of them");
        } else if !reason.is_empty() {
            self.record_invalid_value(&path, &span, value, &reason);
        } else {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            let message = first.trim_start_matches("error: ");
            self.problems
                .add(&span, &path, message, "correct the value");
        }
    }

    fn record_invalid_value(&mut self, path: &str, span: &Range<usize>, value: &str, reason: &str) {
        match reason.strip_prefix("expected ") {
            Some(expected) => {
                let message = format!("invalid value {value:?}");
                let remedy = format!("use {expected}");
                self.problems.add(span, path, message, remedy);
            }
            None => self.problems.add(span, path, reason, "correct the value"),
        }
    }

    /// Records the error of the same validation that options of the command line get.
    fn record_option_error(
        &mut self,
        path: &str,
        table: &Range<usize>,
        spans: &BTreeMap<String, Range<usize>>,
        error: &OptionError,
    ) {
        let option = match error {
            OptionError::Invalid { option, .. } | OptionError::NotApplicable { option, .. } => {
                option
            }
        };
        let name = keys::key_name(option);
        let span = spans.get(&name).unwrap_or(table).clone();
        let path = format!("{path}{name}");
        match error {
            OptionError::Invalid { value, reason, .. } => {
                let message = format!("invalid value {value:?}");
                let remedy = match reason.strip_prefix("expected ") {
                    Some(expected) => format!("use {expected}"),
                    None => reason.clone(),
                };
                self.problems.add(&span, &path, message, remedy);
            }
            OptionError::NotApplicable { reason, .. } => {
                let (what, remedy) = reason.split_once("; ").unwrap_or((reason, "remove it"));
                let remedy = remedy.replace("--", "");
                self.problems.add(&span, &path, what, remedy);
            }
        }
    }
}
