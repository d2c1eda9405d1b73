//! The keys of a job file: the options of the commands as clap declares them, with `_` for `-`.
//!
//! The parser, the JSON Schema and the reference page use these keys: a new option of a command is a
//! key of its step at once.

use std::sync::LazyLock;

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Subcommand};

use crate::commands::StepAction;

/// Options of the commands that are not keys of their steps, and what to do instead.
const EXCLUDED_OPTIONS: [(&str, &str); 3] = [
    ("lake", "set it once, at the top of the file"),
    ("now", "use `run --now`, which sets the time of all steps"),
    ("dry-run", "use `run --dry-run`, which plans all steps"),
];

/// Why an option, by the name of its key, is not a key of a step; none if it may be one.
pub(super) fn excluded(name: &str) -> Option<&'static str> {
    let mut excluded = EXCLUDED_OPTIONS.iter();
    let found = excluded.find(|(option, _)| option.replace('-', "_") == name);
    found.map(|(_, reason)| *reason)
}

/// The lake commands of a step. The others only show something to a person, or remove rows, which
/// must not run on a schedule.
const LAKE_STEP_COMMANDS: [&str; 5] = ["status", "compact", "manifest", "vacuum", "verify"];

/// The options of the commands that the time zone of the job sets where a step does not.
pub(super) const TIMEZONE_OPTIONS: [&str; 2] = ["default-timezone", "timezone"];

/// Global options that are not keys of `[settings]`, and why.
const EXCLUDED_SETTINGS: [(&str, &str); 1] =
    [("explain-config", "it prints settings and is not one")];

/// A key that no command has: name, type and meaning.
pub(super) type FixedKey = (&'static str, &'static str, &'static str);

/// The keys at the top of a file.
pub(super) const TOP_KEYS: [FixedKey; 7] = [
    (
        "lake",
        "string",
        "Path or URL of the lake, created if missing; without it PURCHASE_ETL_LAKE names the lake",
    ),
    (
        "timezone",
        "string",
        "IANA time zone of the steps that set none, and of today as the data date; without it, steps use that of the lake, else UTC",
    ),
    (
        "variables",
        "table of strings or integers",
        "Texts that {name} is replaced with; `run --set name=value` overrides them",
    ),
    (
        "mapping",
        "table",
        "What fills each field, in the ingest and check steps without `map`, `default` or `constant`",
    ),
    (
        "rules",
        "table of strings",
        "Severities of rules, in the ingest and check steps; `rule` of a step overrides them",
    ),
    (
        "settings",
        "table",
        "Options of every command; the command line overrides them",
    ),
    ("steps", "array of tables", "Steps of the job, at least one"),
];

/// The keys of a step besides its action.
pub(super) const STEP_KEYS: [FixedKey; 6] = [
    (
        "name",
        "string",
        "Name of the step, for the log and for `needs`; required",
    ),
    (
        "needs",
        "array of strings",
        "Steps to run before this one; by default the step before it",
    ),
    (
        "days_in_parallel",
        "boolean",
        "Let days of a backfill run at the same time; for the ingest of customer purchases only",
    ),
    (
        "timeout",
        "string",
        "Stop the step after this time, such as 30min, and let it fail with exit code 1",
    ),
    (
        "retries",
        "integer",
        "Run the step again up to this many times, 0 to 10, if it ends with exit code 1 or 5; by default 0",
    ),
    (
        "retry_pause",
        "string",
        "Wait this long before the first retry, and twice as long before each later one; by default 30s",
    ),
];

/// The names of keys that no command has.
pub(super) fn names<const N: usize>(keys: [FixedKey; N]) -> [&'static str; N] {
    keys.map(|(name, ..)| name)
}

/// The meaning of a key that no command has.
pub(super) fn meaning(keys: &[FixedKey], name: &str) -> &'static str {
    let mut keys = keys.iter();
    let found = keys.find(|(key, ..)| *key == name);
    found.map_or("", |(_, _, meaning)| meaning)
}

/// The type of the value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeyType {
    /// `true` or `false`.
    Switch,
    /// An integer.
    Integer,
    /// A string.
    Text,
    /// An integer or a string: `company_id = 12`, `company_id = "unknown"`.
    IntegerOrText,
    /// Strings.
    List,
    /// One of these strings.
    Choice(Vec<String>),
}

/// A key.
#[derive(Clone, Debug)]
pub(super) struct JobFileKey {
    /// Its name in the file.
    pub(super) name: String,
    /// The id of clap.
    pub(super) id: String,
    /// The option, such as `--company-id`; none for positional arguments.
    pub(super) option: Option<String>,
    pub(super) key_type: KeyType,
    pub(super) is_required: bool,
    /// The sentence of the command line's help.
    pub(super) help: String,
    /// The value without the key; none for those that have no default.
    pub(super) default: Option<String>,
}

/// A command that can be a step.
#[derive(Debug)]
pub(super) struct ActionSpec {
    /// The key of the step, which is the name of the command.
    pub(super) key: &'static str,
    /// The key that names the subcommand, for commands with subcommands.
    pub(super) selector: Option<Selector>,
}

/// The key of a step whose value is a subcommand, with its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Selector {
    /// Its name in the file.
    pub(super) key: &'static str,
    /// The message if it is missing.
    pub(super) missing: &'static str,
    /// The message after an unknown value.
    pub(super) unknown_value: &'static str,
    /// The remedy if a key belongs to another subcommand.
    pub(super) alternative: &'static str,
}

