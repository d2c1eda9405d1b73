//! Job files: named steps in TOML. A text and a data date come in, steps that are ready to run go
//! out, or everything that is wrong with the text, each with its line, key and remedy.
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

mod action;
mod keys;
mod order;
mod parser;
mod problem;
mod schema;
mod settings;
mod steps;
mod suggest;
mod template;
mod value;

use std::fmt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::explain::Setting;
use super::{CheckJob, DashboardJob, IngestJob, JobError, LakeJob, ReportJob};

pub use problem::JobFileProblem;
pub use schema::schema;
pub use settings::JobFileSettings;

use parser::JobFileParser;

/// Looks up an environment variable. The library asks no other way.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A job file as it was read.
#[derive(Clone, Debug)]
pub struct JobText {
    path: PathBuf,
    text: String,
}

/// What a job file is resolved for.
#[derive(Clone, Copy)]
pub struct ResolveContext<'a> {
    /// The data date.
    pub date: NaiveDate,
    /// The job's clock.
    pub now: DateTime<Utc>,
    /// The clock of the process, which nobody sets: what is deleted goes by it.
    pub clock: DateTime<Utc>,
    /// Names and values of `--set`.
    pub set: &'a [(String, String)],
    /// The environment.
    pub environment: Environment<'a>,
}

impl fmt::Debug for ResolveContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked")
            .field("date", &self.date)
            .field("now", &self.now)
            .field("set", &self.set)
            .finish_non_exhaustive()
    }
}

/// A job for one data date, resolved.
#[derive(Clone, Debug)]
pub struct JobPlan {
    /// The file's name without its ending.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// BLAKE3 of the file and of what `--set` changed, hexadecimal.
    pub digest: String,
    /// The data date.
    pub date: NaiveDate,
    /// The lake of all steps.
    pub lake: String,
    /// Where the lake and the variables came from.
    pub settings: Vec<Setting>,
    /// The steps in the order they run: what a step needs stands before it.
    pub steps: Vec<Step>,
}

/// One step, resolved.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Names of the steps that it is run after, and only if they have not failed.
    pub needs: Vec<String>,
    /// Whether the job says that days do not matter to each other here.
    pub days_in_parallel: bool,
    /// Every key of its table, the defaults included.
    pub settings: Vec<Setting>,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Ingest inputs.
    Ingest(Box<IngestJob>),
    /// Check inputs; what needs this step is not run when one is refused.
    Check(Box<CheckJob>),
    /// Answer a question.
    Report(Box<ReportJob>),
    /// Write the page.
    Dashboard(Box<DashboardJob>),
    /// Look after the tables.
    Lake(Box<LakeJob>),
}

/// The name of a job: that of its file without the ending.
pub fn job_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

impl JobText {
    /// Reads a job file.
    ///
    /// # Errors
    /// [`JobError::FileRead`]
    pub fn read(path: &Path) -> Result<Self, JobError> {
        let text = std::fs::read_to_string(path).map_err(|source| JobError::FileRead {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            path: path.to_owned(),
            text,
        })
    }

    /// Resolves the steps. Nothing but the environment is looked at.
    ///
    /// # Errors
    /// [`JobError::File`] with everything that is wrong.
    pub fn resolve(&self, context: &ResolveContext<'_>) -> Result<JobPlan, JobError> {
        let mut parser = JobFileParser::of(self, context)?;
        parser.check_top();
        let (_, steps) = (parser.job_file_settings(), parser.steps());
        let (lake, settings) = (parser.lake.clone(), parser.top_settings());
        parser.finish()?;
        Ok(JobPlan {
            name: job_name(&self.path),
            path: self.path.clone(),
            digest: self.digest(context.set),
            date: context.date,
            lake,
            settings,
            steps,
        })
    }

    /// The options that `[settings]` gives to the program.
    ///
    /// # Errors
    /// [`JobError::File`] with what is wrong with them, and with what they are made of.
    pub fn settings(&self, context: &ResolveContext<'_>) -> Result<JobFileSettings, JobError> {
        let mut parser = JobFileParser::of(self, context)?;
        let settings = parser.job_file_settings();
        if !parser.problems.is_empty() {
            // Then the rest is looked at as well, so that all problems are told.
            parser.check_top();
            parser.steps();
        }
        parser.finish()?;
        Ok(settings)
    }

    fn digest(&self, set: &[(String, String)]) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.text.as_bytes());
        for (name, value) in set {
            // Zero bytes cannot stand in TOML or in an argument.
            hasher.update(format!("\0{name}\0{value}").as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}

#[cfg(test)]
mod tests;
