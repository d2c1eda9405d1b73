//! `lake vacuum`

use std::fmt::{self, Write as _};
use std::time::Duration;

use clap::Args;

use super::action::{LakeAction, LakeRun};
use super::tables::TableSelection;
use super::units::{age, bytes, counted};
use crate::commands::{CommandError, OptionError};
use crate::lake::Lake;
use crate::lake::maintenance::{VacuumPlan, VacuumReason};
use crate::values::{ExitCode, parse_duration};

/// A run may take longer than a retention below this.
const SHORTEST_RETENTION: Duration = Duration::from_hours(24);

/// `lake vacuum`
#[derive(Clone, Debug, Args)]
pub struct VacuumAction {
    /// Select this table
    #[arg(long, value_enum, value_name = "TABLE", default_value_t = TableSelection::All)]
    table: TableSelection,
    /// Keep files needed or written within this time; must exceed the longest run
    #[arg(long, value_name = "DURATION", value_parser = parse_retention, default_value = "7d")]
    retention: Retention,
    /// Accept a retention below 24 hours; no other run may be active
    #[arg(long)]
    force_short_retention: bool,
    /// Delete the files
    #[arg(long, conflicts_with = "dry_run")]
    execute: bool,
    /// Show the files and exit, the default
    #[arg(long)]
    dry_run: bool,
}

/// A retention as typed, and its duration.
#[derive(Clone, Debug)]
struct Retention {
    text: String,
    duration: Duration,
}

fn parse_retention(text: &str) -> Result<Retention, &'static str> {
    Ok(Retention {
        text: text.to_owned(),
        duration: parse_duration(text)?,
    })
}

impl LakeAction for VacuumAction {
    fn validate(&self) -> Result<(), OptionError> {
        if self.retention.duration >= SHORTEST_RETENTION || self.force_short_retention {
            return Ok(());
        }
        Err(OptionError::Invalid {
            option: "--retention",
            value: self.retention.text.clone(),
            reason: "expected 24h or more, because a shorter retention may delete files of an \
                     active run; add --force-short-retention if no run is active"
                .to_owned(),
        })
    }

    fn only_shows(&self) -> bool {
        !self.execute
    }

    fn run(&self, lake: &Lake, run: &mut LakeRun<'_, '_>) -> Result<ExitCode, CommandError> {
        // With the clock of `--now`, files that are needed could be deleted.
        let now_millis = run.context.shared.clock.timestamp_millis();
        let execute = self.execute;
        let mut plans = Vec::new();
        for table in self.table.tables() {
            let planned = lake.plan_vacuum(&table, self.retention.duration, now_millis)?;
            let Some(plan) = planned else { continue };
            tracing::info!(
                table = plan.table,
                files = plan.total.files,
                bytes = plan.total.bytes,
                execute,
                "unneeded files"
            );
            plans.push(if execute {
                lake.execute_vacuum(plan)?
            } else {
                plan
            });
        }
        run.print(&plans[..], vacuum_text)
    }
}

fn vacuum_text(plans: &[VacuumPlan], text: &mut String) -> fmt::Result {
    for plan in plans {
        for file in &plan.files {
            let kind = match file.kind {
                VacuumReason::Removed => "removed",
                VacuumReason::Orphan => "orphan",
            };
            writeln!(
                text,
                "{kind:<8}{:>12}  {:>8}  {}/{}",
                bytes(file.bytes),
                age(file.age_seconds),
                plan.table,
                file.path
            )?;
        }
        let verb = if plan.executed {
            "deleted"
        } else {
            "would be deleted"
        };
        writeln!(
            text,
            "{}: {} {verb}; {} within the retention",
            plan.table,
            counted(plan.total),
            counted(plan.kept)
        )?;
    }
    if plans.iter().any(|plan| !plan.executed) {
        text.push_str("nothing was deleted: add --execute\n");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;

    use super::*;

    fn retention(arguments: &[&str]) -> Result<(), String> {
        let command = clap::Command::new("vacuum").no_binary_name(true);
        let matches = VacuumAction::augment_args(command).try_get_matches_from(arguments);
        let action = matches.and_then(|matches| VacuumAction::from_arg_matches(&matches));
        let action = action.map_err(|error| error.to_string())?;
        action.validate().map_err(|error| error.to_string())
    }

    #[test]
    fn a_short_retention_has_to_be_meant() {
        assert_eq!(retention(&[]), Ok(()));
        assert_eq!(retention(&["--retention", "24h"]), Ok(()));
        let error = retention(&["--retention", "23h"]).unwrap_err();
        assert!(error.contains("--force-short-retention"), "{error}");
        let forced = "--force-short-retention";
        assert_eq!(retention(&["--retention", "0s", forced]), Ok(()));
        let error = retention(&["--retention", "soon", forced]).unwrap_err();
        assert!(error.contains("expected a duration"), "{error}");
    }
}
