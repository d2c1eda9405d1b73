//! `lake set`

use std::fmt::{self, Write as _};

use chrono_tz::Tz;
use clap::Args;

use super::action::{LakeAction, LakeRun};
use super::tables::{LakeTable, maintained, record_kinds};
use crate::commands::lake_timezone::OtherTimezones;
use crate::commands::{CommandError, OptionError};
use crate::lake::Lake;
use crate::lake::maintenance::TimezoneReport;
use crate::values::{ExitCode, parse_timezone};

/// `lake set`
#[derive(Clone, Debug, Args)]
pub struct SetAction {
    /// Set the IANA time zone of the lake: days are counted and times without an offset read in it
    #[arg(
        long,
        value_name = "ZONE",
        value_parser = parse_timezone,
        required_unless_present = "no_timezone"
    )]
    timezone: Option<Tz>,
    /// Remove the time zone of the lake: commands use UTC again
    #[arg(long, conflicts_with_all = ["timezone", "create"])]
    no_timezone: bool,
    /// Create the table `purchases`, which has the setting, if it is missing
    #[arg(long)]
    create: bool,
}

impl LakeAction for SetAction {
    fn needs_tables(&self) -> bool {
        false
    }

    fn run(&self, lake: &Lake, run: &mut LakeRun<'_, '_>) -> Result<ExitCode, CommandError> {
        let table = maintained(LakeTable::Purchases);
        if self.create {
            lake.create_if_missing(&table.spec)?;
        } else if !lake.has_table(&table)? {
            return Err(OptionError::NotApplicable {
                option: if self.no_timezone {
                    "--no-timezone"
                } else {
                    "--timezone"
                },
                reason: "is a setting of the table purchases, which this lake does not have; check --lake, ingest customer purchases first, or add --create to create the table",
            }
            .into());
        }
        let report = lake.set_timezone(&table.spec, self.timezone, &run.context.run_id)?;
        if report.committed_version.is_some() {
            let (before, timezone) = (&report.before, &report.timezone);
            tracing::info!(before, timezone, "time zone of the lake changed");
        }
        let zone = self.timezone.unwrap_or(Tz::UTC);
        if let Some(others) = OtherTimezones::of(lake, &record_kinds(), zone)? {
            tracing::warn!(
                "{}: their times without an offset stay as they were read",
                others.text
            );
        }
        run.print(&report, timezone_text)
    }
}

fn timezone_text(report: &TimezoneReport, text: &mut String) -> fmt::Result {
    let name = |zone: &Option<String>| zone.clone().unwrap_or_else(|| "not set (UTC)".to_owned());
    let (before, after) = (name(&report.before), name(&report.timezone));
    match report.committed_version {
        Some(version) => writeln!(
            text,
            "time zone: {after}, in version {version} of {}; before: {before}",
            report.table
        ),
        None => writeln!(text, "time zone: {after}; nothing to do"),
    }
}
