//! Blocks that are not run: job files, TOML, JSON, and commands that build the project.
//!
//! In: a block. Out: what is wrong with it, with the line in the block, counted from 1; 0 is the fence.

use std::fs;

use super::SPARK;
use super::commands::{commands, invocations, words};
use super::markdown::{Block, Located};
use super::session::Session;
use crate::workdir::{Output, project};

/// The commands of a block that start the program, each in the line where it begins.
pub(super) fn program_lines(block: &Block) -> String {
    let mut text = String::new();
    for (line, command) in commands(&block.text) {
        let found = invocations(&command).join("; ");
        if !found.is_empty() {
            let before = text.matches('\n').count();
            text.push_str(&"\n".repeat(line - 1 - before));
            text.push_str(&found);
            text.push('\n');
        }
    }
    text
}

/// Checks a block that is not run. An error has its line in the block.
pub(super) fn check_example(block: &Block, session: &Session) -> Result<(), Located<String>> {
    match &block.info[..] {
        "console" | "text" | "json fragment" | SPARK => Ok(()),
        "sql" if block.text.contains("not tried here") => Ok(()),
        "sql" => Err((
            0,
            "a block `sql` is not run: mark it \"not tried here\"".to_owned(),
        )),
        "sh make" => check_build_commands(&block.text),
        "toml" => check_job_file(block, session),
        "toml fragment" => match toml::from_str::<toml::Table>(&block.text) {
            Ok(_) => Ok(()),
            Err(error) => Err((0, format!("not TOML: {error}"))),
        },
        "json" => match serde_json::from_str::<serde_json::Value>(&block.text) {
            Ok(_) => Ok(()),
            Err(error) => Err((error.line(), format!("not JSON: {error}"))),
        },
        "" => Err((0, "a block has no info string".to_owned())),
        info => Err((0, format!("unknown info string {info:?}"))),
    }
}

/// Checks a whole job file as `jobs check` does.
fn check_job_file(block: &Block, session: &Session) -> Result<(), Located<String>> {
    // The lines of the file are those of the page.
    let text = "\n".repeat(block.line) + &block.text;
    let name = format!("job-{}.toml", block.line);
    let file = session.scripts.write(&name, text);
    let mut command = session.workdir.program();
    command.args(["jobs", "check"]).arg(file);
    let output = Output::of(command);
    match output.code() {
        Some(0) => Ok(()),
        _ => Err((0, format!("not a job file:\n{}", output.transcript()))),
    }
}

/// Checks that the targets of `make` and the examples and benchmarks of `cargo` exist.
fn check_build_commands(text: &str) -> Result<(), Located<String>> {
    let makefile = fs::read_to_string(project().join("Makefile")).expect("the Makefile");
    let is_target = |word: &str| {
        makefile
            .lines()
            .any(|line| line.starts_with(&format!("{word}:")))
    };
    for (line, command) in commands(text) {
        let words = words(&command);
        let missing = match words.as_slice() {
            ["make", targets @ ..] => targets
                .iter()
                .find(|word| !word.contains('=') && !is_target(word))
                .map(|word| format!("the Makefile has no target {word}")),
            ["cargo", options @ ..] => options.windows(2).find_map(missing_of_cargo),
            ["python3", script, ..] => {
                (!project().join(script).is_file()).then(|| format!("there is no script {script}"))
            }
            ["git", "clone", ..] | ["cd", ..] => None,
            _ => Some("neither make, cargo nor a script of the project".to_owned()),
        };
        if let Some(missing) = missing {
            return Err((line, missing));
        }
    }
    Ok(())
}

/// What an option of `cargo` names that the project does not have.
fn missing_of_cargo(words: &[&str]) -> Option<String> {
    let [option, name] = words else {
        return None;
    };
    let folder = match *option {
        "--example" => "examples",
        "--bench" => "benches",
        _ => return None,
    };
    let path = project().join(folder).join(name);
    let is_there = path.is_dir() || path.with_extension("rs").is_file();
    (!is_there).then(|| format!("{folder} has no {name}"))
}
