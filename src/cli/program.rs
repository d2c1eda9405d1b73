//! The parser of the program: with the example of each command in its short help, and the exit codes
//! in the help of the program.
//!
//! The examples work on `sample_data` of the project; a test runs them in their order.

use std::fmt::Write;

use clap::CommandFactory;

use super::Cli;
use crate::values::ExitCode;

/// The last line of the short help.
const MORE: &str = "Use --help for all options";

/// The parser of the program. Its own options are options of every command, and left out of the
/// short help.
pub fn program() -> clap::Command {
    let program = Cli::command().mut_args(|option| option.global(true).hide_short_help(true));
    let program = with_short_examples(program);
    let help = program.get_after_long_help().map(ToString::to_string);
    let exit_codes = exit_codes();
    program.after_long_help(format!("{}\n\n{exit_codes}", help.unwrap_or_default()))
}

/// The example of a command, which ends its help.
pub(super) fn example(command: &clap::Command) -> Option<String> {
    let help = command.get_after_help()?.to_string();
    let lines = help.strip_prefix("Example:\n  ")?;
    lines.lines().next().map(str::to_owned)
}

fn with_short_examples(command: clap::Command) -> clap::Command {
    let command = command.mut_subcommands(with_short_examples);
    match command.get_after_long_help().map(ToString::to_string) {
        Some(example) => command.after_help(format!("{example}\n\n{MORE}")),
        None => command,
    }
}

fn exit_codes() -> String {
    let mut text = "Exit codes:".to_owned();
    for exit in ExitCode::ALL {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {:>3}  {}", exit.code(), exit.meaning());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::job_file::schema;

    /// The tables of a step's key in the schema: one, or one for each subcommand.
    fn tables<'s>(step: &'s Value, key: &str, command: &clap::Command) -> Vec<(String, &'s Value)> {
        let table = &step["properties"][key];
        match table["oneOf"].as_array() {
            None => vec![(command.get_name().to_owned(), table)],
            Some(tables) => tables
                .iter()
                .map(|table| {
                    let properties = &table["properties"];
                    let name = properties["type"]["const"].as_str();
                    let name = name.or_else(|| properties["do"]["const"].as_str());
                    (name.expect("a subcommand").to_owned(), table)
                })
                .collect(),
        }
    }

    #[test]
    fn every_option_of_a_command_is_a_key_of_its_step_or_is_set_for_the_whole_job() {
        let program = program();
        let schema: Value = serde_json::from_str(&schema(&program).unwrap()).unwrap();
        let step = &schema["properties"]["steps"]["items"];
        let mut left_out = BTreeSet::new();
        for key in ["ingest", "check", "report", "dashboard", "load", "lake"] {
            let whole = program.find_subcommand(key).expect("a command");
            for (name, table) in tables(step, key, whole) {
                let command = whole.find_subcommand(&name).unwrap_or(whole);
                for option in command.get_arguments().filter(|one| !one.is_global_set()) {
                    let option = option.get_long().unwrap_or(option.get_id().as_str());
                    let key = option.replace('-', "_");
                    if table["properties"].get(&key).is_none() {
                        left_out.insert(option.to_owned());
                    }
                }
            }
        }
        left_out.remove("help");
        let expected = ["dry-run", "lake", "now"].map(str::to_owned);
        assert_eq!(left_out, expected.into());
    }

    #[test]
    fn every_command_has_an_example() {
        fn check(command: &clap::Command) {
            let example = example(command);
            assert!(example.is_some(), "{}", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&program());
    }
}
