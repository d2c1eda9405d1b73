//! The report of a run that came to no end of its own: what it was, and why there are no counts.

use std::collections::BTreeMap;

use serde::Serialize;

/// What is known of a run that failed. The keys are those of [`super::RunReport`], and `error`.
#[derive(Clone, Debug, Serialize)]
pub struct FailedRunReport {
    /// Id of the run.
    pub run_id: String,
    /// Version of this program.
    pub program_version: &'static str,
    /// Kind of record.
    pub record_kind: &'static str,
    /// The lake.
    pub lake: Option<String>,
    /// When the run began, RFC 3339 UTC.
    pub started_at: String,
    /// The job, when one ran it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The step of that job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The data date of that job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_date: Option<String>,
    /// Digest of the job file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_digest: Option<String>,
    /// Every setting that decides a verdict.
    pub settings: BTreeMap<&'static str, String>,
    /// Wall time, ms.
    pub elapsed_ms: u64,
    /// The exit code, as documented.
    pub exit_code: u8,
    /// Why it failed, without secrets.
    pub error: String,
}
