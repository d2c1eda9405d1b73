//! `lake verify`

use std::fmt::Write as _;

use clap::Args;

use super::action::{Done, LakeAction, interrupted};
use super::tables::{LakeTable, maintained, rows_tables};
use crate::commands::{CommandError, RunContext};
use crate::lake::Lake;
use crate::lake::maintenance::{
    TablesByRole, VerificationDepth, VerificationReport, VerificationSeverity,
};
use crate::values::ExitCode;

/// `lake verify`
#[derive(Clone, Debug, Args)]
pub struct VerifyAction {
    /// Read and verify every row
    #[arg(long)]
    deep: bool,
}

impl LakeAction for VerifyAction {
    fn run(&self, lake: &Lake, context: &RunContext<'_>) -> Result<Done, CommandError> {
        let depth = if self.deep {
            VerificationDepth::Rows
        } else {
            VerificationDepth::Footers
        };
        let tables = TablesByRole {
            rows: &rows_tables(),
            rejects: &maintained(LakeTable::Rejects),
            inputs: &maintained(LakeTable::Inputs),
        };
        let verified = lake.verify(tables, depth, &interrupted(context))?;
        let mut done = Done::of(&verified, verification_text)?;
        if verified.is_damaged() {
            done.exit = ExitCode::Failed;
        }
        Ok(done)
    }
}

fn verification_text(verified: &VerificationReport) -> String {
    let mut text = String::new();
    for finding in &verified.findings {
        let severity = match finding.severity {
            VerificationSeverity::Damage => "damage",
            VerificationSeverity::Note => "note",
        };
        let subject = finding.subject.as_deref().unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{severity}: {} {subject}\n  {}: expected {}, found {}\n  {}",
            finding.table, finding.what, finding.expected, finding.found, finding.remedy
        );
    }
    for table in &verified.tables {
        let _ = writeln!(
            text,
            "{}: version {}, {} files, {} rows",
            table.table, table.version, table.files, table.rows
        );
        for (column, sum) in &table.sums {
            let _ = writeln!(text, "  {column:<40}{sum:>24}");
        }
    }
    text.push_str(if verified.is_damaged() {
        "the lake is damaged\n"
    } else {
        "the lake is intact\n"
    });
    text
}
