//! The manual: a page for every command, which manual viewers read without a warning.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use crate::workdir::{Output, Workdir, files_below};

/// The visible commands by the names of their pages.
fn commands() -> Vec<(String, clap::Command)> {
    fn below(name: &str, command: &clap::Command, all: &mut Vec<(String, clap::Command)>) {
        all.push((name.to_owned(), command.clone()));
        for one in command.get_subcommands().filter(|one| !one.is_hide_set()) {
            below(&format!("{name}-{}", one.get_name()), one, all);
        }
    }
    let mut all = Vec::new();
    below("purchase-etl", &purchase_etl::cli::program(), &mut all);
    all
}

/// The text of a page without the escapes of roff.
fn plain(page: &str) -> String {
    ["\\fB", "\\fI", "\\fR"]
        .iter()
        .fold(page.replace("\\-", "-"), |text, font| {
            text.replace(font, "")
        })
}

#[test]
fn every_command_has_a_page_with_its_options() {
    let workdir = Workdir::new();
    workdir
        .run(["man", "--output-dir", "manual/man1"])
        .assert_code(0)
        .assert_stdout("");
    let written: BTreeSet<String> = workdir
        .files()
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let expected = commands()
        .into_iter()
        .map(|(name, _)| format!("manual/man1/{name}.1"));
    assert_eq!(written, expected.collect());
    let programs = purchase_etl::cli::program();
    let global: Vec<_> = programs
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .collect();
    for (name, command) in commands() {
        let page = fs::read_to_string(workdir.path(&format!("manual/man1/{name}.1")));
        let page = page.expect("a page");
        let title = format!(
            ".TH {name} 1 \"\" \"purchase-etl {}\"",
            env!("CARGO_PKG_VERSION")
        );
        assert!(page.starts_with(&title), "{page}");
        let page = plain(&page);
        let about = command.get_about().expect("help").to_string();
        assert!(page.contains(&format!("\n{name} - {about}\n")), "{page}");
        for option in command.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(page.contains(&format!("--{option}")), "{name} --{option}");
        }
        // Those of every command are on the first page only.
        let has_global = global
            .iter()
            .all(|option| page.contains(&format!("--{option}")));
        assert_eq!(has_global, name == "purchase-etl", "{name}");
    }
}

#[test]
fn one_page_is_printed() {
    let workdir = Workdir::new();
    workdir
        .run(["man", "--output-dir", "manual"])
        .assert_code(0);
    for (words, name) in [
        (&[][..], "purchase-etl"),
        (
            &["report", "supplier-purchases"],
            "purchase-etl-report-supplier-purchases",
        ),
    ] {
        let page = fs::read_to_string(workdir.path(&format!("manual/{name}.1")));
        let printed = workdir.run(["man"].iter().chain(words));
        printed.assert_code(0).assert_stdout(&page.expect("a page"));
    }
    for words in [
        &["nope"][..],
        &["report", "supplier", "purchases"],
        &["reference"],
    ] {
        let unknown = workdir.run(["man"].iter().chain(words));
        unknown
            .assert_code(2)
            .assert_stderr_contains(&["runs show, "]);
    }
    let both = workdir.run(["man", "run", "--output-dir", "manual"]);
    both.assert_code(2);
}

/// `groff` is on most systems with a manual; without it the pages are not typeset here.
#[test]
fn the_pages_are_typeset_without_a_warning() {
    if Command::new("groff")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        return;
    }
    let workdir = Workdir::new();
    workdir
        .run(["man", "--output-dir", "manual"])
        .assert_code(0);
    for page in files_below(&workdir.path("manual"), ".1") {
        let mut groff = Command::new("groff");
        groff.args(["-man", "-ww", "-z"]).arg(&page);
        let shown = format!("{groff:?}");
        let output = Output::new(shown, groff.output().expect("groff starts"));
        output.assert_code(0);
        assert_eq!(output.stderr(), "", "{}", output.transcript());
    }
}
