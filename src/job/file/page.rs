//! The `page` entry of a step.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Context, JobError, Value};
use crate::cli::PageArguments;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageEntry {
    output: String,
    length: Option<u32>,
    ending_at: Option<String>,
    timezone: Option<String>,
    company_id: Option<Value>,
}

impl PageEntry {
    /// What would have been typed.
    pub(super) fn arguments(
        self,
        context: &Context<'_>,
        step: &str,
        lake: &str,
    ) -> Result<PageArguments, JobError> {
        Ok(PageArguments {
            lake: lake.to_owned(),
            output: PathBuf::from(context.fill(step, &self.output)?),
            // As on the command line.
            length: self.length.unwrap_or(30).to_string(),
            ending_at: context.fill_optional(step, self.ending_at.as_deref())?,
            timezone: self.timezone,
            company_id: self.company_id.map(Value::text),
            now: None,
        })
    }
}
