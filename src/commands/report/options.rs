//! The lake of a report, and the format and destination of its answer.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use crate::commands::output::{put, put_file, put_text};
use crate::commands::tables::AtVersion;
use crate::commands::{CommandError, OptionError, RunContext, parse_time};
use crate::render::dashboard::Provenance;

use crate::render::{Answer, Format, check_format, render};

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
    /// Set the format: json (the documented response), table, csv, parquet, ndjson, html, svg or png [default: table on a terminal, json in a pipe, file or job]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub(super) format: Option<Format>,
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

    /// The format: without the option, a table on a terminal, and JSON elsewhere.
    pub(super) fn format(&self, context: &RunContext<'_>) -> Format {
        let is_shown = self.output.is_none() && context.terminal.is_some();
        let default = if is_shown {
            Format::Table
        } else {
            Format::Json
        };
        self.format.unwrap_or(default)
    }

    /// Refuses a format that the answer does not support; every answer supports the default ones.
    pub(super) fn check_format<A: Answer>(&self) -> Result<(), OptionError> {
        let checked = self.format.map_or(Ok(()), check_format::<A>);
        checked.map_err(|refused| OptionError::Invalid {
            option: "--format",
            value: refused.format.to_string(),
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
        let format = self.format(context);
        if format != Format::Table || self.output.is_some() {
            let bytes = render(answer, format, provenance, None)?;
            return self.put_bytes(&bytes, context);
        }
        let screen = context.terminal.as_ref().map(|terminal| terminal.screen);
        let text = render(answer, format, provenance, screen.as_ref())?;
        put_text(context, &String::from_utf8_lossy(&text))
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
