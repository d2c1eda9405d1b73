//! Resolves the arguments of `dashboard`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::{JobError, read};
use crate::cli;
use crate::report::SeriesRequest;
use crate::supplier_purchase::CompanyId;

/// A dashboard to write.
#[derive(Clone, Debug)]
pub struct DashboardJob {
    /// Path or URL of the lake.
    pub lake: String,
    /// The folder of `index.html`.
    pub output: PathBuf,
    /// Customer purchases to show; without an end, those up to the last day with purchases.
    pub series: SeriesRequest,
    /// Company of the supplier purchases to show; all companies if none.
    pub company: Option<CompanyId>,
    /// The current time.
    pub now: DateTime<Utc>,
}

impl DashboardJob {
    /// Resolves the arguments. The reports validate the parameters.
    ///
    /// # Errors
    /// [`JobError::Option`] names the option.
    pub fn resolve(
        arguments: cli::DashboardArguments,
        now: DateTime<Utc>,
    ) -> Result<Self, JobError> {
        let cli::DashboardArguments {
            lake,
            output,
            length,
            ending_at,
            timezone,
            company_id,
            now: typed_now,
        } = arguments;
        Ok(Self {
            lake,
            output,
            series: SeriesRequest {
                length: Some(length),
                ending_at,
                timezone,
                ..SeriesRequest::default()
            },
            company: company_id.as_deref().map(parse_company).transpose()?,
            now: read::parse_clock("--now", typed_now.as_deref(), now)?,
        })
    }
}

fn parse_company(text: &str) -> Result<CompanyId, JobError> {
    text.parse().map_err(|_invalid| JobError::Option {
        option: "--company-id".to_owned(),
        value: text.to_owned(),
        reason: "expected a whole number above 0, or `unknown`".to_owned(),
    })
}
