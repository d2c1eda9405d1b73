//! Reference pages of the command line as Markdown, from the parser and the exit codes.

use std::fmt::Write;

use clap::{Arg, ArgAction};

use super::program::example;
use crate::commands::reference_page::{cell, header, split_default};
use crate::values::ExitCode;

/// Command lines that make the lake of the examples.
const SAMPLE_LAKE: &str = "purchase-etl ingest sample_data/web_2026-10.ndjson --lake lake\n\
     purchase-etl ingest sample_data/suppliers/2026-10-31 --lake lake --kind supplier-purchases \
     --company-id 12";

/// Every command and option of the program.
pub(super) fn commands(program: &clap::Command) -> String {
    let mut text = header("commands", "Commands");
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "\nUsage: `purchase-etl COMMAND [OPTIONS]`\n\n{}. {}\n\n\
         `--help` after any command prints its options, `--version` the version of the program. \
         An option on the command line overrides its environment variable and the job file. Exit \
         codes are in [exit-codes.md](exit-codes.md).\n\n\
         The examples use the sample data and this lake:\n\n```sh\n{SAMPLE_LAKE}\n```\n\n\
         | command | purpose |\n|---|---|",
        styled(program.get_about()),
        second_paragraph(program)
    );
    for (path, command) in leaves("", program) {
        let about = cell(&styled(command.get_about()));
        let anchor = path.replace(' ', "-");
        let _ = writeln!(text, "| [`{path}`](#{anchor}) | {about} |");
    }
    for (path, command) in leaves("", program) {
        one_command(&mut text, &path, command);
    }
    text.push_str("\n## Global options\n\nEvery command accepts these options.\n");
    let global: Vec<&Arg> = program
        .get_arguments()
        .filter(|argument| argument.is_global_set())
        .collect();
    options(&mut text, &global);
    text
}

/// The exit codes.
pub(super) fn exit_codes() -> String {
    let mut text = header("exit-codes", "Exit codes");
    text.push_str(
        "\nEvery command ends with one of these codes. `--alert-on`, metrics and alerts use the \
         outcome.\n\n| code | outcome | meaning | what to do |\n|---:|---|---|---|\n",
    );
    for exit in ExitCode::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} |",
            exit.code(),
            exit.name(),
            exit.meaning(),
            exit.remedy()
        );
    }
    let mut by_severity = ExitCode::ALL;
    by_severity.sort_by_key(|exit| std::cmp::Reverse(exit.severity()));
    let codes = by_severity.map(|exit| exit.code().to_string()).join(", ");
    let _ = writeln!(
        text,
        "\nA job ends with the most severe code of its steps, and a backfill with that of its \
         days. From the most severe to the least: {codes}."
    );
    text
}

/// The visible commands that do something, with their names after that of the program.
pub(super) fn leaves<'c>(
    path: &str,
    command: &'c clap::Command,
) -> Vec<(String, &'c clap::Command)> {
    let below = command.get_subcommands().filter(|one| !one.is_hide_set());
    let below = below.flat_map(|one| {
        let path = format!("{path} {}", one.get_name());
        let path = path.trim_start().to_owned();
        if one.has_subcommands() {
            leaves(&path, one)
        } else {
            vec![(path, one)]
        }
    });
    below.collect()
}

fn one_command(text: &mut String, path: &str, command: &clap::Command) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n## {path}\n\n{}.", styled(command.get_about()));
    let more = second_paragraph(command);
    if !more.is_empty() {
        let _ = writeln!(text, "\n{more}");
    }
    if let Some(line) = example(command) {
        // The id of a run is another one in each lake, and there is no database.
        let fence = if path == "runs show" || path == "load" {
            "sh parse"
        } else {
            "sh"
        };
        let _ = writeln!(text, "\n```{fence}\n{line}\n```");
    }
    let positional: Vec<&Arg> = command.get_positionals().collect();
    if !positional.is_empty() {
        text.push_str("\n### Arguments\n\n| argument | description |\n|---|---|\n");
        for argument in positional {
            let is_required = argument.is_required_set();
            let required = if is_required { " Required." } else { "" };
            let _ = writeln!(
                text,
                "| `{}` | {}{required} |",
                value(argument),
                description(argument)
            );
        }
    }
    let own: Vec<&Arg> = command
        .get_opts()
        .filter(|argument| !argument.is_global_set())
        .collect();
    options(text, &own);
}

/// The options by heading: those without one first, then each heading where it appears first.
fn options(text: &mut String, arguments: &[&Arg]) {
    let mut headings: Vec<Option<&str>> = vec![None];
    for argument in arguments {
        let heading = argument.get_help_heading();
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for heading in headings {
        let of_heading = arguments
            .iter()
            .filter(|argument| argument.get_help_heading() == heading)
            .copied();
        let of_heading: Vec<&Arg> = of_heading.collect();
        if of_heading.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "\n### {}\n\n| option | default | environment variable | description |\n|---|---|---|---|",
            heading.unwrap_or("Options")
        );
        for argument in of_heading {
            option(text, argument);
        }
    }
}

fn option(text: &mut String, argument: &Arg) {
    let long = argument.get_long().unwrap_or_default();
    let short = argument.get_short();
    let short = short.map(|short| format!("-{short}, ")).unwrap_or_default();
    let (_, documented) = split_default(&styled(argument.get_help()));
    let values = argument.get_default_values().iter();
    let values: Vec<String> = values.map(|one| one.to_string_lossy().into()).collect();
    let default = if !takes_value(argument) {
        "off".to_owned()
    } else if argument.is_required_set() {
        "required".to_owned()
    } else if values.is_empty() {
        documented.unwrap_or_default()
    } else {
        format!("`{}`", values.join(","))
    };
    let variable = argument.get_env();
    let variable = variable.map(|name| format!("`{}`", name.to_string_lossy()));
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "| `{short}--{long}{}` | {} | {} | {} |",
        value(argument),
        cell(&default),
        variable.unwrap_or_default(),
        description(argument)
    );
}

fn takes_value(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Set | ArgAction::Append)
}

/// The placeholder of the value, with the separator before it.
fn value(argument: &Arg) -> String {
    if !takes_value(argument) {
        return String::new();
    }
    let names = argument.get_value_names().unwrap_or_default();
    let name = names.first().map_or_else(
        || argument.get_id().to_string().to_uppercase(),
        ToString::to_string,
    );
    if argument.is_positional() {
        let several = if matches!(argument.get_action(), ArgAction::Append) {
            "..."
        } else {
            ""
        };
        return format!("{name}{several}");
    }
    if argument.is_require_equals_set() {
        return format!("[={name}]");
    }
    format!(" {name}")
}

/// The help without its default, and the values of an option that has few.
fn description(argument: &Arg) -> String {
    let (help, _) = split_default(&styled(argument.get_help()));
    let mut text = format!("{}.", cell(&help));
    let is_listed = !argument.is_hide_possible_values_set() && takes_value(argument);
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| is_listed && !value.is_hide_set())
        .map(|value| match value.get_help() {
            Some(help) => format!("`{}`: {help}", value.get_name()),
            None => format!("`{}`", value.get_name()),
        })
        .collect();
    if !values.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(text, " Values: {}.", cell(&values.join("; ")));
    }
    text
}

pub(super) fn styled(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}

/// The long description after the summary.
pub(super) fn second_paragraph(command: &clap::Command) -> String {
    let long = styled(command.get_long_about());
    let rest = long.split_once("\n\n").map(|(_, rest)| rest.trim());
    rest.unwrap_or_default().replace('\n', " ")
}
