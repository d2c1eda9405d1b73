//! The telemetry of a command line that cannot be parsed, from the parts that can.

use std::path::Path;

use chrono::{DateTime, Utc};
use clap::FromArgMatches;

use super::environment::variable;
use super::program;
use crate::job_file::job_name;
use crate::telemetry::{Telemetry, TelemetrySettings};

/// Whether telemetry reports the command that `others`, the words without global options, name: not
/// if it may only show something.
fn is_reported(others: &[String]) -> bool {
    let has = |option: &str| others.iter().any(|word| word == option);
    let mut named = others.iter().filter(|word| !word.starts_with('-'));
    let (name, verb) = (named.next(), named.next());
    let changes_or_answers = match name.map(String::as_str) {
        Some("ingest" | "check" | "report" | "dashboard" | "run") => true,
        Some("lake") => match verb.map(String::as_str) {
            Some("compact" | "manifest" | "verify" | "restore" | "upgrade") => true,
            Some("vacuum") => has("--execute"),
            _ => false,
        },
        _ => false,
    };
    changes_or_answers && !has("--dry-run")
}

/// The telemetry by the global options of `words`, the arguments of the process; none if these are
/// invalid too, and for commands that may only show something.
pub(super) fn telemetry_of(words: Vec<String>, clock: fn() -> DateTime<Utc>) -> Option<Telemetry> {
    let program = program();
    let global = program.get_arguments().filter(|one| one.is_global_set());
    let parser = clap::Command::new("settings")
        .no_binary_name(true)
        .args(global);
    let (known, others) = partition(&parser, words);
    let explains = |word: &String| word.starts_with("--explain-config");
    if !is_reported(&others) || known.iter().any(explains) {
        return None;
    }
    let mut named = others.iter().filter(|word| !word.starts_with('-'));
    let name = named.next()?;
    let job = named.next().filter(|_| name == "run");
    let matches = parser.try_get_matches_from(known).ok()?;
    let settings = TelemetrySettings::from_arg_matches(&matches).ok()?;
    let settings = settings.with_environment(variable);
    let job = job.map(|path| job_name(Path::new(path)));
    Some(Telemetry::new(name, job, settings, clock))
}

/// The words that are options of `parser`, with their values, and the others.
fn partition(parser: &clap::Command, words: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (mut known, mut others) = (Vec::new(), Vec::new());
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let name = word.strip_prefix("--").unwrap_or_default();
        let (name, has_value) = name
            .split_once('=')
            .map_or((name, false), |(name, _)| (name, true));
        let mut options = parser.get_arguments();
        let Some(option) = options.find(|option| option.get_long() == Some(name)) else {
            others.push(word);
            continue;
        };
        let has_value = has_value || option.is_require_equals_set();
        let takes_next = option.get_action().takes_values() && !has_value;
        known.push(word);
        known.extend(takes_next.then(|| words.next()).flatten());
    }
    (known, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn telemetry(line: &str) -> Option<String> {
        let words = line.split(' ').map(str::to_owned).collect();
        let telemetry = telemetry_of(words, || DateTime::UNIX_EPOCH)?;
        Some(format!("{telemetry:?}"))
    }

    #[test]
    fn commands_that_do_something_are_reported_whatever_their_options() {
        for (line, command) in [
            ("ingest --nope x.json --metrics-file m", "ingest"),
            ("--metrics-file m ingest --threads 0", "ingest"),
            ("check --metrics-file=m --kind bogus", "check"),
            ("--scratch lake report nothing --metrics-file m", "report"),
            ("lake verify --nope --metrics-file m", "lake"),
            ("lake upgrade --nope --metrics-file m", "lake"),
            (
                "lake vacuum --execute --older-than x --metrics-file m",
                "lake",
            ),
        ] {
            let telemetry = telemetry(line).expect(line);
            let named = format!("command: {command:?}");
            assert!(telemetry.contains(&named), "{line}: {telemetry}");
            assert!(
                telemetry.contains("metrics_file: Some(\"m\")"),
                "{telemetry}"
            );
        }
        let job = telemetry("run jobs/nightly.toml --now x").unwrap();
        assert!(job.contains("job: Some(\"nightly\")"), "{job}");
    }

    #[test]
    fn nothing_is_reported_of_commands_that_may_only_show_something() {
        for line in [
            "lake status --nope",
            "lake vacuum --older-than x",
            "lake compact --dry-run --nope",
            "lake",
            "rules lisst",
            "--scratch ingest rules --nope",
            "ingest x.json --dry-run --threads 0",
            "run x.toml --explain-config=json --now x",
            "ingest --nope --store-retries many",
            "bogus",
        ] {
            assert!(telemetry(line).is_none(), "{line}");
        }
    }
}
