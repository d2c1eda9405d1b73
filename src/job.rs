//! What will happen: resolved from what was typed or from a job file; every option is checked
//! here, and what it does together with others is decided here.

mod check_files;
mod dashboard;
pub mod explain;
pub mod file;
mod lake;
mod read;
mod report;
mod run;
mod runs;
mod storage;

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use crate::cli;
use crate::ingest::supplier_purchases::SnapshotMode;

pub use crate::cli::{CheckFormat, FindingsListed, LakeFormat, LakeTable, PlanFormat};
pub use check_files::{CheckedFile, as_text, check_files};
pub use dashboard::DashboardJob;
pub use explain::Setting;
pub use file::JobFileProblem;
pub use lake::{LakeJob, LakeTask};
pub use read::{KindSettings, ReadJob};
pub use report::{AtVersion, ListScope, ReportJob, ReportQuery};
pub use run::{Backfill, RunJob, RunMode, parse_variables, settings_date};
pub use runs::{RunFormat, RunsFormat, RunsJob};

/// Why a command line or a job file cannot be carried out. Exit code 2.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// An option has a value that cannot be understood.
    #[error("{option}: {value:?} is not {expected}")]
    Option {
        /// The option or key.
        option: String,
        /// As typed.
        value: String,
        /// What would be.
        expected: String,
    },
    /// An option that means nothing here, and would be ignored in silence.
    #[error("{option} {reason}")]
    NotApplicable {
        /// The option or key.
        option: String,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// The job file cannot be read.
    #[error("cannot read the job file {path}")]
    FileRead {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The job file is not what it should be.
    #[error("{}:{}", path.display(), first_problem(path, problems))]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong, in the order of the file.
        problems: Vec<JobFileProblem>,
    },
}

/// The first problem, and how to see the others.
fn first_problem(path: &std::path::Path, problems: &[JobFileProblem]) -> String {
    let first = problems.first().map(ToString::to_string);
    let first = first.unwrap_or_default();
    match problems.len() {
        0 | 1 => first,
        more => format!(
            "{first} (and {} more; `purchase-etl jobs check {}` names them all)",
            more - 1,
            path.display()
        ),
    }
}

/// An ingest run.
#[derive(Clone, Debug)]
pub struct IngestJob {
    /// Where the lake is.
    pub lake: String,
    /// Inputs and rules.
    pub read: ReadJob,
    /// Largest share of rejects, 0 to 1.
    pub reject_limit: f64,
    /// Read known files again.
    pub verify_content: bool,
    /// Most partitions.
    pub max_partitions: usize,
    /// What the absence of a supplier purchase means.
    pub snapshot_mode: SnapshotMode,
    /// Where the run report goes.
    pub summary: Option<PathBuf>,
    /// Stop after the plan.
    pub dry_run: bool,
    /// Digest of the job file that this is a step of.
    pub job_digest: Option<String>,
}

/// A check.
#[derive(Clone, Debug)]
pub struct CheckJob {
    /// Inputs and rules.
    pub read: ReadJob,
    /// Largest share of rejects, 0 to 1.
    pub reject_limit: f64,
    /// Form of the findings.
    pub format: CheckFormat,
    /// Which findings the text form lists.
    pub findings: FindingsListed,
}

impl IngestJob {
    /// Resolves what was typed. `now` is the clock of the process.
    ///
    /// # Errors
    /// [`JobError::Option`] names the option.
    pub fn resolve(arguments: cli::IngestArguments, now: DateTime<Utc>) -> Result<Self, JobError> {
        let cli::IngestArguments {
            lake,
            read,
            reject_limit,
            verify_content,
            max_partitions,
            full_snapshot,
            summary,
            dry_run,
        } = arguments;
        if full_snapshot && read.kind != cli::RecordKindArgument::SupplierPurchases {
            return Err(JobError::NotApplicable {
                option: "--full-snapshot".to_owned(),
                reason: "is for supplier purchases; add --kind supplier-purchases",
            });
        }
        Ok(Self {
            lake,
            read: ReadJob::resolve(read, now)?,
            reject_limit: share("--reject-limit", &reject_limit)?,
            verify_content,
            max_partitions,
            snapshot_mode: if full_snapshot {
                SnapshotMode::Full
            } else {
                SnapshotMode::Incremental
            },
            summary,
            dry_run,
            job_digest: None,
        })
    }
}

impl CheckJob {
    /// Resolves what was typed.
    ///
    /// # Errors
    /// [`JobError::Option`] names the option.
    pub fn resolve(arguments: cli::CheckArguments, now: DateTime<Utc>) -> Result<Self, JobError> {
        let cli::CheckArguments {
            read,
            format,
            findings,
            reject_limit,
        } = arguments;
        if format != CheckFormat::Text && findings == Some(FindingsListed::First) {
            return Err(JobError::NotApplicable {
                option: "--findings first".to_owned(),
                reason: "is for the text form; the others list all findings",
            });
        }
        Ok(Self {
            read: ReadJob::resolve(read, now)?,
            reject_limit: share("--reject-limit", &reject_limit)?,
            format,
            findings: findings.unwrap_or_default(),
        })
    }
}

/// `5%` or `0.05` as a share from 0 to 1.
fn share(option: &str, text: &str) -> Result<f64, JobError> {
    let (digits, unit) = match text.trim().strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100.0),
        None => (text.trim(), 1.0),
    };
    match digits.parse::<f64>() {
        Ok(number) if (0.0..=unit).contains(&number) => Ok(number / unit),
        _ => Err(JobError::Option {
            option: option.to_owned(),
            value: text.to_owned(),
            expected: "a share such as 5% or 0.05, from 0 to 100%".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percent_or_fractions_and_nothing_above_all() {
        for (text, expected) in [("5%", 0.05), ("0.05", 0.05), ("100%", 1.0), ("0", 0.0)] {
            let resolved = share("--reject-limit", text).unwrap();
            assert!((resolved - expected).abs() < 1e-12, "{text}");
        }
        for text in ["5", "101%", "-1%", "many", "", "NaN"] {
            assert!(share("--reject-limit", text).is_err(), "{text}");
        }
    }
}
