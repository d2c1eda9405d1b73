//! `lake verify`

use std::fmt::{self, Write as _};

use clap::Args;

use super::action::{LakeAction, LakeRun};
use super::tables::{LakeTable, maintained, rows_tables};
use crate::commands::CommandError;
use crate::ingest::supplier_purchases::verify_history;
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
    fn run(&self, lake: &Lake, run: &mut LakeRun<'_, '_>) -> Result<ExitCode, CommandError> {
        let depth = if self.deep {
            VerificationDepth::Rows
        } else {
            VerificationDepth::Footers
        };
        let tables = TablesByRole {
            rows: &rows_tables(),
            states: &[maintained(LakeTable::SupplierVersions)],
            rejects: &maintained(LakeTable::Rejects),
            inputs: &maintained(LakeTable::Inputs),
        };
        let mut verified = lake.verify(tables, depth, &|| run.is_interrupted())?;
        if self.deep {
            verify_history(lake, &mut verified)?;
        }
        let done = run.print(&verified, verification_text)?;
        Ok(if verified.is_damaged() {
            ExitCode::Failed
        } else {
            done
        })
    }
}

fn verification_text(verified: &VerificationReport, text: &mut String) -> fmt::Result {
    for finding in &verified.findings {
        let severity = match finding.severity {
            VerificationSeverity::Damage => "damage",
            VerificationSeverity::Note => "note",
        };
        let subject = finding.subject.as_deref().unwrap_or_default();
        writeln!(
            text,
            "{severity}: {} {subject}\n  {}: expected {}, found {}\n  {}",
            finding.table, finding.what, finding.expected, finding.found, finding.remedy
        )?;
    }
    for table in &verified.tables {
        writeln!(
            text,
            "{}: version {}, {} files, {} rows",
            table.table, table.version, table.files, table.rows
        )?;
        for (column, sum) in &table.sums {
            writeln!(text, "  {column:<40}{sum:>24}")?;
        }
    }
    text.push_str(if verified.is_damaged() {
        "the lake is damaged\n"
    } else {
        "the lake is intact\n"
    });
    Ok(())
}
