//! The reference page of job files as Markdown, from the same table of keys that the parser uses.

use std::fmt::Write;

use super::keys::{
    self, ACTIONS, ActionSpec, FixedKey, JobFileKey, KeyType, STEP_KEYS, TOP_KEYS, may_be_table,
};
use crate::commands::reference_page::{cell, header, split_default};

/// What braces in a text are replaced with.
const TEMPLATES: [(&str, &str); 6] = [
    ("{date}", "the data date, such as `2026-11-20`"),
    (
        "{date:%Y/%m/%d}",
        "the data date in a `strftime` format, such as `{date:%Y-%m-01}` for the first of its month",
    ),
    (
        "{env:NAME}",
        "the environment variable `NAME`, which must be set",
    ),
    (
        "{env:NAME:-other}",
        "the environment variable `NAME`, or `other` if it is not set or empty",
    ),
    ("{name}", "the variable `name` of `[variables]`"),
    ("{{` and `}}", "a brace"),
];

/// The tables of fields and rules.
const MAPPING_AND_RULES: &str = "
## mapping

What fills the fields of records, in `[mapping]` for all `ingest` and `check` steps that have no `map`, `default` or
`constant`, or in `map` of one step. A key is a field, such as `price` or `\"properties.weight\"`; its value is a source, or a
table:

| key | type | meaning |
|---|---|---|
| `from` | string | The source: a column, or the path of a key in JSON, such as `customer.id` |
| `format` | string | The format of its times, such as `%d/%m/%y` |
| `default` | string, integer or boolean | The value in records without the field |
| `value` | string, integer or boolean | The value in all records |

## rules

Severities of rules, in `[rules]` for all `ingest` and `check` steps, or in `rule` of one step: `BRZ-QTY-RANGE = \"warn\"`.
[Rules](rules.md) shows which rules can have which severities.
";

/// Every key of a job file, from the parser of the program.
pub fn reference(program: &clap::Command) -> String {
    let mut text = header("job-files", "Job files");
    text.push_str(
        "\nA job file is a TOML file that names a lake and steps. `purchase-etl run FILE` runs the \
         steps. `purchase-etl jobs check FILE` checks the file, and `purchase-etl jobs schema` \
         prints its JSON Schema.\n",
    );
    text.push_str("\n## Top level\n");
    fixed_table(&mut text, &TOP_KEYS);
    text.push_str("\n## Steps\n\nEach `[[steps]]` has these keys and one action.\n");
    fixed_table(&mut text, &STEP_KEYS);
    text.push_str("\n| action | purpose |\n|---|---|\n");
    for action in &ACTIONS {
        let command = program.find_subcommand(action.key);
        let about = command.and_then(clap::Command::get_about);
        let about = about.map(ToString::to_string).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| [`{0}`](#{0}) | {about} |", action.key);
    }
    for action in &ACTIONS {
        one_action(&mut text, action);
    }
    text.push_str(MAPPING_AND_RULES);
    text.push_str(
        "\n## settings\n\nOptions of every command, in `[settings]`. An option on the command line \
         overrides its key, and a key overrides the environment variable of the option.\n",
    );
    table(&mut text, &keys::settings(program));
    text.push_str(
        "\n## Templates\n\nBraces in every text but the names of steps are replaced:\n\n\
         | written | replaced with |\n|---|---|\n",
    );
    for (written, value) in TEMPLATES {
        let _ = writeln!(text, "| `{written}` | {value} |");
    }
    text.push_str("\nAny other text in braces is an error.\n");
    text
}

fn one_action(text: &mut String, action: &ActionSpec) {
    let command = action.command();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n## {}", action.key);
    let Some(selector) = action.selector else {
        table(text, &keys::keys(&command));
        return;
    };
    let _ = writeln!(
        text,
        "\nThe key `{}` is required and selects one of these:",
        selector.key
    );
    for chosen in command.get_subcommands() {
        let about = chosen.get_about().map(ToString::to_string);
        let _ = writeln!(
            text,
            "\n### {} = \"{}\"\n\n{}.",
            selector.key,
            chosen.get_name(),
            about.unwrap_or_default()
        );
        table(text, &keys::keys(chosen));
    }
}

fn fixed_table(text: &mut String, keys: &[FixedKey]) {
    text.push_str("\n| key | type | meaning |\n|---|---|---|\n");
    for (name, of_type, meaning) in keys {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{name}` | {of_type} | {meaning} |");
    }
}

fn table(text: &mut String, keys: &[JobFileKey]) {
    text.push_str("\n| key | type | default | meaning |\n|---|---|---|---|\n");
    for key in keys {
        let (help, documented) = split_default(&key.help);
        let default = match (&key.default, key.is_required) {
            (_, true) => "required".to_owned(),
            (Some(default), _) => format!("`{default}`"),
            (None, _) if key.key_type == KeyType::Switch => "`false`".to_owned(),
            (None, _) => documented.unwrap_or_default(),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            key.name,
            type_of(key),
            cell(&default),
            cell(&as_keys(&help))
        );
    }
}

fn type_of(key: &JobFileKey) -> String {
    match &key.key_type {
        KeyType::Switch => "boolean".to_owned(),
        KeyType::Integer => "integer".to_owned(),
        KeyType::Text => "string".to_owned(),
        KeyType::IntegerOrText => "integer or string".to_owned(),
        KeyType::List if may_be_table(&key.name) => "array of strings, or table".to_owned(),
        KeyType::List => "array of strings".to_owned(),
        KeyType::Choice(choices) => {
            let choices: Vec<String> = choices.iter().map(|one| format!("`{one}`")).collect();
            choices.join(", ")
        }
    }
}

/// A help text with its options as keys: `--hour-length` is `hour_length`.
fn as_keys(help: &str) -> String {
    let words = help.split(' ').map(|word| {
        let Some(name) = word.strip_prefix("--") else {
            return word.to_owned();
        };
        let end = name.find(|c: char| !c.is_ascii_lowercase() && c != '-');
        let (name, rest) = name.split_at(end.unwrap_or(name.len()));
        format!("`{}`{rest}", name.replace('-', "_"))
    });
    words.collect::<Vec<_>>().join(" ")
}
