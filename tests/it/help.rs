//! The help and the reference pages: complete, short enough, and with examples that work.

use std::collections::BTreeSet;
use std::fs;

use clap::Command;

use crate::workdir::{NOW, Output, Workdir, files_below, project, sample};

/// Lines and columns that the short help of a command may take: a screen.
const SCREEN: (usize, usize) = (40, 100);

/// The program and all its commands, with their names after that of the program.
fn commands() -> Vec<(Vec<String>, Command)> {
    fn below(path: &[String], command: &Command, all: &mut Vec<(Vec<String>, Command)>) {
        all.push((path.to_vec(), command.clone()));
        for one in command.get_subcommands() {
            let path = [path, &[one.get_name().to_owned()]].concat();
            below(&path, one, all);
        }
    }
    let mut all = Vec::new();
    below(&[], &purchase_etl::cli::program(), &mut all);
    all
}

/// The example in a help text.
fn example(help: &str) -> Option<&str> {
    let mut lines = help.lines();
    lines.find(|line| *line == "Example:")?;
    lines.next().map(str::trim)
}

#[test]
fn every_command_option_and_value_has_help() {
    for (path, command) in commands() {
        let about = command.get_about().map(ToString::to_string);
        let about = about.unwrap_or_default();
        assert!(about.starts_with(char::is_uppercase), "{path:?}: {about:?}");
        assert!(!about.ends_with('.'), "{path:?}: {about:?}");
        for argument in command.get_arguments() {
            let id = argument.get_id();
            let help = argument.get_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            assert!(
                help.starts_with(char::is_uppercase),
                "{path:?} {id}: {help:?}"
            );
            assert!(!help.ends_with('.'), "{path:?} {id}: {help:?}");
            // The shells are those of the library.
            for value in argument
                .get_possible_values()
                .iter()
                .filter(|_| id != "shell")
            {
                let switch = ["true", "false"].contains(&value.get_name());
                assert!(
                    switch || value.get_help().is_some(),
                    "{path:?} {id}: {value:?}"
                );
            }
        }
    }
}

#[test]
fn every_short_help_fits_a_screen_and_the_long_one_has_all_options() {
    let workdir = Workdir::new();
    let (max_lines, max_columns) = SCREEN;
    let all = commands();
    let global = all[0].1.get_arguments().filter(|one| one.is_global_set());
    let global: Vec<_> = global.filter_map(clap::Arg::get_long).collect();
    for (path, command) in &all {
        let help = |flag: &str| {
            let mut command = workdir.program();
            command.args(path).arg(flag);
            let ended = command.output().expect("the program starts");
            let output = Output::new(format!("{command:?}"), ended);
            output.assert_code(0);
            output.stdout().to_owned()
        };
        let short = help("-h");
        let lines = short.lines().count();
        assert!(
            lines <= max_lines,
            "{path:?} has {lines} lines of help:\n{short}"
        );
        for line in short.lines() {
            assert!(line.chars().count() <= max_columns, "{path:?}: {line}");
        }
        assert!(
            short.trim_end().ends_with("Use --help for all options"),
            "{short}"
        );
        let long = help("--help");
        let own = command.get_arguments().filter_map(clap::Arg::get_long);
        for option in own.chain(global.iter().copied()) {
            assert!(
                long.contains(&format!("--{option}")),
                "{path:?} --{option}:\n{long}"
            );
        }
        assert_eq!(
            example(&short).expect("an example"),
            example(&long).expect("an example")
        );
    }
}

#[test]
fn the_example_of_every_command_works_on_the_samples() {
    let workdir = Workdir::new();
    for folder in ["sample_data", "jobs"] {
        std::os::unix::fs::symlink(project().join(folder), workdir.path(folder)).expect("a link");
    }
    workdir
        .run([
            "ingest".as_ref(),
            sample("suppliers/2026-10-31").as_os_str(),
            "--kind=supplier-purchases".as_ref(),
            "--company-id=12".as_ref(),
            "--lake=lake".as_ref(),
        ])
        .assert_code(0);
    for (_, mut command) in commands() {
        let help = command.render_long_help().to_string();
        let line = example(&help).expect("an example");
        let words: Vec<&str> = line.split(' ').collect();
        let (program, arguments) = words.split_first().expect("the program");
        assert_eq!(*program, "purchase-etl");
        let mut arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        // The samples are of a time that the machine may not have reached.
        let has_clock = command.get_arguments().any(|one| one.get_id() == "now");
        if has_clock {
            arguments.push(format!("--now={NOW}"));
        }
        if arguments.starts_with(&["runs".to_owned(), "show".to_owned()]) {
            let runs = workdir.run(["runs", "list", "--lake", "lake", "--format", "json"]);
            let id = runs.json()[0]["run_id"].as_str().map(ToOwned::to_owned);
            arguments[2] = id.expect("a run");
        }
        // A database is not part of the samples.
        if line.contains("://") {
            arguments.push("--explain-config".to_owned());
        }
        workdir.run(&arguments).assert_code(0);
    }
}

#[test]
fn the_reference_pages_are_those_of_the_program() {
    let workdir = Workdir::new();
    for (page, path) in [
        ("commands", "reference/commands.md"),
        ("job-files", "reference/job-files.md"),
        ("columns", "reference/columns.md"),
        ("rules", "reference/rules.md"),
        ("exit-codes", "reference/exit-codes.md"),
        ("llms", "llms.txt"),
    ] {
        let path = project().join("docs").join(path);
        let written = fs::read_to_string(&path).expect("a page of the reference");
        let printed = workdir.run(["reference", page]);
        printed.assert_code(0);
        assert!(
            printed.stdout() == written,
            "{} is not what the program prints: run `make reference`",
            path.display()
        );
    }
}

/// The form of <https://llmstxt.org>: a title, a quote, text, and sections of links with notes.
#[test]
fn the_index_for_language_models_has_its_form_and_every_page() {
    let docs = project().join("docs");
    let index = fs::read_to_string(docs.join("llms.txt")).expect("the index");
    let mut lines = index.lines().filter(|line| !line.is_empty());
    assert_eq!(lines.next(), Some("# purchase-etl"));
    assert!(
        lines.next().is_some_and(|line| line.starts_with("> ")),
        "{index}"
    );
    let links = lines.skip_while(|line| !line.starts_with("## "));
    let mut linked = BTreeSet::new();
    for line in links.filter(|line| !line.starts_with("## ")) {
        let link = line
            .strip_prefix("- [")
            .and_then(|rest| rest.split_once("]("));
        let (name, rest) = link.unwrap_or_else(|| panic!("{line}"));
        let (target, notes) = rest.split_once(')').unwrap_or_else(|| panic!("{line}"));
        assert!(
            !name.is_empty() && (notes.is_empty() || notes.starts_with(": ")),
            "{line}"
        );
        linked.insert(target.to_owned());
    }
    for page in files_below(&docs, ".md") {
        let page = page
            .strip_prefix(&docs)
            .expect("a page")
            .display()
            .to_string();
        assert!(
            page == "README.md" || linked.contains(&page),
            "{page} is missing in docs/README.md"
        );
    }
    for (path, command) in commands().iter().filter(|(path, _)| !path.is_empty()) {
        let anchor = format!("reference/commands.md#{}", path.join("-"));
        let is_listed = !command.has_subcommands() && !command.is_hide_set();
        assert_eq!(linked.contains(&anchor), is_listed, "{anchor}");
    }
}
