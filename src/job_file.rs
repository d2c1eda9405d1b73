//! Job files: named steps in TOML, and their execution for one day or a range of days.
//!
//! In: the text of a job file, a data date and the parser of the program. Out: steps that are ready
//! to run, or all problems of the text, each with its line, key and remedy. A step is a command with
//! its options as keys, so that a new option of a command is a key of its step at once.
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
//! report = { type = "quantity-series", length = 31, ending_at = "{date}", output = "series.json" }
//! ```

mod action;
mod error;
mod explain;
mod field_tables;
mod init;
mod job_text;
mod jobs;
mod keys;
mod limits;
mod locate;
mod order;
mod parser;
mod problem;
mod reference;
mod refused_key;
mod run;
mod schema;
mod settings;
mod steps;
mod suggest;
mod table_entry;
mod template;
mod value;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::commands::StepAction;

pub use error::JobFileError;
pub use explain::{Setting, SettingOrigin, settings_of, settings_text};
pub use init::InitCommand;
pub use job_text::{Environment, JobText, ResolveContext};
pub use jobs::JobsCommand;
pub use limits::StepLimits;
pub use locate::job_names;
pub use problem::JobFileProblem;
pub use reference::reference;
pub use run::RunCommand;
pub use schema::schema;
pub use settings::JobFileSettings;

use locate::locate;
use parser::JobFileParser;

/// A job for one data date, resolved.
#[derive(Debug)]
pub struct JobPlan {
    /// The name of the file without its extension.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// BLAKE3 of the file and of what `--set` changed, hexadecimal.
    pub digest: String,
    /// The data date.
    pub date: NaiveDate,
    /// The lake of all steps.
    pub lake: String,
    /// The lake and the variables, with their origins.
    pub settings: Vec<Setting>,
    /// The steps in the order they run: a step follows those it needs.
    pub steps: Vec<Step>,
}

/// One step, resolved.
#[derive(Debug)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Names of the steps it needs: it runs after them, unless one has failed.
    pub needs: Vec<String>,
    /// Whether the file names these, or they follow from the order of the file.
    pub names_needs: bool,
    /// The steps that it needs, directly or through others, of the whole file.
    pub after: BTreeSet<String>,
    /// Whether days of a backfill may run this step at the same time.
    pub days_in_parallel: bool,
    /// How long it may run, and how often it is repeated.
    pub limits: StepLimits,
    /// Every key of its table, including defaults.
    pub settings: Vec<Setting>,
    /// What it runs.
    pub action: StepAction,
}

/// The name of the job that an argument names: the name of its file without the extension.
pub fn job_name(named: &Path) -> String {
    file_stem(&locate(named).unwrap_or_else(|_| named.to_owned()))
}

fn file_stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

impl JobText {
    /// Resolves the steps. Storage is not accessed.
    ///
    /// # Errors
    /// [`JobFileError::Invalid`] with all problems.
    pub fn resolve(&self, context: &ResolveContext<'_>) -> Result<JobPlan, JobFileError> {
        let mut parser = JobFileParser::of(self, context)?;
        parser.check_top();
        let (_, steps) = (parser.job_file_settings(), parser.steps());
        let (lake, settings) = (parser.lake.clone(), parser.top_settings());
        parser.finish()?;
        Ok(JobPlan {
            name: file_stem(&self.path),
            path: self.path.clone(),
            digest: self.digest(context.set),
            date: context.date,
            lake,
            settings,
            steps,
        })
    }

    /// Today in the time zone of the job, else in UTC: the data date if none is given. The date of
    /// `context` does not matter, unless the zone depends on it. A file with problems gives the day
    /// in UTC; [`Self::resolve`] reports them.
    pub fn today(&self, now: DateTime<Utc>, context: &ResolveContext<'_>) -> NaiveDate {
        let parser = JobFileParser::of(self, context).ok();
        let zone = parser.and_then(|parser| parser.timezone);
        let zone = zone.map_or(Tz::UTC, |(zone, _)| zone);
        now.with_timezone(&zone).date_naive()
    }

    /// The options of the program that `[settings]` sets.
    ///
    /// # Errors
    /// [`JobFileError::Invalid`] with the problems of the settings and of the variables they use.
    pub fn settings(&self, context: &ResolveContext<'_>) -> Result<JobFileSettings, JobFileError> {
        let mut parser = JobFileParser::of(self, context)?;
        let settings = parser.job_file_settings();
        if !parser.problems.is_empty() {
            // The rest is resolved as well, to report all problems at once.
            parser.check_top();
            parser.steps();
        }
        parser.finish()?;
        Ok(settings)
    }
}

#[cfg(test)]
mod tests;
