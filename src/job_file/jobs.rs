//! `jobs`: checks job files and prints their schema.

use std::fmt::Write;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Subcommand;
use serde::Serialize;

use super::run::parse_variable;
use super::{Environment, JobFileError, JobFileProblem, JobText, ResolveContext, schema};
use crate::commands::{CommandError, ListOutput, RunContext, put};
use crate::storage::error_text;
use crate::values::ExitCode;

/// `jobs`
#[derive(Clone, Debug, Subcommand)]
pub enum JobsCommand {
    /// Check job files and list every problem with its line, key and remedy
    #[command(after_long_help = "Example:\n  purchase-etl jobs check jobs/demo.toml")]
    Check {
        /// Check these job files, or the jobs of these names in jobs/
        #[arg(required = true, value_name = "JOB")]
        files: Vec<PathBuf>,
        /// Set the data date, the value of `{date}` [default: today, UTC]
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<NaiveDate>,
        /// Override `lake` or a variable of the jobs; repeatable
        #[arg(long, value_name = "NAME=VALUE", value_parser = parse_variable)]
        set: Vec<(String, String)>,
        /// Format
        #[command(flatten)]
        output: ListOutput,
    },
    /// Print the JSON Schema of job files for editors
    #[command(after_long_help = "Example:\n  purchase-etl jobs schema")]
    Schema,
}

impl JobsCommand {
    /// Checks job files or prints their schema. `program` is the parser of the program.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn run(
        &self,
        program: &clap::Command,
        environment: Environment<'_>,
        context: &mut RunContext<'_>,
    ) -> Result<ExitCode, CommandError> {
        let Self::Check {
            files,
            date,
            set,
            output,
        } = self
        else {
            put(context.stdout, schema(program)?.as_bytes())?;
            return Ok(ExitCode::Done);
        };
        let resolve_context = ResolveContext {
            date: date.unwrap_or_else(|| context.shared.now.date_naive()),
            set,
            environment,
            program,
        };
        let checked = check_files(files, &resolve_context);
        let text = output.format.write(&checked[..], as_text)?;
        put(context.stdout, text.as_bytes())?;
        let is_wrong = checked.iter().any(|file| !file.problems.is_empty());
        Ok(if is_wrong {
            ExitCode::Usage
        } else {
            ExitCode::Done
        })
    }
}

/// A job file and its problems.
#[derive(Debug, Serialize)]
struct CheckedFile {
    /// The file.
    path: PathBuf,
    /// In the order of the file; empty for a valid job file.
    problems: Vec<JobFileProblem>,
}

/// Resolves each file. Storage is not accessed: `run --dry-run` checks that inputs exist.
fn check_files(files: &[PathBuf], context: &ResolveContext<'_>) -> Vec<CheckedFile> {
    let checked = files.iter().map(|named| {
        let read = JobText::read(named);
        let path = read.as_ref().map_or(named, |job| &job.path).clone();
        let resolved = read.and_then(|job| job.resolve(context));
        let problems = match resolved {
            Ok(_plan) => Vec::new(),
            Err(JobFileError::Invalid { problems, .. }) => problems,
            Err(other) => vec![unreadable_file(&other)],
        };
        CheckedFile { path, problems }
    });
    checked.collect()
}

/// A problem that belongs to no line of the file.
fn unreadable_file(error: &JobFileError) -> JobFileProblem {
    JobFileProblem {
        line: 1,
        column: 1,
        key: String::new(),
        message: error_text(error),
        remedy: "use a readable job file and variables that it defines".to_owned(),
    }
}

/// One line for each problem, `FILE:LINE:COLUMN: KEY: …`, and one for each file without any.
fn as_text(checked: &[CheckedFile]) -> String {
    let mut text = String::new();
    for file in checked {
        let path = file.path.display();
        if file.problems.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{path}: ok");
        }
        for problem in &file.problems {
            let _ = writeln!(text, "{path}:{problem}");
        }
    }
    text
}
