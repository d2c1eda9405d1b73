//! The table of an action: its keys go to clap as if they had been typed, so that a job file and
//! the command line cannot mean different things.

use std::collections::BTreeMap;
use std::ops::Range;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, FromArgMatches};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, ActionName, JobFileKey, Selector};
use super::parser::JobFileParser;
use super::{Action, suggest};
use crate::cli;
use crate::job::explain::{self, Setting, SettingOrigin};
use crate::job::{CheckJob, DashboardJob, IngestJob, JobError, LakeJob, ReportJob};

/// A command as a job file gives it.
struct ActionArguments {
    argv: Vec<String>,
    /// Where the keys stand.
    spans: BTreeMap<String, Range<usize>>,
}

/// The subcommand of this name, or the command itself.
fn selected_command<'c>(whole: &'c clap::Command, chosen: Option<&str>) -> &'c clap::Command {
    let found = chosen.and_then(|name| whole.find_subcommand(name));
    found.unwrap_or(whole)
}

impl JobFileParser<'_> {
    /// What a step does, and its settings. `prefix` is the path of the step, with a dot.
    pub(super) fn action(
        &mut self,
        prefix: &str,
        step: &str,
        name: ActionName,
        entry: &Spanned<DeValue<'_>>,
    ) -> Option<(Action, Vec<Setting>)> {
        let path = format!("{prefix}{}.", name.key());
        let DeValue::Table(table) = entry.get_ref() else {
            let message = format!("this is a value of type {}", entry.get_ref().type_str());
            let remedy = format!("write a table: {} = {{ … }}", name.key());
            self.problems
                .add(&entry.span(), &path[..path.len() - 1], message, remedy);
            return None;
        };
        let whole = name.command();
        let chosen = match name.selector() {
            Some(selector) => {
                Some(self.selected_subcommand(&path, entry.span(), table, &whole, selector)?)
            }
            None => None,
        };
        let chosen = chosen.as_deref();
        let mut action_arguments =
            self.action_arguments(&path, entry.span(), table, (name, &whole), chosen)?;
        action_arguments
            .argv
            .insert(0, format!("--lake={}", self.lake));
        if name == ActionName::Check {
            action_arguments.argv.remove(0);
        }
        if let Some(chosen) = chosen {
            action_arguments.argv.insert(0, chosen.to_owned());
        }
        let command = selected_command(&whole, chosen).clone();
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
        match self.resolved(name, &matches) {
            Ok(action) => Some((action, settings)),
            Err(error) => {
                self.record_job_error(&path, &entry.span(), &action_arguments.spans, &error);
                None
            }
        }
    }

    /// The name of a subcommand: the question of a report, what to do with a lake.
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
            let message = format!("this is a value of type {}", entry.get_ref().type_str());
            self.problems
                .add(&entry.span(), &key, message, "write a text");
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

    /// The words of all keys; nothing when one of them is wrong.
    fn action_arguments(
        &mut self,
        path: &str,
        span: Range<usize>,
        table: &DeTable<'_>,
        (name, whole): (ActionName, &clap::Command),
        chosen: Option<&str>,
    ) -> Option<ActionArguments> {
        let selector = name.selector();
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
            // A key that is misspelt has been told.
            let mut unknown_keys = table.keys().map(|written| written.get_ref().as_ref());
            let is_misspelt = unknown_keys
                .any(|name| known(name).is_none() && suggest::is_meant(name, &key.name));
            if (missing && !is_misspelt) || is_empty {
                let place = action_arguments
                    .spans
                    .get(&key.name)
                    .unwrap_or(&span)
                    .clone();
                let what = if missing {
                    "is missing"
                } else {
                    "names nothing"
                };
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
            (Some((_, reason)), _) => (
                "this is no key of a step".to_owned(),
                format!("it {reason}"),
            ),
            (None, Some((chosen, selector))) if keys::belongs_to_subcommand(whole, name) => {
                let remedy = format!("leave it out, or {}", selector.alternative);
                (format!("this is no parameter of {chosen}"), remedy)
            }
            _ => {
                let known = keys.iter().map(|key| key.name.as_str());
                (
                    "this key is not known".to_owned(),
                    suggest::remedy(name, known),
                )
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
        let settings = explain::settings(&scope, command, matches, &origin_of);
        // The lake and the clock are the job's.
        let is_key = |setting: &Setting| {
            let option = setting.name.replace('_', "-");
            keys::EXCLUDED_OPTIONS
                .iter()
                .all(|(listed, _)| *listed != option)
        };
        settings.into_iter().filter(is_key).collect()
    }

    fn resolved(&self, name: ActionName, matches: &ArgMatches) -> Result<Action, JobError> {
        const SAME: &str = "the arguments are those of the command that matched them";
        let now = self.context.now;
        Ok(match name {
            ActionName::Ingest => {
                let arguments = cli::IngestArguments::from_arg_matches(matches).expect(SAME);
                let mut job = IngestJob::resolve(arguments, now)?;
                job.job_digest = Some(self.job.digest(self.context.set));
                Action::Ingest(Box::new(job))
            }
            ActionName::Check => {
                let arguments = cli::CheckArguments::from_arg_matches(matches).expect(SAME);
                Action::Check(Box::new(CheckJob::resolve(arguments, now)?))
            }
            ActionName::Report => {
                let command = cli::ReportCommand::from_arg_matches(matches).expect(SAME);
                Action::Report(Box::new(ReportJob::resolve(command, now)?))
            }
            ActionName::Dashboard => {
                let arguments = cli::DashboardArguments::from_arg_matches(matches).expect(SAME);
                Action::Dashboard(Box::new(DashboardJob::resolve(arguments, now)?))
            }
            ActionName::Lake => {
                let command = cli::LakeCommand::from_arg_matches(matches).expect(SAME);
                // By a clock that somebody has set, a vacuum would take what is still needed.
                Action::Lake(Box::new(LakeJob::resolve(command, self.context.clock)?))
            }
        })
    }

    /// What clap found wrong with the words.
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
        let (message, remedy) = if error.kind() == ErrorKind::ArgumentConflict {
            let message = format!("`{name}` and `{other}` exclude each other");
            (message, "give one of the two")
        } else {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            // `error: invalid value '-1' for '--page <N>': -1 is not in …`
            let reason = first.split_once(">': ").map_or(first, |(_, reason)| reason);
            let reason = reason.trim_start_matches("error: ").to_owned();
            (reason, "correct the value")
        };
        let span = spans.get(&name).unwrap_or(table).clone();
        self.problems
            .add(&span, &format!("{path}{name}"), message, remedy);
    }

    /// What the options mean together is checked where those of the command line are.
    fn record_job_error(
        &mut self,
        path: &str,
        table: &Range<usize>,
        spans: &BTreeMap<String, Range<usize>>,
        error: &JobError,
    ) {
        let (option, message, remedy) = match error {
            JobError::Option {
                option,
                value,
                expected,
            } => (
                option.as_str(),
                format!("{value:?} is not understood"),
                format!("give {expected}"),
            ),
            JobError::NotApplicable { option, reason } => {
                let (what, remedy) = reason.split_once("; ").unwrap_or((reason, "leave it out"));
                (option.as_str(), what.to_owned(), remedy.replace("--", ""))
            }
            other => ("", other.to_string(), "correct it".to_owned()),
        };
        let name = keys::key_name(option);
        let span = spans.get(&name).unwrap_or(table).clone();
        self.problems
            .add(&span, &format!("{path}{name}"), message, remedy);
    }
}
