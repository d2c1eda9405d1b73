//! Job files: named steps in TOML, with `{date}` templates.
//!
//! ```toml
//! lake = "lake"
//!
//! [[steps]]
//! name = "purchases of the day"
//! ingest = { inputs = ["dumps/{date}/*.json.gz"], default_timezone = "America/Sao_Paulo" }
//!
//! [[steps]]
//! name = "quantity per day"
//! report = { question = "quantity-series", length = 31, ending_at = "{date}", output = "series.json" }
//! ```

mod ingest;
mod page;
mod report;

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use self::ingest::IngestEntry;
use self::page::PageEntry;
use self::report::ReportEntry;
use super::template::fill;
use super::{IngestJob, JobError, PageJob, ReportJob};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct JobFile {
    lake: String,
    #[serde(default)]
    steps: Vec<StepEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepEntry {
    name: String,
    ingest: Option<IngestEntry>,
    report: Option<ReportEntry>,
    page: Option<PageEntry>,
}

/// A number or a text: `page = 2`, `company_id = "unknown"`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Value {
    Number(i64),
    Text(String),
}

impl Value {
    fn text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// One step, resolved.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Ingest inputs.
    Ingest(Box<IngestJob>),
    /// Answer a question.
    Report(Box<ReportJob>),
    /// Write the page.
    Page(Box<PageJob>),
}

/// Reads a job file and resolves its steps for a data date.
///
/// # Errors
/// [`JobError`] names the file, and the line and key or the step.
pub fn load(
    path: &Path,
    date: NaiveDate,
    now: DateTime<Utc>,
    dry_run: bool,
) -> Result<Vec<Step>, JobError> {
    let text = std::fs::read_to_string(path).map_err(|source| JobError::FileRead {
        path: path.to_owned(),
        source,
    })?;
    let file: JobFile = toml::from_str(&text).map_err(|source| JobError::FileSyntax {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    let context = Context {
        path,
        date,
        now,
        dry_run,
    };
    let lake = context.fill("lake", &file.lake)?;
    file.steps
        .into_iter()
        .map(|entry| context.step(entry, &lake))
        .collect()
}

struct Context<'a> {
    path: &'a Path,
    date: NaiveDate,
    now: DateTime<Utc>,
    dry_run: bool,
}

impl Context<'_> {
    fn fill(&self, step: &str, text: &str) -> Result<String, JobError> {
        fill(text, self.date).map_err(|reason| self.wrong(step, reason))
    }

    fn fill_path(&self, step: &str, text: Option<&str>) -> Result<Option<PathBuf>, JobError> {
        Ok(self.fill_optional(step, text)?.map(PathBuf::from))
    }

    fn fill_optional(&self, step: &str, text: Option<&str>) -> Result<Option<String>, JobError> {
        text.map(|text| self.fill(step, text)).transpose()
    }

    fn wrong(&self, step: &str, reason: String) -> JobError {
        JobError::Step {
            path: self.path.to_owned(),
            step: step.to_owned(),
            reason,
        }
    }

    fn step(&self, entry: StepEntry, lake: &str) -> Result<Step, JobError> {
        let StepEntry {
            name,
            ingest,
            report,
            page,
        } = entry;
        let explain = |error: JobError| self.wrong(&name, error.to_string());
        let action = match (ingest, report, page) {
            (Some(entry), None, None) => {
                let arguments = entry.arguments(self, &name, lake)?;
                let job = IngestJob::resolve(arguments, self.now).map_err(explain)?;
                Action::Ingest(Box::new(job))
            }
            (None, Some(entry), None) => {
                let command = entry.command(self, &name, lake)?;
                let job = ReportJob::resolve(command, self.now).map_err(explain)?;
                Action::Report(Box::new(job))
            }
            (None, None, Some(entry)) => {
                let arguments = entry.arguments(self, &name, lake)?;
                let job = PageJob::resolve(arguments, self.now).map_err(explain)?;
                Action::Page(Box::new(job))
            }
            _ => {
                let reason = "a step has one of `ingest`, `report` and `page`".to_owned();
                return Err(self.wrong(&name, reason));
            }
        };
        Ok(Step { name, action })
    }
}
