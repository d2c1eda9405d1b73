//! The parser with an example in the help of every command, the exit codes in that of the program.
//!
//! The examples work on `sample_data` of the project; a test runs them in their order.

use std::fmt::Write;

use clap::CommandFactory;

use super::Cli;
use crate::run_report::Exit;

/// A command, without the name of the program, and a command line that shows its use.
const EXAMPLES: [(&str, &str); 30] = [
    (
        "",
        "purchase-etl ingest sample_data/web_2026-10.ndjson --lake lake",
    ),
    (
        "ingest",
        "purchase-etl ingest sample_data/web_2026-10.ndjson --lake lake",
    ),
    (
        "check",
        "purchase-etl check sample_data/balcao_2026-10.csv --default-timezone America/Sao_Paulo",
    ),
    ("report", "purchase-etl report product-list --lake lake"),
    (
        "report quantity-series",
        "purchase-etl report quantity-series --lake lake --length 31 --ending-at 2026-10-31",
    ),
    (
        "report revenue-series",
        "purchase-etl report revenue-series --lake lake --length 31 --ending-at 2026-10-31 --currency BRL",
    ),
    (
        "report product-list",
        "purchase-etl report product-list --lake lake",
    ),
    (
        "report supplier-purchases",
        "purchase-etl report supplier-purchases --lake lake --company-id 12",
    ),
    (
        "report supplier-summary",
        "purchase-etl report supplier-summary --lake lake --company-id 12 --format csv",
    ),
    (
        "dashboard",
        "purchase-etl dashboard --lake lake --output site --timezone America/Sao_Paulo",
    ),
    ("lake", "purchase-etl lake status --lake lake"),
    ("lake status", "purchase-etl lake status --lake lake"),
    (
        "lake history",
        "purchase-etl lake history --lake lake --table purchases --limit 10",
    ),
    (
        "lake files",
        "purchase-etl lake files --lake lake --table purchases --from 2026-10-01 --to 2026-10-31",
    ),
    (
        "lake compact",
        "purchase-etl lake compact --lake lake --target-size 128MiB",
    ),
    (
        "lake vacuum",
        "purchase-etl lake vacuum --lake lake --retention 7d --execute",
    ),
    ("lake verify", "purchase-etl lake verify --lake lake --deep"),
    (
        "lake restore",
        "purchase-etl lake restore --lake lake --table purchases --to-version 0 --dry-run",
    ),
    ("run", "purchase-etl run jobs/demo.toml"),
    ("jobs", "purchase-etl jobs check jobs/demo.toml"),
    ("jobs check", "purchase-etl jobs check jobs/demo.toml"),
    ("jobs schema", "purchase-etl jobs schema"),
    ("runs", "purchase-etl runs list --lake lake"),
    ("runs list", "purchase-etl runs list --lake lake --limit 5"),
    ("runs show", "purchase-etl runs show 019abcde --lake lake"),
    ("rules", "purchase-etl rules explain BRZ-QTY-RANGE"),
    ("rules list", "purchase-etl rules list BRZ-TIME"),
    ("rules explain", "purchase-etl rules explain BRZ-QTY-RANGE"),
    ("completions", "purchase-etl completions bash"),
    ("reference", "purchase-etl reference commands"),
];

/// The last line of the short help.
const MORE: &str = "Use --help for all options";

/// The parser of the program, with examples in its help.
pub fn command() -> clap::Command {
    let command = with_examples("", Cli::command());
    let exit_codes = exit_codes();
    let help = command.get_after_long_help().map(ToString::to_string);
    command.after_long_help(format!("{}\n\n{exit_codes}", help.unwrap_or_default()))
}

/// The example of a command, named without the program.
pub(super) fn example(path: &str) -> Option<&'static str> {
    let mut examples = EXAMPLES.iter();
    let found = examples.find(|(command, _)| *command == path);
    found.map(|(_, line)| *line)
}

fn with_examples(path: &str, command: clap::Command) -> clap::Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|below| below.get_name().to_owned())
        .collect();
    let command = names.iter().fold(command, |command, name| {
        let path = format!("{path} {name}");
        command.mut_subcommand(name, |below| with_examples(path.trim_start(), below))
    });
    let Some(line) = example(path) else {
        return command;
    };
    let example = format!("Example:\n  {line}");
    command
        .after_help(format!("{example}\n\n{MORE}"))
        .after_long_help(example)
}

fn exit_codes() -> String {
    let mut text = "Exit codes:".to_owned();
    for exit in Exit::ALL {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {:>3}  {}", exit.code(), exit.meaning());
    }
    text
}
