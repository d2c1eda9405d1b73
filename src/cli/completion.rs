//! Completion by the shell: the script that registers it, and the candidates, which the program finds
//! itself: jobs, steps, rules and runs besides commands, options and paths.
//!
//! In: the words that are typed so far. Out: candidates, or nothing if something cannot be read. Nothing
//! is written to stderr, and no store is accessed: the runs are those of a lake on this machine.

mod scripts;

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::ValueHint;
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};
use clap_complete::env::{CompleteEnv, Elvish, Fish, Powershell, Shells};

use super::environment::variable;
use super::program;
use crate::commands::{CommandError, local_run_ids};
use crate::input::escape_unprintable;
use crate::job_file::{JobText, job_names};
use crate::rules::RuleId;
use crate::values::ExitCode;
use scripts::{BASH, ZSH};

/// The variable by which a shell asks for candidates; its value is the name of the shell.
const VARIABLE: &str = "PURCHASE_ETL_COMPLETE";

const SHELLS: Shells<'static> = Shells(&[&BASH, &Elvish, &Fish, &Powershell, &ZSH]);

/// Prints the candidates for the words of the process, if a shell asks for them.
pub fn complete() -> Option<ExitCode> {
    let words: Vec<OsString> = std::env::args_os().collect();
    // What precedes the separator is how the shell calls the program.
    let typed = words.iter().skip_while(|word| *word != "--").skip(1);
    let typed: Vec<OsString> = typed.cloned().collect();
    let folder = std::env::current_dir().ok();
    let answer = CompleteEnv::with_factory(|| with_candidates(program(), &typed))
        .var(VARIABLE)
        .shells(SHELLS)
        .try_complete(words, folder.as_deref());
    match answer {
        Ok(false) => None,
        Ok(true) => Some(ExitCode::Done),
        // A message would be printed into the line that is being typed.
        Err(_unknown_shell) => Some(ExitCode::Usage),
    }
}

/// The script by which a shell asks the program for candidates.
///
/// # Errors
/// The script cannot be made.
pub(super) fn registration(shell: clap_complete::Shell) -> Result<Vec<u8>, CommandError> {
    let name = shell.to_string();
    let shell = SHELLS.completer(&name).expect("every shell has one");
    let mut script = Vec::new();
    let program = env!("CARGO_PKG_NAME");
    shell
        .write_registration(VARIABLE, program, program, program, &mut script)
        .map_err(CommandError::Stdout)?;
    Ok(script)
}

/// The parser with the candidates of each argument, by the placeholder of its value.
fn with_candidates(command: clap::Command, typed: &[OsString]) -> clap::Command {
    let command = command.mut_args(|argument| {
        let placeholder = argument.get_value_names().and_then(|names| names.first());
        let placeholder = placeholder.map_or_else(
            || argument.get_id().as_str().to_uppercase(),
            ToString::to_string,
        );
        match &*placeholder {
            "JOB" => argument.add(ArgValueCompleter::new(jobs)),
            "STEP" => {
                let typed = typed.to_vec();
                argument.add(ArgValueCandidates::new(move || steps(&typed)))
            }
            "RULE" | "FILTER" => argument.add(ArgValueCandidates::new(rules)),
            "RULE=SEVERITY" => argument.add(ArgValueCandidates::new(severities)),
            "RUN_ID" => {
                let typed = typed.to_vec();
                argument.add(ArgValueCandidates::new(move || runs(&typed)))
            }
            "URI" | "PATH" | "DIR" | "FILE" | "INPUT" | "DUMP" | "PATH|DIGEST" => {
                argument.value_hint(ValueHint::AnyPath)
            }
            _ => argument,
        }
    });
    command.mut_subcommands(|below| with_candidates(below, typed))
}

/// A candidate; none if the shell could not show it in a line.
fn candidate(value: String, help: Option<String>) -> Option<CompletionCandidate> {
    let is_plain = escape_unprintable(&value) == value;
    is_plain.then(|| CompletionCandidate::new(value).help(help.map(Into::into)))
}

/// The names of jobs, and paths of job files.
fn jobs(current: &OsStr) -> Vec<CompletionCandidate> {
    let text = current.to_string_lossy();
    let names = job_names()
        .into_iter()
        .filter(|name| name.starts_with(&*text));
    let mut found: Vec<CompletionCandidate> =
        names.filter_map(|name| candidate(name, None)).collect();
    let is_job = |path: &Path| path.is_dir() || path.extension() == Some(OsStr::new("toml"));
    found.extend(PathCompleter::any().filter(is_job).complete(current));
    found
}

/// The steps of the job file among the words.
fn steps(typed: &[OsString]) -> Vec<CompletionCandidate> {
    let after_run = typed.iter().skip_while(|word| *word != "run").skip(1);
    let jobs =
        after_run.filter(|word| !word.is_empty() && !word.to_string_lossy().starts_with('-'));
    let mut readable = jobs.filter_map(|word| JobText::read_small(Path::new(word)));
    let names = readable.next().map(|job| job.step_names());
    let names = names.unwrap_or_default().into_iter();
    names.filter_map(|name| candidate(name, None)).collect()
}

/// The ids of the rules, with what each requires.
fn rules() -> Vec<CompletionCandidate> {
    let rules = RuleId::ALL.into_iter();
    rules
        .filter_map(|id| candidate(id.code().to_owned(), Some(id.rule().summary.clone())))
        .collect()
}

/// The rules with each severity that can be set.
fn severities() -> Vec<CompletionCandidate> {
    let settings = RuleId::ALL.into_iter().flat_map(|id| {
        let choices = id.choices().iter();
        choices.map(move |choice| (format!("{id}={choice}"), id.rule().summary.clone()))
    });
    settings
        .filter_map(|(setting, summary)| candidate(setting, Some(summary)))
        .collect()
}

/// The ids of the runs of the lake among the words or in the environment, newest first.
fn runs(typed: &[OsString]) -> Vec<CompletionCandidate> {
    let lake = option_value(typed, "--lake").or_else(|| variable("PURCHASE_ETL_LAKE"));
    let ids = lake.map(|lake| local_run_ids(Path::new(&lake)));
    let ids = ids.unwrap_or_default().into_iter();
    ids.filter_map(|id| candidate(id, None)).collect()
}

/// The last value of an option among the words. Bash splits words at `=`.
fn option_value(typed: &[OsString], option: &str) -> Option<String> {
    let text = |word: &OsString| word.to_str().map(str::to_owned);
    let of_word = |(at, word): (usize, &OsString)| {
        let rest = word.to_str()?.strip_prefix(option)?;
        let after = |at: usize| typed.get(at).and_then(text);
        match rest.strip_prefix('=') {
            Some(value) => Some(value.to_owned()),
            None if !rest.is_empty() => None,
            None => after(at + 1)
                .filter(|next| next != "=")
                .or_else(|| after(at + 2)),
        }
    };
    typed.iter().enumerate().filter_map(of_word).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_of_an_option_is_found_however_it_is_typed() {
        for (line, value) in [
            ("runs show --lake a", Some("a")),
            ("runs show --lake=a", Some("a")),
            ("runs show --lake = a", Some("a")),
            ("runs show --lake=a --lake b", Some("b")),
            ("runs show --lake-version 3", None),
            ("runs show --lake", None),
            ("runs show", None),
        ] {
            let typed: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(option_value(&typed, "--lake").as_deref(), value, "{line}");
        }
    }
}
