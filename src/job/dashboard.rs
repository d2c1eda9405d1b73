//! What the page shows, and where it goes.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::{JobError, read};
use crate::cli;
use crate::report::SeriesRequest;
use crate::supplier_purchase::CompanyId;

/// A page.
#[derive(Clone, Debug)]
pub struct DashboardJob {
    /// Where the lake is.
    pub lake: String,
    /// The folder that takes `index.html`.
    pub output: PathBuf,
    /// Which customer purchases; without an end, those up to the last day that has any.
    pub series: SeriesRequest,
    /// Only this company's supplier purchases; without one, those of all.
    pub company: Option<CompanyId>,
    /// The page's clock.
    pub now: DateTime<Utc>,
}

impl DashboardJob {
    /// Resolves what was typed; the parameters are judged by the reports.
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
        expected: "a whole number above 0, or `unknown`".to_owned(),
    })
}