/// The commands that can be a step.
pub(super) static ACTIONS: [ActionSpec; 7] = [
    ActionSpec::of("ingest", None),
    ActionSpec::of("check", None),
    ActionSpec::of("expect", None),
    ActionSpec::of(
        "report",
        Some(Selector {
            key: "type",
            missing: "the report has no type",
            unknown_value: "is not a report type",
            alternative: "choose another report type",
        }),
    ),
    ActionSpec::of("dashboard", None),
    ActionSpec::of("load", None),
    ActionSpec::of(
        "lake",
        Some(Selector {
            key: "do",
            missing: "the step has no lake command",
            unknown_value: "is not a lake command of a step",
            alternative: "choose another lake command",
        }),
    ),
];

/// The parser of the commands that can be a step; a backfill parses the steps of every day.
static STEP_PARSER: LazyLock<clap::Command> =
    LazyLock::new(|| StepAction::augment_subcommands(clap::Command::new("step")));

impl ActionSpec {
    const fn of(key: &'static str, selector: Option<Selector>) -> Self {
        Self { key, selector }
    }

    /// The command; `report` has a subcommand for each type, `lake` for each command of a step.
    pub(super) fn command(&self) -> clap::Command {
        let command = STEP_PARSER.find_subcommand(self.key).cloned();
        let command = command.expect("the name of a command");
        if self.key != "lake" {
            return command;
        }
        let of_steps = command.get_subcommands().cloned();
        let of_steps = of_steps.filter(|one| LAKE_STEP_COMMANDS.contains(&one.get_name()));
        clap::Command::new(self.key).subcommands(of_steps)
    }
}

/// The keys of a command's table.
pub(super) fn keys(command: &clap::Command) -> Vec<JobFileKey> {
    let arguments = command.get_arguments();
    arguments
        .filter(|argument| !is_listed(&EXCLUDED_OPTIONS, argument))
        .map(key)
        .collect()
}

/// The keys of `[settings]`: the options that every command has.
pub(super) fn settings(program: &clap::Command) -> Vec<JobFileKey> {
    let arguments = program.get_arguments();
    arguments
        .filter(|argument| argument.is_global_set() && !is_listed(&EXCLUDED_SETTINGS, argument))
        .map(key)
        .collect()
}

/// Whether any subcommand has this key.
pub(super) fn belongs_to_subcommand(whole: &clap::Command, name: &str) -> bool {
    let mut keys = whole.get_subcommands().flat_map(keys);
    keys.any(|key| key.name == name)
}

/// Whether a list of a step may also be a table.
pub(super) fn may_be_table(key: &str) -> bool {
    matches!(key, "map" | "rule")
}

/// The key of an option: `--company-id <N>` is `company_id`.
pub(super) fn key_name(option: &str) -> String {
    let word = option.split([' ', '=']).next().unwrap_or_default();
    word.trim_start_matches('-').replace('-', "_")
}

fn is_listed(list: &[(&str, &str)], argument: &Arg) -> bool {
    let long = argument.get_long();
    list.iter().any(|(name, _)| Some(*name) == long)
}

fn key(argument: &Arg) -> JobFileKey {
    let id = argument.get_id().to_string();
    let long = argument.get_long();
    JobFileKey {
        name: long.unwrap_or(&id).replace('-', "_"),
        option: long.map(|long| format!("--{long}")),
        key_type: key_type(argument),
        is_required: argument.is_required_set(),
        help: argument
            .get_help()
            .map(ToString::to_string)
            .unwrap_or_default(),
        default: default(argument),
        id,
    }
}

fn default(argument: &Arg) -> Option<String> {
    let values = argument.get_default_values().iter();
    let values: Vec<String> = values.map(|one| one.to_string_lossy().into()).collect();
    let is_switch = matches!(argument.get_action(), ArgAction::SetTrue);
    (!values.is_empty() && !is_switch).then(|| values.join(","))
}

fn key_type(argument: &Arg) -> KeyType {
    let parser = argument.get_value_parser();
    match argument.get_action() {
        ArgAction::SetTrue => return KeyType::Switch,
        ArgAction::Append => return KeyType::List,
        _ => {}
    }
    if let Some(values) = parser.possible_values() {
        let names = values.flat_map(|value| {
            let names = value.get_name_and_aliases();
            names.map(str::to_owned).collect::<Vec<_>>()
        });
        return KeyType::Choice(names.collect());
    }
    if is_integer(parser) {
        return KeyType::Integer;
    }
    // Parameters of reports are text that the reports validate: `N` is a number there, and `IDS`
    // one number or several.
    match argument.get_value_names() {
        Some([name]) if name == "N" || name == "IDS" => KeyType::IntegerOrText,
        _ => KeyType::Text,
    }
}

fn is_integer(parser: &ValueParser) -> bool {
    let integers = [
        ValueParser::from(clap::value_parser!(usize)),
        clap::value_parser!(u16).into(),
        clap::value_parser!(u32).into(),
        clap::value_parser!(u64).into(),
        clap::value_parser!(i64).into(),
    ];
    integers
        .iter()
        .any(|integer| integer.type_id() == parser.type_id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_follow_the_command_line() {
        let ingest = keys(&ACTIONS[0].command());
        let key_type = |name: &str| {
            let key = ingest.iter().find(|key| key.name == name);
            key.unwrap_or_else(|| panic!("no {name}")).key_type.clone()
        };
        assert_eq!(key_type("inputs"), KeyType::List);
        assert_eq!(key_type("map"), KeyType::List);
        assert_eq!(key_type("lenient"), KeyType::Switch);
        assert_eq!(key_type("max_depth"), KeyType::Integer);
        assert_eq!(key_type("reject_limit"), KeyType::Text);
        assert_eq!(key_type("company_id"), KeyType::IntegerOrText);
        assert_eq!(key_type("summary"), KeyType::Text);
        let kinds = ["purchases", "supplier-purchases", "auto"].map(str::to_owned);
        assert_eq!(key_type("kind"), KeyType::Choice(kinds.to_vec()));
    }
}
