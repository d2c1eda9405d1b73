//! The lake of a report, and the format and destination of its answer.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use crate::commands::output::{put, put_file};
use crate::commands::tables::AtVersion;
use crate::commands::{CommandError, OptionError, RunContext, parse_time};
use crate::render::dashboard::Provenance;

use crate::render::{Answer, Format, UnsupportedFormat, check_format, render};

/// The lake of a report and its output.
#[derive(Clone, Debug, Args)]
pub(super) struct ReportOptions {
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub(super) lake: String,
    /// Read this version of the table [default: the latest]
    #[arg(
        long,
        value_name = "VERSION",
        conflicts_with = "as_of",
        hide_short_help = true
    )]
    lake_version: Option<i64>,
    /// Read the version that was the latest at this time, RFC 3339; a date means 00:00 UTC
    #[arg(long, value_name = "TIME", value_parser = parse_time, hide_short_help = true)]
    as_of: Option<DateTime<Utc>>,
    /// Set the current time, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_time, hide_short_help = true)]
    now: Option<DateTime<Utc>>,
    /// Set the format: json (the documented response), csv, parquet, ndjson, html, svg or png
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "json",
        help_heading = "Output"
    )]
    pub(super) format: Format,
    /// Write the report to this file or URL instead of stdout
    #[arg(long, short, value_name = "PATH", help_heading = "Output")]
    pub(super) output: Option<PathBuf>,
}

impl ReportOptions {
    /// The version of the table to read.
    pub(super) fn version(&self) -> AtVersion {
        AtVersion::of(self.lake_version, self.as_of)
    }

    /// The current time.
    pub(super) fn now(&self, context: &RunContext<'_>) -> DateTime<Utc> {
        self.now.unwrap_or(context.shared.now)
    }

    /// Refuses a format that the answer does not support.
    pub(super) fn check_format<A: Answer>(&self) -> Result<(), OptionError> {
        self.supported(check_format::<A>(self.format))
    }

    /// The error for a format that is not supported.
    pub(super) fn supported(
        &self,
        checked: Result<(), UnsupportedFormat>,
    ) -> Result<(), OptionError> {
        checked.map_err(|refused| OptionError::Invalid {
            option: "--format",
            value: self.format.to_string(),
            reason: format!("expected a format of this report: {refused}"),
        })
    }

    /// Writes an answer in the format of the options.
    pub(super) fn put<A: Answer>(
        &self,
        answer: &A,
        provenance: &Provenance,
        context: &mut RunContext<'_>,
    ) -> Result<(), CommandError> {
        self.put_bytes(&render(answer, self.format, provenance)?, context)
    }

    /// Writes the bytes of an answer to their destination.
    pub(super) fn put_bytes(
        &self,
        bytes: &[u8],
        context: &mut RunContext<'_>,
    ) -> Result<(), CommandError> {
        match &self.output {
            Some(path) => put_file(&context.shared.stores, path, bytes),
            None => put(context.stdout, bytes),
        }
    }
}
