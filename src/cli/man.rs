//! Manual pages in roff, from the parser: one for the program and one for each visible command.
//!
//! In: the parser of the program. Out: pages with their names, such as `purchase-etl-runs-show`. The
//! options of every command are on the page of the program only.

use std::io;
use std::path::Path;

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::program::example;
use crate::commands::{CommandError, OptionError};
use crate::storage::replace_file;
use crate::values::ExitCode;

/// The section of the manual for programs.
const SECTION: &str = "1";

/// A page of the manual.
struct ManPage {
    /// Its name without the section.
    name: String,
    /// The command after the name of the program; empty for the program.
    command: String,
    text: Vec<u8>,
}

/// The page of a command, given by its words; of the program, if there are none.
///
/// # Errors
/// There is no such command.
pub(super) fn page(program: clap::Command, words: &[String]) -> Result<Vec<u8>, OptionError> {
    let wanted = words.join(" ");
    let pages = pages(program);
    let known: Vec<String> = pages[1..].iter().map(|page| page.command.clone()).collect();
    let page = pages.into_iter().find(|page| page.command == wanted);
    page.map(|page| page.text)
        .ok_or_else(|| OptionError::Invalid {
            option: "COMMAND",
            value: wanted,
            reason: format!("expected a command: {}", known.join(", ")),
        })
}

/// Writes all pages to a folder, which is made if it is missing, and returns their number.
///
/// # Errors
/// A page cannot be written.
pub(super) fn write_pages(program: clap::Command, folder: &Path) -> Result<usize, CommandError> {
    let pages = pages(program);
    for page in &pages {
        let path = folder.join(format!("{}.{SECTION}", page.name));
        replace_file(&path, &page.text).map_err(|source| CommandError::Output { path, source })?;
    }
    Ok(pages.len())
}

fn pages(program: clap::Command) -> Vec<ManPage> {
    let mut program = program.disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    add_pages(&program, None, &mut pages);
    pages
}

/// Adds the page of a command and those of the commands below it.
fn add_pages(command: &clap::Command, parent: Option<&str>, pages: &mut Vec<ManPage>) {
    let name = page_name(command);
    let text = render(command, parent).expect("writing to a vector cannot fail");
    let words = bin_name(command).split_once(' ');
    pages.push(ManPage {
        name: name.to_owned(),
        command: words.map_or("", |(_, words)| words).to_owned(),
        text,
    });
    for below in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        add_pages(below, Some(name), pages);
    }
}

fn render(command: &clap::Command, parent: Option<&str>) -> io::Result<Vec<u8>> {
    let mut shown = command.clone().mut_args(|option| {
        let is_elsewhere = parent.is_some() && option.is_global_set();
        option.hide(is_elsewhere)
    });
    if shown.has_subcommands() {
        // Otherwise the options of every command are listed here as well.
        let usage = format!("{} [OPTIONS] <COMMAND>", bin_name(command));
        shown = shown.override_usage(usage);
    }
    let man = Man::new(shown).section(SECTION);
    // The library leaves out the empty date, and what follows takes its place.
    let mut text = format!(
        ".TH {} {SECTION} \"\" \"purchase-etl {}\" \"purchase-etl manual\"\n",
        page_name(command),
        env!("CARGO_PKG_VERSION")
    )
    .into_bytes();
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    let mut more = Roff::new();
    exit_status(&mut more, parent);
    if let Some(line) = example(command) {
        more.control("SH", ["EXAMPLE"]);
        more.text([bold(line)]);
    }
    if let Some(parent) = parent {
        more.control("SH", ["SEE ALSO"]);
        more.text([bold(parent), roman(format!("({SECTION})"))]);
    }
    more.to_writer(&mut text)?;
    Ok(text)
}

/// The name of a page, such as `purchase-etl-runs-show`.
fn page_name(command: &clap::Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

/// The command as it is typed, such as `purchase-etl runs show`.
fn bin_name(command: &clap::Command) -> &str {
    command.get_bin_name().unwrap_or(command.get_name())
}

/// The exit codes, on the page of the program; on the others, where they and the options of every
/// command are.
fn exit_status(page: &mut Roff, parent: Option<&str>) {
    if parent.is_some() {
        page.control("SH", ["COMMON OPTIONS AND EXIT STATUS"]);
        page.text([
            roman("See "),
            bold("purchase-etl"),
            roman(format!("({SECTION}).")),
        ]);
        return;
    }
    page.control("SH", ["EXIT STATUS"]);
    for exit in ExitCode::ALL {
        page.control("TP", []);
        page.text([bold(exit.code().to_string())]);
        page.text([roman(exit.meaning())]);
    }
}
