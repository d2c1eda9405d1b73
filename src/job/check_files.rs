//! `jobs check`: job files come in, everything that is wrong with them goes out.

use std::fmt::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::JobError;
use super::file::{JobFileProblem, JobText, ResolveContext};

/// A job file and what is wrong with it.
#[derive(Clone, Debug, Serialize)]
pub struct CheckedFile {
    /// The file.
    pub path: PathBuf,
    /// In the order of the file; none when it can be run.
    pub problems: Vec<JobFileProblem>,
}

/// Resolves each file. No storage is looked at: whether inputs are there is for `--dry-run`.
pub fn check_files(paths: &[PathBuf], context: &ResolveContext<'_>) -> Vec<CheckedFile> {
    let checked = paths.iter().map(|path| {
        let resolved = JobText::read(path).and_then(|text| text.resolve(context));
        let problems = match resolved {
            Ok(_plan) => Vec::new(),
            Err(JobError::File { problems, .. }) => problems,
            Err(other) => vec![unreadable_file(&other)],
        };
        CheckedFile {
            path: path.clone(),
            problems,
        }
    });
    checked.collect()
}

/// What is wrong with no line of it.
fn unreadable_file(error: &JobError) -> JobFileProblem {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    JobFileProblem {
        line: 1,
        column: 1,
        key: String::new(),
        message: format!("{error}{}", cause.unwrap_or_default()),
        remedy: "name a job file that can be read, and variables that it has".to_owned(),
    }
}

/// One line for each problem, `FILE:LINE:COLUMN: KEY: …`, and one for each file without any.
pub fn as_text(checked: &[CheckedFile]) -> String {
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
