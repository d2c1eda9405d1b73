//! The reference page of job files as Markdown, from the same table of keys that the parser uses.

use std::fmt::Write;

use super::keys::{self, ACTIONS, ActionSpec, FixedKey, JobFileKey, KeyType, STEP_KEYS, TOP_KEYS};
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
